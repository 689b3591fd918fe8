"""Opening the preview on what is selected, stepping through what is shown, reading ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColorTransform, QGuiApplication, QImage

from desktop.core.annotations import Annotation, Consensus, Flag
from desktop.core.asset import Asset, Kind
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError
from desktop.core.generation_record import Reference
from desktop.core.picture_text import TextLine
from desktop.core.query import Crop, Example
from desktop.core.text import number, tr
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.images.cache import edge_for
from desktop.qt.images.whole import image_of
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.qt.preview.contents import ContentsController
from desktop.qt.preview.levels import Levels, stand_in
from desktop.qt.preview.panel import MOST_COMPARED, PreviewPanel
from desktop.qt.preview.picture_store import PictureStore, Wanted
from desktop.qt.preview.screen_profile import ScreenColours
from desktop.qt.preview.screen_watch import ScreenWatch
from desktop.services.reports import AssetDetails

Loaded = tuple[int, Levels | FileError]
"""Which of the pictures side by side, and its pixels or why there are none."""
_Copied = tuple[int | None, QImage]
"""The page, from 0, that was copied whole, or None for a part; and its pixels."""


class PreviewController(QObject):
    """Shows large what the grid has selected; the grid's current picture goes along with it.

    Args:
        show_panel: makes the window show the panel, building it at first; hide_panel: undoes it.
    """

    rated = Signal(int, object)
    """Stars, and the assets (their ids) that were given them."""
    favoured = Signal()
    """The picture in turn is a favourite, or no longer."""
    tags_added = Signal(object, object)
    """list[str], and the assets (their ids) that get them."""
    tag_removed = Signal(str, object)
    """A tag, and the assets (their ids) that lose it."""
    part_searched = Signal(object, object, object)
    """Asset, Example: a part of it is to be searched by; and the part as a QImage."""
    referenced = Signal(object)
    """Reference: what is seen, or a part of it, is to go along with the prompt."""

    def __init__(
        self,
        context: Context,
        grid: AssetGrid,
        show_panel: Callable[[], PreviewPanel],
        hide_panel: Callable[[], None],
    ) -> None:
        super().__init__()
        self._context = context
        self._grid = grid
        self._show_panel = show_panel
        self._hide_panel = hide_panel
        self._panel: PreviewPanel | None = None
        self._contents: ContentsController | None = None
        self._page: int | None = None
        self._store = PictureStore(context.engine.large_pictures)
        self._shown: list[Asset] = []
        # One lane: what is looked at goes first, and what is read ahead fills its pauses.
        self._loads = Latest(context.lanes.preview, self)
        self._loads.finished.connect(self._on_loaded)
        self._loads.failed.connect(context.notice)
        self._ahead = Latest(context.lanes.preview, self)
        self._transform: QColorTransform | None = None
        self._screens = ScreenWatch(context.lanes.preview, self._store, self)
        self._screens.told.connect(self._show_screen)
        self._parts = Latest(context.lanes.preview, self)
        self._parts.finished.connect(self._copy_part)
        self._parts.failed.connect(lambda error: self._say(error))
        self._texts = Latest(context.lanes.browse, self)
        self._texts.finished.connect(self._show_text)
        self._texts.failed.connect(lambda error: self._say(error))
        self._sources = Latest(context.lanes.browse, self)
        self._sources.finished.connect(self._show_source)
        self._sources.failed.connect(lambda error: self._say(error))
        self._at = 0
        self._said: tuple[tuple[int, ...], Consensus] = (), Consensus()
        self._said_each: dict[int, Annotation] = {}
        self._sayings = Latest(context.lanes.browse, self)
        self._sayings.finished.connect(self._take_said)
        self._sayings.failed.connect(lambda error: self._say(error))
        context.hub.changed.connect(self._on_changes)
        self._tags: Sequence[str] = ()
        self._tag_colours: Mapping[str, str] = {}
        grid.assets.modelReset.connect(self._on_rows_changed)

    def show(self) -> None:
        """Look at what is selected: one picture, or up to four side by side."""
        selected = [*self._grid.selected_assets()[:MOST_COMPARED]]
        if selected:
            self._open(selected)

    def compare(self, assets: Sequence[Asset]) -> None:
        """Look at these, of the grid or not, side by side; at two of them one over the other."""
        self._open([*assets][-MOST_COMPARED:])
        if len(assets) == 2 and self._panel is not None:
            self._panel.put_over()

    def _open(self, assets: list[Asset]) -> None:
        panel = self._show_panel()
        if self._panel is None:
            self._panel = panel
            self._contents = ContentsController(self._context, panel, self)
            self._contents.page_chosen.connect(self._show_page)
            self._contents.unplayable.connect(self._want)
            panel.closed.connect(self.close)
            panel.stepped.connect(self.step)
            panel.more_wanted.connect(self._want)
            panel.rated.connect(lambda at, stars: self.rated.emit(stars, [self._shown[at].id]))
            panel.part_search_wanted.connect(self._search_part)
            panel.part_copy_wanted.connect(self._want_part)
            panel.reference_wanted.connect(self._refer)
            panel.text_wanted.connect(self._want_text)
            panel.source_wanted.connect(self._want_source)
            panel.said.favoured.connect(self.favoured)
            panel.said.tags_added.connect(
                lambda names: self.tags_added.emit(names, [self.in_turn()])
            )
            panel.said.tag_removed.connect(
                lambda name: self.tag_removed.emit(name, [self.in_turn()])
            )
            panel.turned.connect(self._show_said)
            panel.said.know(self._tags)
            panel.said.show_colours(self._tag_colours)
        self._screens.ask(panel)
        self._show(panel, assets)
        panel.setFocus()

    def go_on(self) -> bool:
        """To the next picture; a comparison stays as it is. False: none is looked at large, or
        there is no next one."""
        return len(self._shown) > 1 or self.step(1)

    def in_turn(self) -> int | None:
        """The asset (its id) that keys decide about; None: none is looked at large."""
        if self._panel is None or not self._shown:
            return None
        return self._shown[self._panel.in_turn].id

    def copy_page(self) -> bool:
        """Put the page that is looked at on the clipboard; False where it is the one that stands
        for its file, or none is looked at."""
        page = self._page
        if not page or not self._shown:
            return False
        pictures, asset = self._context.engine.large_pictures, self._shown[0]

        def draw(_: CancelToken) -> _Copied:
            return page, image_of(pictures.load(asset, page=page))

        self._parts.submit(draw)
        return True

    def close(self) -> None:
        """Back to the grid, where the picture that was looked at is the current one."""
        if not self._shown:
            return
        assert self._panel is not None
        assert self._contents is not None
        self._panel.leave_full_screen()
        self._shown = []
        self._contents.show(None)
        self._loads.forget()
        self._ahead.forget()
        self._store.clear()
        self._hide_panel()
        self._grid.scrollTo(self._grid.currentIndex())
        self._grid.setFocus()

    def step(self, by: int) -> bool:
        """To another picture, in the order of the grid; False at its ends."""
        if len(self._shown) != 1 or self._panel is None:
            return False
        row = self._row()
        to = None if row is None else row + by
        if to is None or not 0 <= to < self._grid.assets.rowCount():
            return False
        asset = self._grid.assets.asset(to)
        self._grid.select_asset(asset.id)
        self._show(self._panel, [asset])
        return True

    def show_said_about(self, asset_ids: tuple[int, ...], said: Consensus) -> None:
        """What was said about the selection."""
        self._said = asset_ids, said
        self._show_said()

    def know_names(self, tags: Sequence[str], _boards: Sequence[str]) -> None:
        """The tags that there are."""
        self._tags = tags
        if self._panel is not None:
            self._panel.said.know(tags)

    def show_tag_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        self._tag_colours = colours
        if self._panel is not None:
            self._panel.said.show_colours(colours)

    # ------------------------------------------------------------------ inside

    def _show(self, panel: PreviewPanel, assets: list[Asset]) -> None:
        self._shown = assets
        panel.show_assets(assets, [self._stand_in(asset) for asset in assets])
        self._show_place(panel)
        self._show_said()
        self._want_said()
        self._page = None
        assert self._contents is not None
        self._contents.show(assets[0] if len(assets) == 1 else None)
        if panel.marks_text:
            self._want_text()
        self._want()

    def _show_page(self, page: int) -> None:
        """Another page of the same file."""
        if self._panel is not None and len(self._shown) == 1:
            self._page = page
            [view] = self._panel.views
            view.show_stand_in(None)
            self._panel.say("")
            if self._panel.marks_text:
                self._want_text()
            self._want()

    def _show_place(self, panel: PreviewPanel) -> None:
        row = self._row() if len(self._shown) == 1 else None
        self._at = row or 0
        count = 0 if row is None else self._grid.assets.rowCount()
        panel.title.show_place(self._at + 1, count)

    def _show_said(self) -> None:
        """Of the picture that is looked at, once it was read; of several, of the one in turn."""
        panel = self._panel
        if panel is None or not self._shown:
            return
        if len(self._shown) > 1:
            each = [self._said_each.get(asset.id, Annotation()) for asset in self._shown]
            panel.show_favourites([Flag.FAVOURITE in said.flags for said in each])
            now = each[panel.in_turn]
            tags, flags = dict.fromkeys(now.tags, 1), dict.fromkeys(now.flags, 1)
            panel.said.show_said(Consensus(1, now.rating, tags=tags, flags=flags))
        else:
            asset_ids, said = self._said
            if asset_ids != (self._shown[0].id,):  # not read yet
                said = Consensus(rating=self._shown[0].rating)
            panel.said.show_said(said)

    def _want_said(self) -> None:
        """Of several, each for itself: the selection tells what all of them have."""
        if len(self._shown) > 1:
            annotations, ids = self._context.engine.annotations, [a.id for a in self._shown]
            self._sayings.submit(lambda _: annotations.of(ids))

    def _take_said(self, said: dict[int, Annotation]) -> None:
        self._said_each = said
        self._show_said()

    def _on_changes(self, changes: Changes) -> None:
        if changes.annotations:
            self._want_said()

    # ------------------------------------------------------------------ the screen

    def _show_screen(self, colours: ScreenColours) -> None:
        if self._panel is not None:
            self._take_colours(self._panel, colours)
            self._panel.title.show_colours(
                tr("Shown in the colours of this screen ({profile}).", profile=colours.name)
                if colours.name
                else tr("Shown as sRGB: the system does not tell the profile of this screen.")
            )

    def _take_colours(self, panel: PreviewPanel, colours: ScreenColours) -> None:
        """What is seen in the colours of another screen stands in until it has those of this."""
        if colours.transform == self._transform:
            return
        self._transform = colours.transform
        assert self._contents is not None
        self._contents.player.show_in(colours.transform)
        if self._shown and not self._moves():
            for view in panel.views:
                if view.levels is not None:
                    view.show_stand_in(view.levels)
            self._want()

    # ------------------------------------------------------------------ a part, and a source

    def _search_part(self, part: Crop) -> None:
        assert self._panel is not None
        asset = self._shown[0]
        at_ms = self._seen_ms()
        if at_ms is None and asset.kind is Kind.VIDEO:
            at_ms = self._context.pictures.moment(asset)
        example = Example(asset.path, crop=part, page=self._page or None, position_ms=at_ms)
        image = self._panel.part_image(part)
        self.close()
        self.part_searched.emit(asset, example, image)

    def _seen_ms(self) -> int | None:
        """When the frame that is seen of what moves is shown; None of a picture, and where a
        poster stands for what cannot be played."""
        assert self._contents is not None
        shot = self._contents.player.shot
        return None if shot is None else shot.at_ms

    def _refer(self, part: Crop | None) -> None:
        """Have a part, or the frame of a video that is seen, go along with the prompt."""
        assert self._panel is not None
        assert self._contents is not None
        asset, shot = self._shown[0], self._contents.player.shot
        moment: int | None = None
        if asset.kind is Kind.VIDEO:
            seen = self._seen_ms()
            moment = (self._context.pictures.moment(asset) if seen is None else seen) or 0
        elif self._page or (shot is not None and shot.number > 0):
            self._panel.say(
                tr(
                    "Of a file with several pages or frames, only what stands for it can be a "
                    "reference."
                )
            )
            return
        crop = part and part.edges
        self._panel.leave_part()
        self._panel.leave_full_screen()
        self.referenced.emit(Reference(asset.path, asset.id, crop=crop, moment_ms=moment))

    def _want_part(self, part: Crop) -> None:
        """Copied from all pixels, however few are at hand."""
        pictures, asset = self._context.engine.large_pictures, self._shown[0]
        moment, page, seen_ms = self._context.pictures.moment(asset), self._page, self._seen_ms()

        def cut(_: CancelToken) -> _Copied:
            # Not what is at hand: that may have the colours of this screen.
            whole = (
                pictures.load(asset, 0, moment, page)
                if seen_ms is None
                else pictures.seen(asset, seen_ms)
            )
            return None, image_of(replace(whole, image=whole.image.crop(part.box(*whole.size))))

        self._parts.submit(cut)

    def _copy_part(self, copied: _Copied) -> None:
        page, part = copied
        QGuiApplication.clipboard().setImage(part)
        if self._panel is not None:
            size = f"{number(part.width())} × {number(part.height())}"
            self._panel.say(
                tr("The part was copied: {size} pixels.", size=size)
                if page is None
                else tr("Page {page} was copied: {size} pixels.", page=number(page + 1), size=size)
            )

    def _want_text(self) -> None:
        browsing, asset = self._context.engine.browsing, self._shown[0]
        if self._panel is not None and asset.duration_ms:
            self._panel.say(tr("Text is not read in videos and animations."))
        elif self._panel is not None and self._page:
            self._panel.say(tr("Text is read on the first page only."))
        else:
            self._texts.submit(lambda _: (asset.id, browsing.text(asset)))

    def _show_text(self, answer: tuple[int, tuple[TextLine, ...] | None]) -> None:
        asset_id, lines = answer
        is_seen = [asset.id for asset in self._shown] == [asset_id] and not self._page
        if is_seen and self._panel is not None and self._panel.marks_text:
            self._panel.show_text(lines)

    def _want_source(self) -> None:
        browsing, asset_id = self._context.engine.browsing, self._shown[0].id
        self._sources.submit(lambda _: browsing.details(asset_id))

    def _show_source(self, details: AssetDetails) -> None:
        """The picture that it was made from, and it, one over the other."""
        panel, record = self._panel, details.lineage
        if panel is None or [asset.id for asset in self._shown] != [details.asset.id]:
            return
        references = record.request.references if record is not None else ()
        ids = [each.asset_id for each in references if each.asset_id is not None]
        source = next(filter(None, map(self._context.pictures.asset, ids)), None)
        if source is None:
            panel.say(tr("The picture that it was made from is not in the library."))
            return
        self._show(panel, [source, self._shown[0]])
        panel.put_over()

    def _say(self, error: object) -> None:
        if self._panel is not None:
            self._panel.say(self._context.known(error).sentence())

    # ------------------------------------------------------------------ pixels

    def _want(self) -> None:
        """Have what is shown loaded, as far as it is not at hand."""
        panel = self._panel
        if panel is None or not self._shown:
            return
        missing: list[tuple[int, Wanted]] = []
        for at, asset in enumerate(self._shown):
            view = panel.views[at]
            wanted = self._wanted(asset, self._page)
            found = self._store.find(wanted)
            if found is not None and view.levels is None:
                panel.show_levels(at, found)
            elif self._moves():
                continue  # its frames come by themselves
            elif found is None and view.levels is None:
                missing.append((at, wanted))
            now = view.levels
            if now is not None and not now.is_whole and view.scale() > now.scale:
                missing.append((at, Wanted(asset, wanted.position_ms, page=self._page)))
        if missing:
            store, shown = self._store, (self._shown, self._page)
            self._loads.submit(lambda token: (shown, _load_all(store, missing, token)))
        else:
            self._read_ahead()

    def _on_loaded(self, answer: tuple[tuple[list[Asset], int | None], list[Loaded]]) -> None:
        (shown, page), loaded = answer
        if shown is not self._shown or page != self._page or self._panel is None:
            return
        for at, found in loaded:
            if isinstance(found, Levels):
                self._panel.show_levels(at, found)
            else:
                self._panel.say(found.sentence())
        self._read_ahead()

    def _on_rows_changed(self) -> None:
        """The grid shows others, or the same with other stars; the picture that is looked at may
        be gone from it."""
        panel, assets = self._panel, self._grid.assets
        if panel is None or not self._shown:
            return
        there: list[Asset] = []
        for asset in self._shown:
            row = assets.row_of(asset.id)
            # What another was made from need not be among what the grid shows.
            known = None if len(self._shown) == 1 else self._context.pictures.asset(asset.id)
            now = known if row is None else assets.asset(row)
            there += [now] if now is not None else []
        if len(there) == len(self._shown):
            self._shown[:] = there
            panel.show_facts(there)
            self._show_place(panel)
        elif len(self._shown) > 1 and there:
            self._show(panel, there)
        elif assets.rowCount():
            asset = assets.asset(min(self._at, assets.rowCount() - 1))
            self._grid.select_asset(asset.id)
            self._show(panel, [asset])
        else:
            self.close()

    def _read_ahead(self) -> None:
        """The next picture, and the one before, so that a step shows them at once."""
        row = self._row() if len(self._shown) == 1 else None
        if row is None:
            return
        assets = self._grid.assets
        beside = [assets.asset(at) for at in (row + 1, row - 1) if 0 <= at < assets.rowCount()]
        wanted = [self._wanted(asset) for asset in beside]
        pages = self._contents.pages if self._contents is not None else 0
        if self._page is not None or pages:
            turned = [(self._page or 0) + by for by in (1, -1)]
            asset = self._shown[0]
            wanted[:0] = [self._wanted(asset, page) for page in turned if 0 <= page < pages]
        missing = [(0, each) for each in wanted if self._store.find(each) is None]
        if missing:
            store = self._store
            self._ahead.submit(lambda token: _load_all(store, missing, token))

    def _moves(self) -> bool:
        return self._contents is not None and self._contents.moves

    def _wanted(self, asset: Asset, page: int | None = None) -> Wanted:
        assert self._panel is not None
        ratio = self._panel.devicePixelRatioF()
        longer = max(self._panel.width(), self._panel.height())
        moment = self._context.pictures.moment(asset)
        return Wanted(asset, moment, edge_for(longer, ratio), page)

    def _row(self) -> int | None:
        return self._grid.assets.row_of(self._shown[0].id) if self._shown else None

    def _stand_in(self, asset: Asset) -> Levels | None:
        picture = self._context.pictures.of_asset(asset)
        found = None if picture is None else self._context.cache.find(picture.key, 0)
        return None if found is None else stand_in(found, (asset.width, asset.height))


def _load_all(
    store: PictureStore, wanted: list[tuple[int, Wanted]], token: CancelToken
) -> list[Loaded]:
    """Each for itself: beside one that cannot be read, the others are looked at all the same."""
    loaded: list[Loaded] = []
    for at, each in wanted:
        token.raise_if_cancelled()
        try:
            loaded.append((at, store.load(each)))
        except FileError as error:
            loaded.append((at, error))
    return loaded
