"""A shoot, as a person goes through it: cull it, compare the best, put them on a board, hand out
its contact sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from desktop.config.options import EngineOptions
from desktop.core.annotations import Flag
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.preview.panel import PreviewPanel
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.e2e.person import Counting

KEYS = {"k": Qt.Key.Key_K, "x": Qt.Key.Key_X}
DECISIONS = "kxkkxxkx"
MOST_ACTIONS = len(DECISIONS) + 14
"""A key for each picture, and what the rest may take."""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    pictures.fill(tmp_path / "shoot", len(DECISIONS))
    engine = open_engine(EngineOptions(profile_dir=tmp_path / "profile", reads_text=False), {})
    engine.model.installed = lambda: None  # nothing of this needs a model
    engine.model.vector_space = lambda: None
    finish(engine.indexing.run([tmp_path / "shoot"], CancelToken()))
    return engine


@pytest.fixture
def person(qapp: QApplication, engine: Engine) -> Iterator[Counting]:
    theme = Theme.named("dark")
    theme.apply(qapp)
    session = Session(theme, lambda: engine)
    session.start()
    found = Counting(session)
    found.wait_for_library()
    found.wait_until("pictures are shown", lambda: len(found.shown()) == len(DECISIONS))
    session.window.activateWindow()
    yield found
    assert session.close()
    session.window.deleteLater()


def test_a_shoot_is_culled_compared_put_on_a_board_and_handed_out(
    person: Counting, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, grid, said = person.window, person.grid, engine.annotations
    ids = [grid.assets.asset(row).id for row in range(grid.count())]
    kept = [asset_id for asset_id, key in zip(ids, DECISIONS, strict=True) if key == "k"]

    def flagged(flag: Flag) -> list[int]:
        return [i for i, each in said.of(ids).items() if flag in each.flags]

    person.click_tile(0)
    person.press(grid, Qt.Key.Key_D, ctrl=True, shift=True)
    for key in DECISIONS:
        person.press(grid, KEYS[key])
    person.wait_until("all are decided", lambda: len(flagged(Flag.REJECTED)) == 4)
    assert flagged(Flag.KEPT) == sorted(kept)
    person.press(grid, Qt.Key.Key_Escape)

    search = window.centre.search
    person.type(search.text_field, "is:kept")
    person.wait_until("the kept ones are shown", lambda: len(person.shown()) == len(kept))
    person.press(grid, Qt.Key.Key_A, ctrl=True)
    person.press(grid, Qt.Key.Key_Space)
    panel = window.middle.currentWidget()
    assert isinstance(panel, PreviewPanel)
    person.wait_until("they are side by side", lambda: len(panel.views) == len(kept))
    person.press(panel, Qt.Key.Key_Right)
    person.press(panel, Qt.Key.Key_5)
    second = kept[1]
    person.wait_until("the second has its stars", lambda: said.of([second])[second].rating == 5)
    person.press(panel, Qt.Key.Key_H)
    person.wait_until("it is a favourite", lambda: flagged(Flag.FAVOURITE) == [second])
    person.press(panel, Qt.Key.Key_Escape)

    editor = window.right.details.annotations
    person.wait_until("all of them are selected", lambda: sorted(editor.asset_ids) == sorted(kept))
    person.click("board field", editor.board_field)
    person.type(editor.board_field, "Selects")
    boards = window.sidebar.boards
    person.wait_until("the board is listed", lambda: len(boards.rows()) == 1)
    assert sorted(said.board("Selects").asset_ids) == sorted(kept)

    sheet = tmp_path / "selects.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(sheet), ""))
    menu = open_menu(person)
    person.actions.append("click Contact sheet…")
    [wanted] = [each for each in menu.actions() if each.text() == "Contact sheet…"]
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(wanted).center())
    person.wait_until("the sheet is written", sheet.exists)
    person.wait_for_quiet()
    with Image.open(sheet) as drawn:
        assert drawn.width > 800
    assert len(person.actions) <= MOST_ACTIONS, person.actions


def open_menu(person: Counting) -> QMenu:
    """Of the only board, with the right button."""
    person.actions.append("right click the board")
    boards = person.window.sidebar.boards
    place = boards.visualRect(boards.model().index(0, 0)).center()
    boards.customContextMenuRequested.emit(place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu
