"""Looking at pictures large, with mouse and keyboard."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.errors import FileDamaged
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.core.picture_text import TextLine
from desktop.qt.preview.levels import stand_in
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.preview.picture_view import PictureView
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener

COUNT = 9


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine([make_asset(number) for number in range(1, COUNT + 1)], tmp_path)


@pytest.fixture
def session(engine: FakeEngine, open_session: Opener, qtbot: QtBot) -> Session:
    opened = open_session(engine)
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    opened.window.centre.grid.setFocus()
    return opened


def select(session: Session, *rows: int) -> list[int]:
    """Select rows of the grid; their assets' ids."""
    grid = session.window.centre.grid
    grid.clearSelection()
    flags = grid.selectionModel().SelectionFlag
    for row in rows:
        grid.selectionModel().setCurrentIndex(grid.assets.index(row), flags.Select)
    return [grid.assets.asset(row).id for row in rows]


def press(session: Session, key: Qt.Key, qtbot: QtBot) -> None:
    """Press a key where the keyboard is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, key)


def preview(session: Session) -> PreviewPanel:
    panel = session.window.middle.currentWidget()
    assert isinstance(panel, PreviewPanel)
    return panel


def is_shown(session: Session) -> bool:
    """Every picture that is wanted has come."""
    return all(view.levels is not None for view in preview(session).views)


def selected_ids(session: Session) -> list[int]:
    return [asset.id for asset in session.window.centre.grid.selected_assets()]


def test_space_shows_what_is_selected_and_escape_leads_back_to_its_place(
    session: Session, qtbot: QtBot
) -> None:
    window = session.window
    [asset_id] = select(session, 4)
    press(session, Qt.Key.Key_Space, qtbot)
    panel = preview(session)
    assert panel.title.name.text() == make_asset(asset_id).filename
    assert panel.title.place.text() == f"5 of {COUNT}"
    qtbot.waitUntil(lambda: is_shown(session))
    press(session, Qt.Key.Key_Escape, qtbot)
    assert window.middle.currentWidget() is window.centre
    assert window.centre.grid.hasFocus()
    assert selected_ids(session) == [asset_id]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_the_key_that_opens_it_closes_it(session: Session, qtbot: QtBot, key: Qt.Key) -> None:
    select(session, 0)
    press(session, key, qtbot)
    assert preview(session).isVisible()
    press(session, key, qtbot)
    assert session.window.middle.currentWidget() is session.window.centre


def test_a_double_click_opens_it(session: Session, qtbot: QtBot) -> None:
    grid = session.window.centre.grid
    middle = grid.cell_of(2).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert preview(session).title.place.text() == f"3 of {COUNT}"


def test_stepping_goes_through_what_is_shown_and_the_selection_goes_along(
    session: Session, qtbot: QtBot
) -> None:
    grid = session.window.centre.grid
    select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    for row in (1, 2):
        press(session, Qt.Key.Key_Right, qtbot)
        assert selected_ids(session) == [grid.assets.asset(row).id]
    press(session, Qt.Key.Key_Left, qtbot)
    assert preview(session).title.place.text() == f"2 of {COUNT}"
    qtbot.mouseClick(preview(session).title.previous, Qt.MouseButton.LeftButton)
    assert preview(session).title.place.text() == f"1 of {COUNT}"
    press(session, Qt.Key.Key_Left, qtbot)
    assert preview(session).title.place.text() == f"1 of {COUNT}", "at the end nothing happens"


def test_a_neighbour_is_read_ahead_and_shown_at_once(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    first, second = select(session, 0, 1)
    select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: {first, second} <= {asked for asked, _ in engine.large_pictures.asked})
    qtbot.waitUntil(lambda: session.lanes.preview.is_idle)
    engine.large_pictures.gate = threading.Event()  # from here on nothing can be read
    press(session, Qt.Key.Key_Right, qtbot)
    assert is_shown(session)
    engine.large_pictures.gate.set()


def test_one_that_is_slow_never_shows_in_the_place_of_the_next(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    gate = engine.large_pictures.gate = threading.Event()
    engine.large_pictures.sizes = {2: (300, 300)}
    rows = {session.window.centre.grid.assets.asset(row).id: row for row in range(COUNT)}
    select(session, rows[2] - 1 if rows[2] else 1)
    press(session, Qt.Key.Key_Space, qtbot)
    press(session, Qt.Key.Key_Right if rows[2] else Qt.Key.Key_Left, qtbot)
    assert selected_ids(session) == [2]
    gate.set()
    qtbot.waitUntil(lambda: is_shown(session))
    [view] = preview(session).views
    assert view.levels is not None
    assert view.levels.original == (300, 300)


def test_the_wheel_enlarges_what_is_under_the_pointer_and_all_pixels_are_fetched(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    [asset_id] = select(session, 0)
    engine.large_pictures.sizes = {asset_id: (9000, 6000)}
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    [view] = preview(session).views
    qtbot.waitUntil(lambda: view.width() > 640)  # laid out
    before = view.scale()
    place = QPointF(view.rect().center())
    for _ in range(16):
        turn = QPoint(0, 120)
        wheel = QWheelEvent(
            place,
            view.mapToGlobal(place),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view, wheel)
    assert view.scale() == pytest.approx(before * 1.25**16)
    qtbot.waitUntil(lambda: view.levels is not None and view.levels.is_whole)
    assert (asset_id, 0) in engine.large_pictures.asked
    press(session, Qt.Key.Key_Z, qtbot)
    assert view.scale() == before
    press(session, Qt.Key.Key_Z, qtbot)
    assert view.scale() == 1
    assert preview(session).title.percent.text() == "100 %"


def test_several_stand_side_by_side_and_share_one_zoom(session: Session, qtbot: QtBot) -> None:
    select(session, 0, 1, 2)
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    panel = preview(session)
    assert len(panel.views) == 3
    assert panel.title.previous.isHidden()
    panel.views[1].zoom_to(2.0)
    assert len({view.zoom for view in panel.views}) == 1
    assert panel.views[0].zoom.factor > 1


def test_beside_one_that_cannot_be_read_the_other_is_seen(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    first, _ = select(session, 0, 1)
    engine.large_pictures.errors = {first: FileDamaged(Path("a.png"), "The PNG is damaged.")}
    press(session, Qt.Key.Key_Space, qtbot)
    panel = preview(session)
    qtbot.waitUntil(lambda: panel.views[1].levels is not None)
    assert panel.views[0].levels is None
    assert "The PNG is damaged." in panel.message.text()


def test_what_is_clear_shows_a_checkerboard_that_hides_neither_black_nor_white(
    session: Session, qtbot: QtBot
) -> None:
    rows = {session.window.centre.grid.assets.asset(row).id: row for row in range(COUNT)}
    select(session, rows[4])
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    [view] = preview(session).views
    seen = view.grab().toImage()
    middle = seen.height() // 2
    ground = {seen.pixelColor(seen.width() // 2 - 100 - x, middle).name() for x in range(0, 40, 4)}
    theme = session.window.theme
    assert ground == {theme.color("check_light").name(), theme.color("check_dark").name()}


@pytest.mark.parametrize("is_grey", [False, True])
def test_what_is_at_hand_stands_where_the_picture_will(
    theme: Theme, qtbot: QtBot, is_grey: bool
) -> None:
    def half_clear(width: int, height: int) -> QPixmap:
        made = QPixmap(width, height)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.fillRect(0, 0, width // 2, height, Qt.GlobalColor.red)
        painter.end()
        return made

    view = PictureView(theme)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.set_grey(is_grey)

    def seen() -> list[str]:
        image = view.grab().toImage()
        return [image.pixelColor(x, 200).name() for x in range(4, 600, 16)]

    view.show_stand_in(stand_in(half_clear(96, 48), (240, 120)))
    before = seen()
    view.show_levels(stand_in(half_clear(240, 120), (240, 120)))
    assert seen() == before
    assert len({*before}) > 2, "beside it, what is in it, and the checkerboard"


def test_without_colours_and_the_colour_under_the_pointer(session: Session, qtbot: QtBot) -> None:
    rows = {session.window.centre.grid.assets.asset(row).id: row for row in range(COUNT)}
    select(session, rows[1])
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    panel = preview(session)
    [view] = panel.views
    qtbot.mouseMove(view, view.rect().center())
    qtbot.waitUntil(lambda: panel.said.color_text.text() == "#2F50A0")
    press(session, Qt.Key.Key_C, qtbot)
    assert QGuiApplication.clipboard().text() == "#2F50A0"
    press(session, Qt.Key.Key_G, qtbot)
    grey = view.grab().toImage().pixelColor(view.rect().center())
    assert grey.red() == grey.green() == grey.blue()
    assert panel.title.grey_button.isChecked()


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_F11])
def test_full_screen_and_back(session: Session, qtbot: QtBot, key: Qt.Key) -> None:
    window = session.window
    [asset_id] = select(session, 5)
    press(session, Qt.Key.Key_Space, qtbot)
    press(session, key, qtbot)
    assert window.isFullScreen()
    assert window.sidebar.isHidden()
    preview(session).setFocus()
    press(session, Qt.Key.Key_Escape, qtbot)
    assert not window.isFullScreen()
    assert window.sidebar.isVisible()
    assert preview(session).isVisible(), "one step at a time"
    press(session, Qt.Key.Key_Escape, qtbot)
    assert window.centre.grid.hasFocus()
    assert selected_ids(session) == [asset_id]


def test_when_the_picture_leaves_the_grid_the_one_after_it_is_shown(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    grid = session.window.centre.grid
    [gone] = select(session, 3)
    press(session, Qt.Key.Key_Space, qtbot)
    after = grid.assets.asset(4).id
    grid.show_assets([asset for asset in engine.browsing.assets if asset.id != gone])
    assert selected_ids(session) == [after] or grid.assets.asset(3).id in selected_ids(session)
    assert preview(session).title.place.text() == f"4 of {COUNT - 1}"
    grid.show_assets([])
    assert session.window.middle.currentWidget() is session.window.centre


def test_what_can_be_done_in_the_grid_can_be_done_here(session: Session, qtbot: QtBot) -> None:
    select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    heard = {action.objectName() for action in preview(session).actions()}
    assert {"annotations.rate_3", "annotations.add_tag", "trash.move"} <= heard


def test_the_ground_behind_the_picture_is_chosen(session: Session, qtbot: QtBot) -> None:
    rows = {session.window.centre.grid.assets.asset(row).id: row for row in range(COUNT)}
    select(session, rows[4])
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    [view] = preview(session).views
    seen: list[str] = []
    for _ in range(3):
        press(session, Qt.Key.Key_B, qtbot)
        image = view.grab().toImage()
        assert image.pixelColor(1, 1) == image.pixelColor(image.width() // 4, image.height() // 2)
        seen.append(image.pixelColor(1, 1).name())
    assert seen == ["#000000", "#777777", "#ffffff"]


def test_unlinked_each_is_enlarged_by_itself(session: Session, qtbot: QtBot) -> None:
    select(session, 0, 1)
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    first, second = preview(session).views
    press(session, Qt.Key.Key_L, qtbot)
    second.zoom_to(3.0)
    assert first.zoom.factor == 1
    press(session, Qt.Key.Key_L, qtbot)
    assert second.zoom == first.zoom, "linked again, they show the same"


def test_two_are_laid_over_each_other_and_the_line_between_is_moved(
    session: Session, qtbot: QtBot
) -> None:
    rows = {session.window.centre.grid.assets.asset(row).id: row for row in range(COUNT)}
    select(session, rows[1], rows[2])
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    panel = preview(session)
    press(session, Qt.Key.Key_S, qtbot)
    view, other = panel.views
    qtbot.waitUntil(lambda: not other.isVisible() and view.width() > 640)
    left, right = (QPoint(view.width() * at // 4, view.height() // 2) for at in (1, 3))

    def reds() -> list[int]:
        image = view.grab().toImage()
        return [image.pixelColor(place).red() for place in (left, right)]

    assert reds() == [47, 94]
    middle = QPoint(view.width() // 2, view.height() // 3)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(view, QPoint(8, view.height() // 3))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(8, view.height() // 3))
    assert reds() == [94, 94]
    for _ in range(10):
        qtbot.keyClick(panel, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert reds() == [47, 94]
    for _ in range(10):
        qtbot.keyClick(panel, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert reds() == [94, 94]
    press(session, Qt.Key.Key_S, qtbot)
    assert other.isVisible()


def mark(session: Session, qtbot: QtBot) -> PreviewPanel:
    """Draw a rectangle over the middle of the picture, from a quarter to three quarters."""
    panel = preview(session)
    [view] = panel.views
    qtbot.waitUntil(lambda: is_shown(session) and view.width() > 640)
    press(session, Qt.Key.Key_M, qtbot)
    height = view.width() * 800 // 1200
    top = (view.height() - height) // 2
    begin, end = (QPoint(view.width() * share // 4, top + height * share // 4) for share in (1, 3))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    return panel


def test_a_part_is_marked_and_searched_for(session: Session, qtbot: QtBot) -> None:
    asset_id = select(session, 0)[0]
    press(session, Qt.Key.Key_Space, qtbot)
    panel = mark(session, qtbot)
    with qtbot.waitSignal(session.controllers.preview.part_searched) as told:
        qtbot.mouseClick(panel.part_bar.search, Qt.MouseButton.LeftButton)
    assert told.args is not None
    asset, example, seen = told.args
    part = example.crop
    assert asset.id == asset_id
    assert (example.page, example.position_ms) == (None, None)
    assert not seen.isNull()
    shares = (part.left, part.top, part.width, part.height)
    assert shares == pytest.approx((0.25, 0.25, 0.5, 0.5), abs=0.01)
    assert session.window.middle.currentWidget() is session.window.centre
    assert session.window.centre.search.is_searching


def test_a_part_goes_along_as_a_reference(session: Session, qtbot: QtBot) -> None:
    asset_id = select(session, 0)[0]
    press(session, Qt.Key.Key_Space, qtbot)
    panel = mark(session, qtbot)
    for _ in range(2):  # the same part once alone
        qtbot.mouseClick(panel.part_bar.refer, Qt.MouseButton.LeftButton)
        assert panel.part_bar.isHidden()
        panel = mark(session, qtbot)
    session.window.navigation.use_as_references(session.window.centre.grid.selected_assets())
    part, whole = session.window.right.creation.tray.references()
    assert (part.asset_id, whole.asset_id) == (asset_id, asset_id)
    assert part.crop == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=0.01)
    assert whole.crop is None


def test_a_part_is_copied_in_all_its_pixels(session: Session, qtbot: QtBot) -> None:
    select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    panel = mark(session, qtbot)
    qtbot.mouseClick(panel.part_bar.copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "copied" in panel.message.text())
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == pytest.approx((600, 400), abs=8)
    panel.setFocus()
    press(session, Qt.Key.Key_Escape, qtbot)
    assert panel.part_bar.isHidden()
    assert panel.isVisible(), "one step at a time"


def test_what_was_made_is_laid_over_what_it_was_made_from(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    grid = session.window.centre.grid
    made, source = select(session, 0, 1)
    reference = Reference(Path("a.png"), asset_id=source)
    request = GenerationRequest("a watch", references=(reference,))
    engine.browsing.lineages[made] = GenerationRecord(request, "fake-1")
    grid.show_assets(
        [asset._replace(is_generated=asset.id == made) for asset in session.window.centre.assets()]
    )
    select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    press(session, Qt.Key.Key_S, qtbot)
    panel = preview(session)
    qtbot.waitUntil(lambda: len(panel.views) == 2 and is_shown(session))
    assert panel.title.over_button.isChecked()
    assert [view.accessibleName() for view in panel.views] == [
        make_asset(source).filename,
        make_asset(made).filename,
    ]


def test_what_is_written_in_it_is_marked_picture_after_picture(
    session: Session, engine: FakeEngine, qtbot: QtBot
) -> None:
    corners = ((0.1, 0.1), (0.6, 0.1), (0.6, 0.2), (0.1, 0.2))
    [first, second] = select(session, 0, 1)
    engine.browsing.texts = {first: (TextLine("AURORA", 0.9, corners),), second: ()}
    select(session, 0)
    press(session, Qt.Key.Key_Space, qtbot)
    qtbot.waitUntil(lambda: is_shown(session))
    panel = preview(session)
    [view] = panel.views
    plain = view.grab().toImage()
    press(session, Qt.Key.Key_W, qtbot)
    qtbot.waitUntil(lambda: [line.text for line in view.lines] == ["AURORA"])
    assert view.grab().toImage() != plain
    press(session, Qt.Key.Key_Right, qtbot)
    qtbot.waitUntil(lambda: panel.message.text() == "No text was found in it.")
    assert view.lines == ()
    press(session, Qt.Key.Key_Right, qtbot)
    qtbot.waitUntil(lambda: panel.message.text() == "Its text was not looked for yet.")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left):
        press(session, key, qtbot)
    qtbot.waitUntil(lambda: len(view.lines) == 1)
    qtbot.waitUntil(lambda: is_shown(session))
    press(session, Qt.Key.Key_W, qtbot)
    assert view.lines == ()
    assert view.grab().toImage() == plain
