"""The task of the window, as a person does it, with as few actions as it takes: find all blue
pictures like this one, tag them, put the best ten on a board, send three, make a variant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.config.options import EngineOptions
from desktop.config.paths import resource
from desktop.core.filter import Filter, Near
from desktop.qt.shell.right_panel import DETAILS
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.e2e.person import Counting

MOST_ACTIONS = 15
"""A click, a key, or a text with its Return is one."""


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
    QGuiApplication.clipboard().clear()
    assert session.close()
    session.window.deleteLater()


def test_find_all_blue_ones_like_this_tag_them_ten_on_a_board_send_three_make_a_variant(
    person: Counting,
) -> None:
    window, grid, create = person.window, person.grid, person.create
    search, details = window.centre.search, window.right.details
    editor, engine = details.annotations, window_engine(person)
    person.open_create_panel("moodboard")  # the one that was used last
    window.right.show_tab(DETAILS)
    by_id = {asset.id: row for row, asset in enumerate(grid.assets.assets(0, grid.count()))}
    blue_ones = engine.catalog.filters.ids(Filter(near=Near("#2040C0", 0.2, 30)))

    person.click_tile(by_id[int(blue_ones[0])])
    person.wait_until("its colours are shown", details.swatches.search_button.isEnabled)
    person.click("search by its colour", details.swatches.search_button)
    person.click("More like this", details.similar_button)
    person.wait_until(
        "blue ones like it are found",
        lambda: window.centre.state.is_answered and len(search.chips) == 2 and bool(person.shown()),
    )
    if len(person.shown()) < 10:
        person.click("weaker matches", window.centre.weaker_button)
    found = person.shown()
    assert len(found) >= 10
    person.press(grid, Qt.Key.Key_A, ctrl=True)
    person.press(grid, Qt.Key.Key_T, ctrl=True)
    person.type(editor.tag_field, "blue product")
    person.wait_until(
        "all are tagged", lambda: len(engine.annotations.tagged("blue product")) == len(found)
    )
    person.click_tile(0)
    person.click_tile(9, shift=True)
    person.wait_until("the ten are selected", lambda: len(grid.selected_assets()) == 10)
    best = [asset.id for asset in grid.selected_assets()]
    assert person.shown() == found, "the results stay as they were"
    person.wait_until("the editor has them", lambda: sorted(editor.asset_ids) == sorted(best))
    person.click("board field", editor.board_field)
    person.type(editor.board_field, "Blue")
    person.wait_until("the board has them", lambda: bool(engine.annotations.boards()))
    assert [*engine.annotations.board("Blue").asset_ids] == best

    person.click_tile(2, shift=True)
    person.wait_until("three are selected", lambda: len(grid.selected_assets()) == 3)
    person.press(grid, Qt.Key.Key_C, ctrl=True)
    person.wait_until("they can be pasted", lambda: len(pasted()) == 3)
    assert pasted() == found[:3]

    person.click("Use as reference", details.reference_button)
    person.wait_until("they are references", lambda: len(create.tray.references()) == 3)
    person.type(create.prompt, "a variant", ctrl=True)
    person.wait_for_outcome()
    person.wait_until("it is made", lambda: create.result_card.result is not None)
    assert len(person.actions) <= MOST_ACTIONS, person.actions


def pasted() -> list[Path]:
    """The files on the clipboard; on a screen that is none, there is nothing at first."""
    data: QMimeData | None = QGuiApplication.clipboard().mimeData()
    return [Path(url.toLocalFile()) for url in data.urls()] if data is not None else []


def window_engine(person: Counting) -> Engine:
    engine = person.session._engine
    assert engine is not None
    return engine
