"""Finding by typing and deciding by keys in the grid: neither can be mistaken for the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.core.annotations import Edits
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.shell.right_panel import CREATE
from desktop.qt.shell.session import Session
from tests.fakes.services import FakeAnnotations, FakeEngine, make_asset
from tests.qt.conftest import Opener

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NAMES = (
    "zebra.png",
    "1984.png",
    "3d chair.png",
    "fox.png",
    "f_0.png",
    "tiger.png",
    "rose 5.png",
    "red.png",
    "红色披风.png",
    "Émile.png",
    "aardvark.png",
    "abc.png",
)


class Noted(FakeAnnotations):
    """Remembers every decision."""

    def __init__(self) -> None:
        self.ratings: list[tuple[tuple[int, ...], int]] = []

    def rate(self, asset_ids: object, stars: int) -> Edits:
        self.ratings.append((tuple(asset_ids), stars))  # pyright: ignore[reportArgumentType]
        return Edits()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def session(open_session: Opener, noted: Noted, qtbot: QtBot) -> Session:
    assets = [make_asset(number, name) for number, name in enumerate(NAMES, start=1)]
    opened = open_session(FakeEngine(assets, annotations=noted))
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    opened.window.centre.grid.select_asset(1)
    opened.window.centre.grid.setFocus()
    return opened


@pytest.fixture
def grid(session: Session) -> AssetGrid:
    return session.window.centre.grid


def names(grid: AssetGrid) -> list[str]:
    return [asset.name for asset in grid.selected_assets()]


def settle(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.lanes.browse.is_idle)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1984", "1984.png"),
        ("3d ch", "3d chair.png"),
        ("3D", "3d chair.png"),
        ("fo", "fox.png"),
        ("f_0", "f_0.png"),
        ("tig", "tiger.png"),
        ("rose 5", "rose 5.png"),
        ("r", "rose 5.png"),
        ("RED", "red.png"),
        ("aar", "aardvark.png"),
    ],
)
def test_typing_finds_and_changes_nothing(
    session: Session, grid: AssetGrid, noted: Noted, qtbot: QtBot, typed: str, found: str
) -> None:
    QTest.keyClicks(grid, typed)
    assert names(grid) == [found]
    assert typed in grid.keys.label.text()
    assert grid.keys.label.isVisible()
    settle(session, qtbot)
    assert noted.ratings == []
    assert grid.hasFocus()
    assert session.window.right.tabs.currentIndex() != CREATE
    assert session.window.right.details.annotations.tag_field.text() == ""


def test_names_of_any_script_are_found(grid: AssetGrid) -> None:
    event = QInputMethodEvent()
    event.setCommitString("红色")
    QApplication.sendEvent(grid, event)
    assert names(grid) == ["红色披风.png"]
    grid.keys.type_ahead.end()
    event.setCommitString("É")
    QApplication.sendEvent(grid, event)
    assert names(grid) == ["Émile.png"]


def test_a_letter_again_steps_through_the_names_that_begin_with_it(grid: AssetGrid) -> None:
    seen: list[str] = []
    for _ in range(3):
        QTest.keyClick(grid, Qt.Key.Key_F)
        seen += names(grid)
    assert seen == ["fox.png", "f_0.png", "fox.png"]
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClicks(grid, "aa")  # a name of its own, and not the next one with "a"
    assert names(grid) == ["aardvark.png"]


def test_what_was_typed_can_be_seen_taken_back_and_left(session: Session, grid: AssetGrid) -> None:
    QTest.keyClicks(grid, "foz")
    assert grid.keys.label.text() == "No name here begins with “foz”"
    QTest.keyClick(grid, Qt.Key.Key_Shift)
    QTest.keyClick(grid, Qt.Key.Key_Backspace)
    assert grid.keys.label.text() == "Name: fo"
    assert names(grid) == ["fox.png"]
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not grid.keys.label.isVisible()
    assert names(grid) == ["fox.png"]  # only the typing was left
    for ending in (Qt.Key.Key_Right, Qt.Key.Key_Home):
        QTest.keyClicks(grid, "z")
        QTest.keyClick(grid, ending)
        assert grid.keys.type_ahead.text == ""
    QTest.keyClicks(grid, "z")
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_of(1).center())
    assert grid.keys.type_ahead.text == ""
    QTest.keyClicks(grid, "z")
    session.window.centre.search.text_field.setFocus()
    assert grid.keys.type_ahead.text == ""


def test_a_pause_begins_a_new_name(grid: AssetGrid, qtbot: QtBot) -> None:
    QTest.keyClicks(grid, "t")
    with qtbot.waitSignal(grid.keys.type_ahead.changed):
        pass
    QTest.keyClicks(grid, "19")
    assert names(grid) == ["1984.png"]


def test_ctrl_decides_also_while_a_name_is_typed(
    session: Session, grid: AssetGrid, noted: Noted, qtbot: QtBot
) -> None:
    QTest.keyClicks(grid, "19")
    QTest.keyClick(grid, Qt.Key.Key_4, CTRL)
    qtbot.waitUntil(lambda: noted.ratings == [((2,), 4)])
    QTest.keyClick(grid, Qt.Key.Key_T, CTRL)
    assert session.window.right.details.annotations.tag_field.hasFocus()
    assert session.window.right.details.annotations.tag_field.text() == ""


def test_single_keys_decide_where_the_grid_says_so_and_find_nothing(
    session: Session, grid: AssetGrid, noted: Noted, qtbot: QtBot
) -> None:
    QTest.keyClick(grid, Qt.Key.Key_D, CTRL)
    assert "stars" in grid.keys.label.text()
    QTest.keyClick(grid, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: noted.ratings == [((1,), 3)])
    QTest.keyClicks(grid, "zf9")
    assert names(grid) != ["fox.png"]
    assert grid.keys.label.isVisible()
    grid.select_asset(2)
    QTest.keyClick(grid, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: noted.ratings[1:] == [((2,), 0)])
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not grid.keys.label.isVisible()
    QTest.keyClick(grid, Qt.Key.Key_3)
    settle(session, qtbot)
    assert len(noted.ratings) == 2
    assert names(grid) == ["3d chair.png"]
