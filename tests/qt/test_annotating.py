"""Tags, stars, boards and notes in the window, on a real library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from desktop.config.options import EngineOptions
from desktop.core.annotations import Annotation
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.qt.models.dragging import assets_mime
from desktop.qt.models.sections import ALL, Section
from desktop.qt.session import Session
from desktop.qt.theme import Theme
from desktop.wiring import Engine
from tests import pictures as sample


class Window:
    """The open window and the library behind it."""

    def __init__(self, session: Session, engine: Engine, qtbot: QtBot) -> None:
        self.session, self.engine, self.qtbot = session, engine, qtbot
        self.grid = session.window.centre.grid
        self.editor = session.window.details.annotations
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
        for row in range(shown.count()):
            words = shown.item(row).data(Qt.ItemDataRole.AccessibleTextRole)
            name, _, count = words.rpartition(", ")
            counts[name] = int(count.split()[0])
        return counts


@pytest.fixture
def window(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Window]:
    sample.fill(tmp_path / "pictures", 4)
    engine = Engine(EngineOptions(profile_dir=tmp_path / "profile"), {})
    engine.model.installed = lambda: None  # no model: nothing of this needs one
    engine.model.vector_space = lambda: None
    finish(engine.indexing.run([tmp_path / "pictures"], CancelToken()))
    session = Session(theme, lambda: engine)
    session.start()
    qtbot.waitUntil(
        lambda: session.window.is_furnished and bool(session.window.centre.situation.assets)
    )
    yield Window(session, engine, qtbot)
    assert session.close(5)


def type_into(widget: object, text: str) -> None:
    QTest.keyClicks(widget, text)  # pyright: ignore[reportArgumentType, reportCallIssue]
    QTest.keyClick(widget, Qt.Key.Key_Return)  # pyright: ignore[reportArgumentType, reportCallIssue]


def test_a_tag_that_only_some_have_tells_on_how_many_it_is(window: Window) -> None:
    window.select(0)
    type_into(window.editor.tag_field, "cat")
    window.until(lambda: window.names("tag") == {"cat": 1})
    window.select(0, 1)

    def words() -> list[str]:
        chips = window.editor.tags.findChildren(QLabel)
        return [label.text() for label in chips if label.isVisible()]

    window.until(lambda: words() == ["cat", "on 1 of 2"])
    editor = window.editor
    window.until(lambda: editor.height() == editor.heightForWidth(editor.width()))


def test_several_pictures_are_tagged_at_once_and_it_is_undone(window: Window) -> None:
    a, b = window.select(0, 1)
    type_into(window.editor.tag_field, "cat, red fox")
    window.until(lambda: window.names("tag") == {"cat": 2, "red fox": 2})
    assert window.editor.tags.names == ["cat", "red fox"]
    window.select(0)
    remove = next(
        button
        for button in window.editor.tags.findChildren(QToolButton)
        if button.accessibleName() == "Remove the tag cat"
    )
    remove.click()
    window.until(lambda: window.names("tag") == {"cat": 1, "red fox": 2})
    window.session.annotating.undo_action.trigger()
    window.session.annotating.undo_action.trigger()
    window.until(lambda: window.names("tag") == {})
    window.session.annotating.redo_action.trigger()
    window.until(lambda: window.names("tag") == {"cat": 2, "red fox": 2})
    assert window.said(a).tags == window.said(b).tags == ("cat", "red fox")


def test_digits_give_stars_in_the_grid_and_nowhere_else(window: Window) -> None:
    [a] = window.select(2)
    window.grid.setFocus()
    QTest.keyClick(window.grid, Qt.Key.Key_4)
    window.until(lambda: window.editor.stars.rating == 4)
    assert window.said(a).rating == 4
    words = window.session.window.centre.search.words
    words.setFocus()
    QTest.keyClick(words, Qt.Key.Key_2)
    assert words.text() == "2"
    assert window.said(a).rating == 4
    words.clear()
    QTest.mouseClick(window.editor.stars, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    window.until(lambda: window.editor.stars.rating == 2)
    window.session.annotating.undo_action.trigger()
    window.until(lambda: window.editor.stars.rating == 4)


def test_a_note_belongs_to_the_picture_that_it_was_written_about(window: Window) -> None:
    [a] = window.select(0)
    window.editor.note.setPlainText("about the first")
    [b] = window.select(1)
    window.until(lambda: window.said(a).note == "about the first")
    assert window.said(b).note == ""
    assert window.editor.note.toPlainText() == ""


def test_boards_take_what_is_dropped_and_show_it_in_their_order(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Mood", True))
    by_id = {asset.id: asset for asset in window.session.window.centre.assets()}
    ids = window.ids
    mime = assets_mime([by_id[ids[2]]])
    hint = window.sidebar._board_hint
    drop(hint, mime, QPoint(5, 5))
    window.until(lambda: window.names("board") == {"Mood": 1})
    boards = window.sidebar.boards
    more = assets_mime([by_id[ids[3]], by_id[ids[0]]])
    drop(boards, more, boards.visualItemRect(boards.item(0)).center())
    window.until(lambda: window.names("board") == {"Mood": 3})
    window.sidebar.choose(Section("board", name="Mood"))
    shown = window.grid.assets
    window.until(lambda: shown.rowCount() == 3)
    assert [shown.asset(row).id for row in range(3)] == [ids[2], ids[3], ids[0]]
    for _ in range(2):
        window.session.annotating.undo_action.trigger()
    window.until(lambda: window.names("board") == {})
    assert window.sidebar.chosen() == ALL
    window.until(lambda: shown.rowCount() == 4)


def test_a_tag_filters_the_grid_and_follows_what_is_entered(window: Window) -> None:
    window.select(0, 3)
    type_into(window.editor.tag_field, "cat")
    window.until(lambda: window.names("tag") == {"cat": 2})
    window.sidebar.choose(Section("tag", name="cat"))
    window.until(lambda: window.grid.assets.rowCount() == 2)
    window.session.annotating.undo_action.trigger()
    window.until(lambda: window.grid.assets.rowCount() == 4)


def test_what_cannot_be_entered_is_said_and_changes_nothing(window: Window) -> None:
    window.select(0)
    type_into(window.editor.tag_field, "a|b")
    notice = window.session.window.centre.notice
    window.until(lambda: not notice.isHidden())
    assert "cannot hold" in notice.words()
    assert window.engine.annotations.tags() == []


def test_the_library_is_backed_up_exported_and_taken_over(window: Window, tmp_path: Path) -> None:
    window.engine.annotations.tag(window.ids, ["kept"])
    window.engine.annotations.create_board("Mood", window.ids)
    leaving = window.session.leaving
    leaving.back_up(tmp_path / "b.zip")
    leaving.export(tmp_path / "all.csv")
    window.until(lambda: (tmp_path / "all.csv").exists() and (tmp_path / "b.zip").exists())
    window.engine.annotations.untag(window.ids, ["kept"])
    window.engine.annotations.delete_board("Mood")
    leaving.take_over(tmp_path / "all.csv")
    window.until(lambda: window.names("tag") == {"kept": 4})
    assert window.engine.annotations.board("Mood").asset_ids == tuple(window.ids)
    window.session.annotating.undo_action.trigger()
    window.until(lambda: window.names("tag") == window.names("board") == {})


def test_undoing_goes_back_over_what_a_duplicate_handed_on(window: Window) -> None:
    said, (first, second) = window.engine.annotations, window.ids[:2]
    window.session.annotating.put_on_board("Mood", [window.ids[2]])
    window.until(lambda: window.names("board") == {"Mood": 1})
    said.put_on_board("Mood", [second])
    assert window.session.tidying is not None
    window.session.tidying.merged.emit(said.merge([second], first))
    window.until(lambda: window.session.annotating.changes.count() == 2)
    window.session.annotating.changes.undo()
    window.until(lambda: first not in said.board("Mood").asset_ids)
    assert set(said.board("Mood").asset_ids) == {window.ids[2], second}


def test_a_folder_that_moved_is_located(window: Window, tmp_path: Path) -> None:
    new = tmp_path / "archive"
    (tmp_path / "pictures").rename(new)
    window.session.leaving.relocate(tmp_path / "pictures", new)
    window.until(
        lambda: {asset.folder for asset in window.session.window.centre.assets()} == {str(new)}
    )
    assert [asset.id for asset in window.session.window.centre.assets()] == window.ids


def drop(widget: object, mime: QMimeData, place: QPoint) -> None:
    """What Qt does when something is dropped there."""
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    widget.dragEnterEvent(QDragEnterEvent(place, action, mime, buttons, keys))  # pyright: ignore[reportAttributeAccessIssue]
    widget.dropEvent(QDropEvent(QPointF(place), action, mime, buttons, keys))  # pyright: ignore[reportAttributeAccessIssue]
