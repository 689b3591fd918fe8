"""The task of the window, as a person does it, with as few actions as it takes: find all blue
pictures like this one, tag them, put the best ten on a board."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring import open_engine
from tests.e2e.person import Person, type_into

MOST_ACTIONS = 13
"""A click, a key, or a text with its Return is one."""


class Counting(Person):
    """Counts what is done with the hands: a click, a key, a text that is typed."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.actions: list[str] = []

    def click(self, what: str, widget: QWidget) -> None:
        self.actions.append(f"click {what}")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def click_tile(self, row: int, *, shift: bool = False) -> None:
        self.actions.append(f"click picture {row + 1}")
        grid = self.grid
        grid.scrollTo(grid.assets.index(row))
        keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        place = grid.visualRect(grid.assets.index(row)).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, keys, place)

    def press(self, widget: QWidget, key: Qt.Key, ctrl: bool = False) -> None:
        keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        self.actions.append(f"press {key.name}")
        QTest.keyClick(widget, key, keys)

    def type(self, widget: QWidget, text: str) -> None:
        """With the Return behind it."""
        self.actions.append(f"type {text}")
        type_into(widget, text)
        QTest.keyClick(widget, Qt.Key.Key_Return)


@pytest.fixture
def person(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counting]:
    theme = Theme.named("dark")
    theme.apply(qapp)
    options = EngineOptions(profile_dir=tmp_path_factory.mktemp("profile"), model="demo")
    samples = resource("demo/pictures") / "Accessories"
    session = Session(theme, lambda: open_engine(options, {}), [samples])
    session.start()
    found = Counting(session)
    found.wait_for_library()
    found.wait_until("pictures are shown", lambda: bool(found.shown()))
    found.wait_for_quiet()
    session.window.activateWindow()
    yield found
    assert session.close()
    session.window.deleteLater()


def test_find_all_blue_ones_like_this_tag_them_put_the_best_ten_on_a_board(
    person: Counting,
) -> None:
    window = person.window
    search, editor = window.centre.search, window.right.details.annotations
    person.click_tile(0)
    person.wait_until("its details are shown", window.right.details.similar_button.isVisible)
    person.click("More like this", window.right.details.similar_button)
    person.wait_until("similar ones are found", lambda: window.centre.state.is_answered)
    person.press(window, Qt.Key.Key_F, ctrl=True)
    person.type(search.text_field, "color:blue~30")
    person.wait_until(
        "blue ones are found",
        lambda: window.centre.state.is_answered and len(search.chips) == 2 and bool(person.shown()),
    )
    if window.centre.weaker_button.isVisible() and len(person.shown()) < 10:
        person.click("weaker matches", window.centre.weaker_button)
    found = person.shown()
    assert len(found) >= 10
    assert [chip.accessibleName() for chip in search.chips][-1] == "blue~30"
    person.press(search.text_field, Qt.Key.Key_Down)
    person.press(person.grid, Qt.Key.Key_A, ctrl=True)
    person.press(person.grid, Qt.Key.Key_T, ctrl=True)
    person.type(editor.tag_field, "blue product")
    engine = window_engine(person)
    person.wait_until(
        "all are tagged", lambda: len(engine.annotations.tagged("blue product")) == len(found)
    )
    person.click_tile(0)
    person.click_tile(9, shift=True)
    person.wait_until("the ten are selected", lambda: len(person.grid.selected_assets()) == 10)
    best = [asset.id for asset in person.grid.selected_assets()]
    assert person.shown() == found, "the results stay as they were"
    person.click("board field", editor.board_field)
    person.type(editor.board_field, "Blue")
    person.wait_until("the board has them", lambda: bool(engine.annotations.boards()))
    assert [*engine.annotations.board("Blue").asset_ids] == best
    assert len(person.actions) <= MOST_ACTIONS, person.actions


def window_engine(person: Counting) -> Engine:
    engine = person.session._engine
    assert engine is not None
    return engine
