"""The preview: one picture, several, and one that cannot be read."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from PIL import Image, ImageDraw
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.config.paths import resource
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileDamaged
from desktop.core.picture_text import TextLine
from desktop.core.text import tr
from desktop.media.colour import OwnColours
from desktop.media.large_picture import LargePicture
from desktop.media.moving_picture import MovingFrame, frame_of
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeLargePictures
from tests.gallery.stage import SCENES, VIDEO, Screen, Stage, full_library

CLEAR_ROW = 3
ANIMATION, DOCUMENT = 21, 23
WRITTEN = tuple(
    TextLine("AUTOMATIC", 0.9, ((left, top), (right, top), (right, low), (left, low)))
    for left, top, right, low in ((0.45, 0.42, 0.56, 0.47), (0.44, 0.56, 0.57, 0.6))
)


class SamplePictures(FakeLargePictures):
    """The sample pictures; every fourth is a black ring on nothing."""

    def load(
        self,
        asset: Asset,
        longer: int = 0,
        position_ms: int | None = None,
        page: int | None = None,
    ) -> LargePicture:
        super().load(asset, longer, position_ms, page)
        if asset.id % 4 == 0:
            ring = Image.new("RGBA", (1200, 800), (0, 0, 0, 0))
            ImageDraw.Draw(ring).ellipse((250, 50, 950, 750), outline=(0, 0, 0, 255), width=120)
            return LargePicture(ring, (1200, 800))
        samples = sorted(resource("demo/pictures").rglob("*.webp"))
        with Image.open(samples[asset.id % len(samples)]) as sample:
            image = sample.convert("RGB").resize((1200, 800))
        return LargePicture(image, (1200, 800), own=OwnColours("Display P3", image))

    def play(
        self, asset: Asset, begin_ms: int, cancel: CancelToken
    ) -> Generator[MovingFrame, int | None, None]:
        image, number = self.load(asset).image, 0
        while True:
            in_round = -1 if asset.duration_ms else number % 24
            wanted_ms = yield frame_of(image, image.size, in_round, 500 * number, 500)
            number = number + 1 if wanted_ms is None else wanted_ms // 500


def _open(stage: Stage, *rows: int, broken: int | None = None) -> QWidget:
    return _session(stage, *rows, broken=broken).window


def _session(stage: Stage, *rows: int, broken: int | None = None) -> Session:
    engine = full_library(stage.thumbnails, large_pictures=SamplePictures())
    engine.vector_table.scenes = SCENES
    engine.browsing.texts = {asset.id: WRITTEN for asset in engine.browsing.assets}
    if broken is not None:
        engine.large_pictures.errors = {
            asset.id: FileDamaged(
                Path(asset.name),
                tr("The {kind} is damaged or incomplete.", kind="JPEG"),
                next_step=tr("Copy it again from where it came from, or export it again."),
            )
            for asset in engine.browsing.assets
        }
    session = stage.library(engine)
    grid = session.window.centre.grid
    for row in rows:
        index = grid.assets.index(row)
        grid.selectionModel().setCurrentIndex(index, grid.selectionModel().SelectionFlag.Select)
    session.controllers.preview.show()
    stage.until(lambda: session.lanes.preview.is_idle)
    stage.rest()
    return session


def one(stage: Stage) -> QWidget:
    return _open(stage, 0)


def clear(stage: Stage) -> QWidget:
    return _open(stage, CLEAR_ROW)


def narrow(stage: Stage) -> QWidget:
    window = _open(stage, 0)
    window.resize(1000, 640)
    return window


def pointed(stage: Stage) -> QWidget:
    session = _session(stage, 0)
    [view] = _panel(session).views
    QTest.mouseMove(view, view.rect().center())
    QTest.mouseMove(view, view.rect().center() + QPoint(8, 8))
    return session.window


def video(stage: Stage) -> QWidget:
    """The one of the gallery, paused at its second scene."""
    session = _session(stage, _row_of(VIDEO))
    panel = _panel(session)
    stage.until(lambda: panel.views[0].levels is not None and panel.strip.count() > 0)
    panel.playback.sought.emit(31_000)
    stage.until(lambda: panel.strip.currentRow() == 2)
    stage.rest()
    return session.window


def animation(stage: Stage) -> QWidget:
    session = _session(stage, _row_of(ANIMATION))
    panel = _panel(session)
    stage.until(lambda: panel.views[0].levels is not None)
    panel.playback.toggled.emit()
    stage.rest()
    return session.window


def pages(stage: Stage) -> QWidget:
    session = _session(stage, _row_of(DOCUMENT))
    panel = _panel(session)
    stage.until(lambda: panel.strip.count() > 0)
    panel.page_stepped.emit(1)
    stage.until(lambda: session.lanes.preview.is_idle)
    stage.rest()
    return session.window


def _row_of(asset_id: int) -> int:
    return asset_id - 1


def _panel(session: Session) -> PreviewPanel:
    panel = session.window.middle.currentWidget()
    assert isinstance(panel, PreviewPanel)
    return panel


def side_by_side(stage: Stage) -> QWidget:
    return _open(stage, 0, 3)


def marked_part(stage: Stage) -> QWidget:
    session = _session(stage, 0)
    panel = _panel(session)
    [view] = panel.views
    panel.title.part_button.setChecked(True)
    middle, reach = view.rect().center(), QPoint(180, 140)
    button = Qt.MouseButton.LeftButton
    QTest.mousePress(view, button, Qt.KeyboardModifier.NoModifier, middle - reach)
    QTest.mouseMove(view, middle + reach)
    QTest.mouseRelease(view, button, Qt.KeyboardModifier.NoModifier, middle + reach)
    return session.window


def marked_text(stage: Stage) -> QWidget:
    session = _session(stage, 0)
    _panel(session).title.text_button.setChecked(True)
    stage.rest()
    return session.window


def one_over_the_other(stage: Stage) -> QWidget:
    session = _session(stage, 0, 1)
    panel = _panel(session)
    stage.until(lambda: all(view.levels is not None for view in panel.views))
    panel.put_over()
    return session.window


def four(stage: Stage) -> QWidget:
    return _open(stage, 0, 1, 2, 3)


def unreadable(stage: Stage) -> QWidget:
    return _open(stage, 0, broken=0)


SCREENS = (
    Screen("52-preview", one),
    Screen("52a-preview-in-a-small-window", narrow),
    Screen("52b-preview-with-a-colour", pointed),
    Screen("52c-preview-of-a-video", video),
    Screen("52d-preview-of-an-animation", animation),
    Screen("52e-preview-of-a-document", pages),
    Screen("52f-preview-with-a-marked-part", marked_part),
    Screen("52g-preview-with-marked-text", marked_text),
    Screen("53-preview-of-what-is-clear", clear),
    Screen("54-two-side-by-side", side_by_side),
    Screen("54a-preview-one-over-the-other", one_over_the_other),
    Screen("55-four-side-by-side", four),
    Screen("56-preview-of-an-unreadable-file", unreadable),
)
