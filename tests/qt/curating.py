"""The open window on a real library of four pictures, for driving what people do with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.annotations import Annotation
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures as sample
from tests.dressing import undress


class Window:
    """The open window and the library behind it."""

    def __init__(self, session: Session, engine: Engine, qtbot: QtBot) -> None:
        self.session, self.engine, self.qtbot = session, engine, qtbot
        self.grid = session.window.centre.grid
        self.editor = session.window.right.details.annotations
        self.sidebar = session.window.sidebar
        self.ids = [asset.id for asset in session.window.centre.assets()]

    def select(self, *rows: int) -> list[int]:
        self.grid.clearSelection()
        model = self.grid.selectionModel()
        for row in rows:
            model.select(self.grid.assets.index(row), model.SelectionFlag.Select)
        chosen = tuple(sorted(self.ids[row] for row in rows))
        self.qtbot.waitUntil(lambda: tuple(sorted(self.editor.asset_ids)) == chosen)
        return sorted(chosen)

    def said(self, asset_id: int) -> Annotation:
        return self.engine.annotations.of([asset_id])[asset_id]

    def until(self, is_so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(is_so)

    def names(self, kind: str) -> dict[str, int]:
        shown = self.sidebar.boards if kind == "board" else self.sidebar.tags
        counts: dict[str, int] = {}
        for row in range(len(shown.rows())):
            words = shown.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            name, _, count = words.rpartition(", ")
            counts[name] = int(count.split()[0])
        return counts


def type_into(widget: object, text: str) -> None:
    QTest.keyClicks(widget, text)  # pyright: ignore[reportArgumentType, reportCallIssue]
    QTest.keyClick(widget, Qt.Key.Key_Return)  # pyright: ignore[reportArgumentType, reportCallIssue]


def drop(widget: object, mime: QMimeData, place: QPoint) -> None:
    """What Qt does when something is dropped there."""
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    widget.dragEnterEvent(QDragEnterEvent(place, action, mime, buttons, keys))  # pyright: ignore[reportAttributeAccessIssue]
    widget.dropEvent(QDropEvent(QPointF(place), action, mime, buttons, keys))  # pyright: ignore[reportAttributeAccessIssue]


def open_window(theme: Theme, folder: Path, qtbot: QtBot) -> Iterator[Window]:
    """Four pictures in ``folder / "pictures"``; no model: nothing of this needs one."""
    sample.fill(folder / "pictures", 4)
    engine = open_engine(EngineOptions(profile_dir=folder / "profile", reads_text=False), {})
    engine.model.installed = lambda: None
    engine.model.vector_space = lambda: None
    finish(engine.indexing.run([folder / "pictures"], CancelToken()))
    undress()
    session = Session(theme, lambda: engine)
    session.start()
    qtbot.waitUntil(lambda: session.window.has_panels and bool(session.window.centre.state.assets))
    yield Window(session, engine, qtbot)
    assert session.close(5)
