"""One picture after the other, one key each; what was rejected is gathered, and binned if asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from desktop.core.annotations import Flag
from desktop.core.filter import Filter
from desktop.qt.browse.marks import NO_MARKS
from desktop.qt.browse.sections import FAVOURITES, REJECTED
from tests.fakes.services import FakeEngine, make_asset
from tests.qt.conftest import Opener
from tests.qt.curating import Window


def flags(window: Window, row: int) -> set[Flag]:
    return set(window.said(window.ids[row]).flags)


def current(window: Window) -> list[int]:
    return [asset.id for asset in window.grid.selected_assets()]


def cull(window: Window) -> None:
    window.session.window.action_list["browse.cull"].trigger()


def press(window: Window, keys: str) -> None:
    for key in keys:
        QTest.keyClicks(window.grid, key)


def test_each_key_decides_and_goes_on_to_the_next(window: Window) -> None:
    cull(window)
    assert current(window) == [window.ids[0]]
    press(window, "kx4")
    assert current(window) == [window.ids[3]]
    window.until(lambda: window.said(window.ids[2]).rating == 4)
    assert (flags(window, 0), flags(window, 1)) == ({Flag.KEPT}, {Flag.REJECTED})
    press(window, "f")
    window.until(lambda: flags(window, 3) == {Flag.FAVOURITE})
    assert current(window) == [window.ids[3]]  # that is no verdict
    press(window, "x")
    notice = window.session.window.centre.notice
    window.until(lambda: "Kept: 1. Rejected: 2." in notice.text())


def test_it_begins_in_sight(open_session: Opener) -> None:
    session = open_session(FakeEngine([make_asset(number) for number in range(1, 400)]))
    grid = session.window.centre.grid
    first = grid.assets.asset(0).id
    grid.select_asset(first)
    grid.scrollToBottom()
    session.window.action_list["browse.cull"].trigger()
    assert [asset.id for asset in grid.selected_assets()] == [first]
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()))


def test_a_decision_is_undone_by_its_name(window: Window) -> None:
    cull(window)
    press(window, "x")
    undo = window.session.window.action_list["edit.undo"]
    window.until(lambda: undo.text() == "Undo rejecting 1 picture")
    undo.trigger()
    window.until(lambda: flags(window, 0) == set())


def test_to_keep_is_not_to_reject(window: Window) -> None:
    window.select(0)
    actions = window.session.window.action_list
    for action, expected in (
        ("annotations.reject", {Flag.REJECTED}),
        ("annotations.keep", {Flag.KEPT}),
        ("annotations.undecide", set()),
    ):
        actions[action].trigger()
        window.until(lambda expected=expected: flags(window, 0) == expected)


def test_outside_of_it_letters_are_names_and_several_are_decided_about_at_once(
    window: Window,
) -> None:
    window.select(0, 1)
    press(window, "x")
    cull(window)
    window.select(0, 1)
    press(window, "x")
    window.until(lambda: flags(window, 0) == flags(window, 1) == {Flag.REJECTED})
    assert len(current(window)) == 2
    assert flags(window, 2) == set()
    QTest.keyClick(window.session.window, Qt.Key.Key_Escape)
    assert not window.grid.keys.is_culling


def test_it_goes_on_in_the_large_preview_as_well(window: Window) -> None:
    cull(window)
    QTest.keyClick(window.grid, Qt.Key.Key_Space)
    panel = window.session.window.show_preview()
    window.until(lambda: panel.isVisible())
    QTest.keyClicks(panel, "x")
    window.until(lambda: flags(window, 0) == {Flag.REJECTED})
    assert current(window) == [window.ids[1]]
    QTest.keyClicks(panel, "3")
    window.until(lambda: window.said(window.ids[1]).rating == 3)
    assert current(window) == [window.ids[2]]


def test_side_by_side_each_key_decides_about_the_one_in_turn(window: Window) -> None:
    cull(window)
    window.select(0, 1)
    QTest.keyClick(window.grid, Qt.Key.Key_Space)
    panel = window.session.window.show_preview()
    window.until(panel.isVisible)
    QTest.keyClick(panel, Qt.Key.Key_Right)
    QTest.keyClicks(panel, "x")
    window.until(lambda: flags(window, 1) == {Flag.REJECTED})
    QTest.keyClick(panel, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.said(window.ids[1]).rating == 4)
    QTest.keyClick(panel, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: flags(window, 1) == {Flag.REJECTED, Flag.FAVOURITE})
    assert (flags(window, 0), window.said(window.ids[0]).rating) == (set(), 0)
    QTest.keyClick(panel, Qt.Key.Key_Left)
    QTest.keyClicks(panel, "k")
    window.until(lambda: flags(window, 0) == {Flag.KEPT})
    assert len(panel.views) == 2


def move_pointer(view: QWidget, place: QPoint) -> None:
    """There, as the system tells it; also where it is there already."""
    QCursor.setPos(view.mapToGlobal(place))
    told = QPointF(place), QPointF(QCursor.pos())
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, *told, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)


def test_side_by_side_a_pointer_that_rests_takes_no_turn_from_the_keyboard(
    window: Window,
) -> None:
    cull(window)
    window.select(0, 1)
    QTest.keyClick(window.grid, Qt.Key.Key_Space)
    panel = window.session.window.show_preview()
    window.until(lambda: len(panel.views) == 2)
    left, right = panel.views
    move_pointer(left, QPoint(20, 20))
    move_pointer(right, QPoint(20, 20))
    assert panel.in_turn == 1
    QTest.keyClick(panel, Qt.Key.Key_Left)
    move_pointer(right, QPoint(20, 20))  # as when a notice above it goes
    assert panel.in_turn == 0
    QApplication.sendEvent(right, QEvent(QEvent.Type.Leave))
    assert panel.in_turn == 0
    move_pointer(right, QPoint(30, 30))
    assert panel.in_turn == 1


def test_in_the_large_preview_f_is_a_favourite_while_deciding_and_full_screen_after(
    window: Window,
) -> None:
    cull(window)
    QTest.keyClick(window.grid, Qt.Key.Key_Space)
    panel = window.session.window.show_preview()
    window.until(panel.isVisible)
    assert "F: favourite" in panel.message.text()
    QTest.keyClicks(panel, "f")
    window.until(lambda: flags(window, 0) == {Flag.FAVOURITE})
    full = panel.title.full_button
    assert not full.isChecked()
    QTest.keyClick(panel, Qt.Key.Key_F11)
    assert full.isChecked()
    assert "F11" in full.toolTip()
    panel.leave_full_screen()
    window.grid.keys.leave()
    assert panel.message.isHidden()
    QTest.keyClicks(panel, "f")
    assert full.isChecked()
    panel.leave_full_screen()


def test_beside_its_source_what_is_decided_about_is_not_what_is_selected(window: Window) -> None:
    window.select(0)
    shown = [window.grid.assets.asset(row) for row in (2, 3)]
    window.session.controllers.preview.compare(shown)
    panel = window.session.window.show_preview()
    window.until(panel.isVisible)
    actions = window.session.window.action_list
    actions["annotations.reject"].trigger()
    window.until(lambda: flags(window, 2) == {Flag.REJECTED})
    actions["annotations.favour"].trigger()
    window.until(lambda: flags(window, 2) == {Flag.REJECTED, Flag.FAVOURITE})
    actions["annotations.rate_2"].trigger()
    window.until(lambda: window.said(window.ids[2]).rating == 2)
    assert flags(window, 0) == flags(window, 3) == set()


def test_what_was_rejected_is_a_section_and_goes_to_the_bin_after_a_question(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_folder = tmp_path / "home" / "Trash"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", bytes(bin_folder))
    window.select(1, 2)
    actions = window.session.window.action_list
    actions["annotations.reject"].trigger()
    actions["annotations.favour"].trigger()
    window.until(lambda: [row.pictures for row in window.sidebar.library.rows()][2:] == [2, 2])
    assert [row.section for row in window.sidebar.library.rows()][2:] == [FAVOURITES, REJECTED]
    window.session.window.navigation.show_only(REJECTED)
    window.until(lambda: window.grid.assets.rowCount() == 2)
    files = [window.grid.assets.asset(row).path for row in range(2)]
    actions["trash.rejected"].trigger()
    window.until(lambda: bool(window.session.window.findChildren(QMessageBox)))
    [box] = window.session.window.findChildren(QMessageBox)
    assert "2 pictures" in box.text()
    assert all(path.exists() for path in files)
    QTest.mouseClick(box.defaultButton(), Qt.MouseButton.LeftButton)
    window.until(lambda: not any(path.exists() for path in files))
    window.until(lambda: "trash" in actions["edit.undo"].text())
    actions["edit.undo"].trigger()
    window.until(lambda: all(path.exists() for path in files))


def test_tiles_show_what_was_said_unless_it_is_switched_off(window: Window) -> None:
    ids, grid = window.ids, window.grid
    window.select(0)
    window.session.window.action_list["annotations.rate_4"].trigger()
    window.until(lambda: grid._marks.get(ids[0], NO_MARKS).words == "★★★★")
    picture = window.session.pictures.of_asset(grid.assets.asset(0))
    assert picture is not None
    window.until(lambda: window.session.cache.find(picture.key, 0) is not None)

    def tile() -> QImage:
        return grid.viewport().grab(grid.cell_of(0)).toImage()

    shown = tile()
    grid.set_marks_shown(False)
    assert tile() != shown
    grid.set_marks_shown(True)
    window.until(lambda: tile() == shown)


def test_flags_are_found_by_the_language_of_queries(window: Window) -> None:
    window.engine.annotations.flag(window.ids[:2], Flag.REJECTED, True)
    assert window.engine.browsing.ids(Filter(flag=Flag.REJECTED)) == sorted(window.ids[:2])
