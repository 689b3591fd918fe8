"""Pages, animations and videos in the preview, with mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from desktop.core.errors import FileDamaged
from desktop.core.picture_text import TextLine
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.preview.picture_view import PictureView
from desktop.qt.shell.session import Session
from desktop.qt.widgets.labels import ElidedLabel
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.test_preview import press, preview, select

ANIMATION, VIDEO, DOCUMENT, STILL = 1, 2, 3, 4


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(
        [
            make_asset(ANIMATION, "a.gif", format="GIF", frame_count=0),
            make_asset(VIDEO, "b.mp4", format="MP4", duration_ms=1_000),
            make_asset(DOCUMENT, "c.pdf", format="PDF", frame_count=3),
            make_asset(STILL, "d.png"),
        ],
        tmp_path,
    )


@pytest.fixture
def session(engine: FakeEngine, open_session: Opener, qtbot: QtBot) -> Session:
    opened = open_session(engine)
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    opened.window.centre.grid.setFocus()
    return opened


def look_at(session: Session, asset_id: int, qtbot: QtBot) -> PreviewPanel:
    assets = session.window.centre.grid.assets
    row = next(row for row in range(assets.rowCount()) if assets.asset(row).id == asset_id)
    select(session, row)
    press(session, Qt.Key.Key_Space, qtbot)
    return preview(session)


def grey_of(view: PictureView) -> int:
    """Of the frame that is seen: 12 times its number."""
    levels = view.levels
    assert levels is not None
    return levels.images[0].pixelColor(0, 0).red()


def test_an_animation_plays_by_itself_pauses_and_is_stepped(session: Session, qtbot: QtBot) -> None:
    panel = look_at(session, ANIMATION, qtbot)
    [view] = panel.views
    qtbot.waitUntil(lambda: view.levels is not None)
    qtbot.waitUntil(lambda: grey_of(view) >= 36)
    press(session, Qt.Key.Key_P, qtbot)
    assert panel.playback.play.accessibleName().startswith("Play")
    at = grey_of(view)
    press(session, Qt.Key.Key_Period, qtbot)
    qtbot.waitUntil(lambda: grey_of(view) == (at + 12) % 240)
    press(session, Qt.Key.Key_Comma, qtbot)
    qtbot.waitUntil(lambda: grey_of(view) == at)
    assert panel.playback.slider.isHidden()
    press(session, Qt.Key.Key_Escape, qtbot)
    qtbot.waitUntil(lambda: session.lanes.playing.is_idle)


def test_a_video_waits_at_its_beginning_and_is_played_with_a_strip_of_its_scenes(
    session: Session, qtbot: QtBot
) -> None:
    panel = look_at(session, VIDEO, qtbot)
    [view] = panel.views
    qtbot.waitUntil(lambda: view.levels is not None)
    assert grey_of(view) == 0
    qtbot.waitUntil(lambda: panel.strip.count() == 4)
    assert [panel.strip.item(at).text() for at in range(4)] == ["0:00"] * 4
    qtbot.mouseClick(
        panel.strip.viewport(),
        Qt.MouseButton.LeftButton,
        pos=_place(panel, 2).center(),
    )
    qtbot.waitUntil(lambda: grey_of(view) == 120)
    assert panel.strip.currentRow() == 2
    qtbot.mouseClick(panel.playback.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: grey_of(view) >= 156)
    qtbot.mouseClick(panel.playback.play, Qt.MouseButton.LeftButton)
    panel.playback.slider.setValue(300)
    qtbot.waitUntil(lambda: grey_of(view) == 72)
    assert panel.playback.where.toolTip() == "Videos are played without sound."


def test_a_video_opens_at_the_time_of_the_hit(session: Session, qtbot: QtBot) -> None:
    session.pictures.show_moments({VIDEO: 800})
    panel = look_at(session, VIDEO, qtbot)
    [view] = panel.views
    qtbot.waitUntil(lambda: view.levels is not None and grey_of(view) == 192)
    qtbot.waitUntil(lambda: panel.strip.currentRow() == 3)


def test_the_frame_that_is_seen_goes_along_as_a_reference(session: Session, qtbot: QtBot) -> None:
    panel = look_at(session, ANIMATION, qtbot)
    assert panel.playback.refer.isHidden(), "of an animation nobody could say which"
    press(session, Qt.Key.Key_Escape, qtbot)
    session.pictures.show_moments({VIDEO: 800})
    panel = look_at(session, VIDEO, qtbot)
    [view] = panel.views
    qtbot.waitUntil(lambda: view.levels is not None and grey_of(view) == 192)
    qtbot.mouseClick(panel.playback.refer, Qt.MouseButton.LeftButton)
    [reference] = session.window.right.creation.tray.references()
    assert (reference.asset_id, reference.moment_ms) == (VIDEO, 800)
    [title, *_] = session.window.right.creation.tray.findChildren(ElidedLabel)
    assert title.text() == "b.mp4 @ 0:00"


def test_pages_are_turned_by_key_and_chosen_in_the_strip(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    panel = look_at(session, DOCUMENT, qtbot)
    qtbot.waitUntil(lambda: panel.strip.count() == 3)
    qtbot.waitUntil(lambda: session.lanes.preview.is_idle)
    press(session, Qt.Key.Key_PageDown, qtbot)
    [view] = panel.views
    qtbot.waitUntil(lambda: view.levels is not None and 1 in engine.large_pictures.pages_asked)
    assert panel.strip.currentRow() == 1
    qtbot.mouseClick(
        panel.strip.viewport(), Qt.MouseButton.LeftButton, pos=_place(panel, 2).center()
    )
    qtbot.waitUntil(lambda: 2 in engine.large_pictures.pages_asked)
    assert panel.strip.currentRow() == 2
    press(session, Qt.Key.Key_PageDown, qtbot)
    assert panel.strip.currentRow() == 2, "at the end nothing happens"
    press(session, Qt.Key.Key_PageUp, qtbot)
    assert panel.strip.currentRow() == 1


def mark(session: Session, panel: PreviewPanel, qtbot: QtBot) -> None:
    """Draw a rectangle over the middle of what is seen."""
    [view] = panel.views
    qtbot.waitUntil(lambda: view.levels is not None and view.width() > 640)
    press(session, Qt.Key.Key_M, qtbot)
    middle = view.rect().center()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle - QPoint(60, 40))
    qtbot.mouseMove(view, middle + QPoint(60, 40))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 40))


def test_a_part_is_searched_on_the_page_that_is_looked_at(session: Session, qtbot: QtBot) -> None:
    panel = look_at(session, DOCUMENT, qtbot)
    qtbot.waitUntil(lambda: panel.strip.count() == 3)
    press(session, Qt.Key.Key_PageDown, qtbot)
    mark(session, panel, qtbot)
    qtbot.mouseClick(panel.part_bar.search, Qt.MouseButton.LeftButton)
    bar = session.window.centre.search
    [example] = bar.query().examples
    assert (example.page, example.crop is not None) == (1, True)
    assert [chip.accessibleName() for chip in bar.chips] == [
        "Picture searched by: Page 2, part of c.pdf"
    ]


def test_of_a_picture_that_is_away_the_part_itself_is_searched_by(
    session: Session, qtbot: QtBot
) -> None:
    grid = session.window.centre.grid
    grid.show_assets(
        [asset._replace(is_offline=asset.id == STILL) for asset in session.window.centre.assets()]
    )
    panel = look_at(session, STILL, qtbot)
    mark(session, panel, qtbot)
    qtbot.mouseClick(panel.part_bar.search, Qt.MouseButton.LeftButton)
    bar = session.window.centre.search
    [example] = bar.query().examples
    assert isinstance(example.image, bytes)
    part = QImage.fromData(example.image)
    assert 0 < part.width() < 300
    [chip] = bar.chips
    assert chip.accessibleName() == "Picture searched by: Part of d.png"


def test_a_part_is_searched_and_copied_at_the_time_that_is_seen(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    panel = look_at(session, VIDEO, qtbot)
    qtbot.waitUntil(lambda: panel.strip.count() > 2 and panel.views[0].levels is not None)
    press(session, Qt.Key.Key_PageDown, qtbot)
    qtbot.waitUntil(lambda: grey_of(panel.views[0]) > 0)
    at_ms = 50 * grey_of(panel.views[0]) // 12
    mark(session, panel, qtbot)
    qtbot.mouseClick(panel.part_bar.copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "copied" in panel.message.text())
    assert engine.large_pictures.seen_asked == [at_ms]
    qtbot.mouseClick(panel.part_bar.search, Qt.MouseButton.LeftButton)
    [example] = session.window.centre.search.query().examples
    assert example.position_ms == at_ms


def test_ctrl_c_copies_the_page_that_is_looked_at(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.large_pictures.sizes[DOCUMENT] = (300, 200)
    panel = look_at(session, DOCUMENT, qtbot)
    qtbot.waitUntil(lambda: panel.strip.count() == 3)
    press(session, Qt.Key.Key_PageDown, qtbot)
    qtbot.waitUntil(lambda: panel.views[0].levels is not None)
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.message.text() == "Page 2 was copied: 300 × 200 pixels.")
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert not mime.hasUrls(), "the file would begin with another page"


def test_the_page_keys_step_the_scenes_of_a_video(session: Session, qtbot: QtBot) -> None:
    panel = look_at(session, VIDEO, qtbot)
    qtbot.waitUntil(lambda: panel.strip.count() > 2 and panel.views[0].levels is not None)
    before = grey_of(panel.views[0])
    press(session, Qt.Key.Key_PageDown, qtbot)
    qtbot.waitUntil(lambda: grey_of(panel.views[0]) > before)
    assert panel.strip.currentRow() == 1
    press(session, Qt.Key.Key_PageUp, qtbot)
    qtbot.waitUntil(lambda: grey_of(panel.views[0]) == before)
    assert panel.title.name.text() == "b.mp4"


def test_text_is_marked_on_the_page_that_was_read_alone(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    corners = ((0.1, 0.1), (0.6, 0.1), (0.6, 0.2), (0.1, 0.2))
    engine.browsing.texts = {DOCUMENT: (TextLine("AURORA", 0.9, corners),)}
    panel = look_at(session, DOCUMENT, qtbot)
    [view] = panel.views
    qtbot.waitUntil(lambda: panel.strip.count() == 3)
    press(session, Qt.Key.Key_W, qtbot)
    qtbot.waitUntil(lambda: len(view.lines) == 1)
    press(session, Qt.Key.Key_PageDown, qtbot)
    assert panel.message.text() == "Text is read on the first page only."
    assert view.lines == ()
    press(session, Qt.Key.Key_W, qtbot)
    press(session, Qt.Key.Key_W, qtbot)
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)
    assert view.lines == ()
    press(session, Qt.Key.Key_PageUp, qtbot)
    qtbot.waitUntil(lambda: len(view.lines) == 1)
    assert panel.message.isHidden()
    press(session, Qt.Key.Key_Left, qtbot)
    assert panel.message.text() == "Text is not read in videos and animations."


def test_where_nothing_moves_nothing_of_it_is_seen(session: Session, qtbot: QtBot) -> None:
    panel = look_at(session, STILL, qtbot)
    qtbot.waitUntil(lambda: panel.views[0].levels is not None)
    assert panel.strip.isHidden()
    assert panel.playback.isHidden()


def test_what_cannot_be_played_says_so_and_shows_its_poster(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    engine.large_pictures.unplayable = FileDamaged(Path("a.gif"), "The GIF is damaged.")
    panel = look_at(session, ANIMATION, qtbot)
    qtbot.waitUntil(lambda: "The GIF is damaged." in panel.message.text())
    qtbot.waitUntil(lambda: panel.views[0].levels is not None)
    assert panel.playback.isHidden()


def _place(panel: PreviewPanel, at: int) -> QRect:
    return panel.strip.visualItemRect(panel.strip.item(at))
