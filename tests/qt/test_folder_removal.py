"""A folder is taken out of the library from its menu, after a question, and can be put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.browse.sections import folder_section
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.dressing import undress

WidgetT = TypeVar("WidgetT", bound=QWidget)
REMOVE = "Remove from the library…"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A real library without a model: two folders, in the first of them one more."""
    made = open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {})
    made.model.installed = lambda: None  # nothing of this needs one
    made.model.vector_space = lambda: None
    folders = (tmp_path / "shoots", tmp_path / "shoots" / "beach", tmp_path / "textures")
    for number, folder in enumerate(folders, start=1):
        folder.mkdir()
        pictures.save(folder / f"{number}.png", number)
    finish(made.indexing.run([folders[0], folders[2]], CancelToken()))
    return made


@pytest.fixture
def session(engine: Engine, theme: Theme, qtbot: QtBot) -> Iterator[Session]:
    undress()
    made = Session(theme, lambda: engine)
    with qtbot.waitSignal(made.library_shown):
        made.start()
    qtbot.waitUntil(lambda: listed(made) == ["shoots", "beach", "textures"])
    yield made
    assert made.close(10)


def listed(session: Session) -> list[str]:
    return [row.section.name for row in session.window.sidebar.folders.rows()]


def shown(kind: type[WidgetT]) -> list[WidgetT]:
    tops = QApplication.topLevelWidgets()
    return [each for each in tops if isinstance(each, kind) and each.isVisible()]


def wait_for(kind: type[WidgetT], qtbot: QtBot) -> WidgetT:
    qtbot.waitUntil(lambda: bool(shown(kind)))
    return shown(kind)[0]


def open_menu(session: Session, row: int, qtbot: QtBot) -> QMenu:
    tree = session.window.sidebar.folders
    place = tree.visualRect(tree.model().index(row, 0)).center()
    where = tree.viewport().mapToGlobal(place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where)
    QApplication.sendEvent(tree.viewport(), event)
    return wait_for(QMenu, qtbot)


def ask(session: Session, row: int, qtbot: QtBot) -> QMessageBox:
    menu = open_menu(session, row, qtbot)
    [action] = [each for each in menu.actions() if each.text() == REMOVE]
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    return wait_for(QMessageBox, qtbot)


def press(box: QMessageBox, text: str, by: Callable[[QPushButton], None]) -> None:
    [found] = [made for made in box.findChildren(QPushButton) if made.text() == text]
    by(found)


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def press_space(button: QPushButton) -> None:
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


@pytest.mark.parametrize("by", [click, press_space])
def test_it_leaves_after_a_question_and_comes_back_with_undo(
    session: Session, engine: Engine, qtbot: QtBot, by: Callable[[QPushButton], None]
) -> None:
    box = ask(session, 0, qtbot)
    assert box.text() == "Remove “shoots” from the library?"
    told = box.informativeText()
    assert "2 pictures will no longer be shown." in told
    assert "The files stay on disk" in told
    assert str(engine.browsing.folders()[0].path) in told
    assert "come back when you add the folder again" in told
    press(box, "Remove", by)
    qtbot.waitUntil(lambda: listed(session) == ["textures"])
    notice = session.window.centre.notice
    qtbot.waitUntil(notice.isVisible)
    assert len(engine.browsing.all()) == 1
    [undo] = [each for each in notice.findChildren(QPushButton) if each.text() == "Undo"]
    by(undo)
    qtbot.waitUntil(lambda: listed(session) == ["shoots", "beach", "textures"])


def test_cancel_and_escape_remove_nothing(session: Session, engine: Engine, qtbot: QtBot) -> None:
    press(ask(session, 0, qtbot), "Cancel", click)
    qtbot.waitUntil(lambda: not shown(QMessageBox))
    box = ask(session, 0, qtbot)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown(QMessageBox))
    assert len(engine.browsing.all()) == 3


def test_what_narrows_by_it_gives_way(session: Session, qtbot: QtBot) -> None:
    window = session.window
    window.navigation.show_only(
        folder_section(window.sidebar.folders.rows()[1].section.filter.folder)
    )
    qtbot.waitUntil(lambda: len(window.sidebar.marked()) == 1)
    press(ask(session, 0, qtbot), "Remove", click)
    qtbot.waitUntil(lambda: listed(session) == ["textures"])
    qtbot.waitUntil(lambda: window.centre.search.query().is_empty)


def test_it_is_offered_for_added_folders_alone(session: Session, qtbot: QtBot) -> None:
    menu = open_menu(session, 1, qtbot)
    assert REMOVE not in [each.text() for each in menu.actions()]
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown(QMenu))
    menu = open_menu(session, 2, qtbot)
    assert REMOVE in [each.text() for each in menu.actions()]
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shown(QMenu))
