"""What else is in the file that is looked at: the pages of a document, the scenes and the movement
of a video or an animation."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop.core.asset import Asset, Kind
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError
from desktop.core.text import number
from desktop.core.timecode import timecode
from desktop.qt.images.cache import edge_for
from desktop.qt.images.pictures import Picture
from desktop.qt.images.whole import image_of
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.preview.player import Player
from desktop.qt.preview.reel import Shot
from desktop.qt.preview.strip import WIDE


class ContentsController(QObject):
    """Drives the strip and the controls below the picture, for one file at a time."""

    page_chosen = Signal(int)
    """From 0."""
    unplayable = Signal()
    """What should move cannot be played; its poster is all there is."""
    _page_drawn = Signal(object, int, QImage)
    """The asset, the page, and a small picture of it."""

    def __init__(self, context: Context, panel: PreviewPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._panel = panel
        self._asset: Asset | None = None
        self._page = 0
        self._pages: list[tuple[int, int]] = []
        self._scenes: list[int] = []
        self._scene_keys: dict[str, int] = {}
        self._undrawn: list[int] = []
        self.player = Player(context.engine.large_pictures, context.lanes.playing, self)
        self.player.shown.connect(self._show_shot)
        self.player.state_changed.connect(self._show_state)
        self.player.failed.connect(self._on_failed)
        self._page_sizes = Latest(context.lanes.preview, self)
        self._page_sizes.finished.connect(self._show_pages)
        self._scene_times = Latest(context.lanes.browse, self)
        self._scene_times.finished.connect(self._show_scenes)
        self._drawings = Latest(context.lanes.preview, self)
        self._drawings.finished.connect(lambda _: self._draw_pages())
        self._page_drawn.connect(self._show_page_picture)
        context.cache.arrived.connect(self._show_scene_picture)
        panel.strip.chosen.connect(self._on_chosen)
        panel.strip.wanted.connect(self._on_wanted)
        panel.playback.toggled.connect(self.player.toggle)
        panel.playback.stepped.connect(self.player.step)
        panel.playback.sought.connect(self.player.seek)
        panel.page_stepped.connect(self.step_page)

    @property
    def moves(self) -> bool:
        """Its frames are shown, or on their way."""
        return self._panel.playback.isVisibleTo(self._panel)

    @property
    def pages(self) -> int:
        """How many; 0 for a file of one picture, and as long as nobody knows."""
        return len(self._pages)

    def show(self, asset: Asset | None) -> None:
        """This file is looked at now; None: several side by side, or none any more."""
        for asked in (self._page_sizes, self._scene_times, self._drawings):
            asked.forget()
        self.player.stop()
        self._asset, self._page, self._pages, self._scenes = asset, 0, [], []
        self._undrawn.clear()
        self._scene_keys.clear()
        self._panel.strip.show_items([])
        if asset is None or asset.is_missing or asset.is_offline or asset.failure:
            self._panel.playback.hide()
            return
        moves = asset.kind in (Kind.VIDEO, Kind.ANIMATION)
        self._panel.playback.setVisible(moves)
        if moves:
            self._play(asset)
        else:
            pictures = self._context.engine.large_pictures
            self._page_sizes.submit(lambda token: (asset, pictures.pages(asset, token)))

    def step_page(self, by: int) -> None:
        """To another page, or another scene of a video, as far as there is one."""
        strip = self._panel.strip
        to = (self._page if self._pages else strip.currentRow()) + by
        if 0 <= to < strip.count():
            strip.show_current(to)
            self._on_chosen(to)

    # ------------------------------------------------------------------ movement

    def _play(self, asset: Asset) -> None:
        self._panel.playback.show_length(asset.duration_ms)
        begin_ms = self._context.pictures.moment(asset) or 0
        self.player.start(asset, begin_ms, is_playing=asset.kind is Kind.ANIMATION)
        if asset.kind is Kind.VIDEO:
            table = self._context.engine.vector_table
            self._scene_times.submit(lambda _: (asset, table.scenes_ms(asset.id)))

    def _show_shot(self, shot: Shot) -> None:
        self._panel.show_levels(0, shot.levels)
        self._panel.playback.show_place(shot.at_ms, shot.number, self.player.count)
        self._show_scene(shot)

    def _show_scene(self, shot: Shot) -> None:
        at = sum(1 for scene_ms in self._scenes if scene_ms <= shot.at_ms) - 1
        self._panel.strip.show_current(max(0, at))

    def _show_state(self) -> None:
        self._panel.playback.show_playing(self.player.is_playing)

    def _on_failed(self, error: object) -> None:
        self._panel.playback.hide()
        self.unplayable.emit()
        self._panel.say(self._context.known(error).sentence())

    def _show_scenes(self, answer: tuple[Asset, list[int]]) -> None:
        asset, scenes = answer
        if asset is not self._asset or len(scenes) < 2:
            return
        self._scenes = scenes
        self._panel.strip.show_items([timecode(at_ms) for at_ms in scenes])
        if self.player.shot is not None:
            self._show_scene(self.player.shot)

    # ------------------------------------------------------------------ pages

    def _show_pages(self, answer: tuple[Asset, list[tuple[int, int]]]) -> None:
        asset, pages = answer
        if asset is not self._asset or not pages:
            return
        self._pages = pages
        is_icon = asset.format == "ICO"
        self._panel.strip.show_items(
            [
                f"{number(width)} × {number(height)}" if is_icon else number(at)
                for at, (width, height) in enumerate(pages, 1)
            ]
        )
        self._panel.strip.show_current(0)

    def _choose_page(self, page: int) -> None:
        self._page = page
        self._panel.strip.show_current(page)
        self.page_chosen.emit(page)

    def _draw_pages(self) -> None:
        """One after the other, so that a page that is chosen meanwhile need not wait for all."""
        asset = self._asset
        if asset is None or not self._undrawn:
            return
        page = self._undrawn.pop(0)
        pictures, drawn = self._context.engine.large_pictures, self._page_drawn
        longer = self._edge()

        def draw(_: CancelToken) -> None:
            try:
                picture = pictures.load(asset, longer, page=page)
            except FileError:
                return  # it is said when the page is chosen
            while max(picture.size) >= 2 * longer:
                picture = picture.halved()
            drawn.emit(asset, page, image_of(picture))

        self._drawings.submit(draw)

    def _show_page_picture(self, asset: Asset, page: int, image: QImage) -> None:
        if asset is self._asset:
            self._panel.strip.show_picture(page, QPixmap.fromImage(image))

    # ------------------------------------------------------------------ the strip

    def _on_chosen(self, at: int) -> None:
        if self._pages:
            self._choose_page(at)
        elif at < len(self._scenes):
            self.player.seek(self._scenes[at])

    def _on_wanted(self, wanted: list[int]) -> None:
        if self._pages:
            is_idle = not self._undrawn
            self._undrawn += wanted
            if is_idle:
                self._draw_pages()
            return
        for at, picture in self._scene_pictures(wanted):
            self._scene_keys[picture.key] = at
            self._context.cache.want(picture, self._edge())
            self._show_scene_picture(picture.key)

    def _scene_pictures(self, wanted: list[int]) -> Iterator[tuple[int, Picture]]:
        asset = self._asset
        for at in wanted:
            if asset is not None and at < len(self._scenes):
                picture = self._context.pictures.of_moment(asset, self._scenes[at])
                if picture is not None:
                    yield at, picture

    def _show_scene_picture(self, key: str) -> None:
        at = self._scene_keys.get(key)
        pixmap = None if at is None else self._context.cache.find(key, self._edge())
        if at is not None and pixmap is not None:
            self._panel.strip.show_picture(at, pixmap)

    def _edge(self) -> int:
        return edge_for(WIDE, self._panel.devicePixelRatioF())
