"""Tags, stars, boards and notes in the window, on a real library."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QLabel, QMessageBox, QToolButton

from desktop.qt.browse.sections import ALL, board_section, tag_section
from desktop.qt.widgets.dragging import assets_mime
from desktop.services.curation.trash import TrashReport
from tests.qt.curating import Window, drop, type_into


def test_a_tag_that_only_some_have_tells_on_how_many_it_is(window: Window) -> None:
    window.select(0)
    type_into(window.editor.tag_field, "cat")
    window.until(lambda: window.names("tag") == {"cat": 1})
    window.select(0, 1)

    def words() -> list[str]:
        chips = window.editor.tags.findChildren(QLabel)
        return [label.text() for label in chips if label.isVisible()]

    window.until(lambda: words() == ["Tags", "cat", "on 1 of 2"])
    editor = window.editor
    window.until(lambda: editor.height() == editor.heightForWidth(editor.width()))


def test_several_pictures_are_tagged_at_once_and_it_is_undone(window: Window) -> None:
    a, b = window.select(0, 1)
    type_into(window.editor.tag_field, "cat; red fox")
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
    window.session.window.action_list["edit.undo"].trigger()
    window.session.window.action_list["edit.undo"].trigger()
    window.until(lambda: window.names("tag") == {})
    window.session.window.action_list["edit.redo"].trigger()
    window.until(lambda: window.names("tag") == {"cat": 2, "red fox": 2})
    assert window.said(a).tags == window.said(b).tags == ("cat", "red fox")


def test_after_tagging_undo_takes_the_tag_back(window: Window) -> None:
    ctrl = Qt.KeyboardModifier.ControlModifier
    [a] = window.select(1)
    window.session.window.activateWindow()
    window.until(window.session.window.isActiveWindow)
    field = window.editor.tag_field
    field.setFocus()
    type_into(field, "blue hour")
    window.until(lambda: window.names("tag") == {"blue hour": 1})
    QTest.keyClick(field, Qt.Key.Key_Z, ctrl)
    window.until(lambda: window.names("tag") == {})
    assert field.text() == ""
    QTest.keyClick(field, Qt.Key.Key_Z, ctrl | Qt.KeyboardModifier.ShiftModifier)
    window.until(lambda: window.names("tag") == {"blue hour": 1})
    # The same in the note, which is kept once it was left, and in the search.
    window.editor.note.setFocus()
    QTest.keyClicks(window.editor.note, "for the cover")
    QTest.keyClick(window.editor.note, Qt.Key.Key_Return, ctrl)
    window.until(lambda: window.said(a).note == "for the cover")
    QTest.keyClick(window.editor.note, Qt.Key.Key_Z, ctrl)
    window.until(lambda: window.editor.note.toPlainText() == "")
    assert window.said(a).note == ""
    search = window.session.window.centre.search.text_field
    search.setFocus()
    QTest.keyClick(search, Qt.Key.Key_Z, ctrl)
    window.until(lambda: window.names("tag") == {})


def test_the_keyboard_that_left_a_tag_is_not_taken_back(window: Window) -> None:
    window.select(0)
    type_into(window.editor.tag_field, "cat")
    window.until(lambda: window.editor.tags.names == ["cat"])
    window.session.window.activateWindow()
    window.until(window.session.window.isActiveWindow)
    remove = window.editor.tags.findChild(QToolButton)
    assert remove is not None
    remove.setFocus()
    window.grid.setFocus()
    window.select(1)
    window.until(lambda: window.editor.tags.names == [])
    assert window.grid.hasFocus()


def test_digits_give_stars_in_the_grid_and_nowhere_else(window: Window) -> None:
    [a] = window.select(2)
    window.session.window.action_list["browse.single_keys"].trigger()
    QTest.keyClick(window.grid, Qt.Key.Key_4)
    window.until(lambda: window.editor.stars.rating == 4)
    assert window.said(a).rating == 4
    words = window.session.window.centre.search.text_field
    words.setFocus()
    QTest.keyClick(words, Qt.Key.Key_2)
    assert words.text() == "2"
    assert window.said(a).rating == 4
    words.clear()
    QTest.mouseClick(window.editor.stars, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    window.until(lambda: window.editor.stars.rating == 2)
    window.session.window.action_list["edit.undo"].trigger()
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
    drop(boards, more, boards.visualRect(boards.model().index(0, 0)).center())
    window.until(lambda: window.names("board") == {"Mood": 3})
    window.session.window.navigation.show_only(board_section("Mood"))
    shown = window.grid.assets
    window.until(lambda: shown.rowCount() == 3)
    assert [shown.asset(row).id for row in range(3)] == [ids[2], ids[3], ids[0]]
    for _ in range(2):
        window.session.window.action_list["edit.undo"].trigger()
    window.until(lambda: window.names("board") == {})
    assert window.sidebar.marked() == [ALL]
    window.until(lambda: shown.rowCount() == 4)


def test_a_tag_filters_the_grid_and_follows_what_is_entered(window: Window) -> None:
    window.select(0, 3)
    type_into(window.editor.tag_field, "cat")
    window.until(lambda: window.names("tag") == {"cat": 2})
    window.session.window.navigation.show_only(tag_section("cat"))
    window.until(lambda: window.grid.assets.rowCount() == 2)
    window.session.window.action_list["edit.undo"].trigger()
    window.until(lambda: window.grid.assets.rowCount() == 4)


def test_what_cannot_be_entered_is_said_and_changes_nothing(window: Window) -> None:
    window.select(0)
    type_into(window.editor.tag_field, 101 * "a")
    notice = window.session.window.centre.notice
    window.until(lambda: not notice.isHidden())
    assert "at most" in notice.text()
    assert window.engine.annotations.tags() == []


def test_the_library_is_backed_up_exported_and_taken_over(window: Window, tmp_path: Path) -> None:
    window.engine.annotations.tag(window.ids, ["kept"])
    window.engine.annotations.create_board("Mood", window.ids)
    controllers = window.session.controllers
    controllers.backup.back_up(tmp_path / "b.zip")
    controllers.exchange.export(tmp_path / "all.csv")
    window.until(lambda: (tmp_path / "all.csv").exists() and (tmp_path / "b.zip").exists())
    window.engine.annotations.untag(window.ids, ["kept"])
    window.engine.annotations.delete_board("Mood")
    controllers.exchange.import_file(tmp_path / "all.csv")
    window.until(lambda: window.names("tag") == {"kept": 4})
    assert window.engine.annotations.board("Mood").asset_ids == tuple(window.ids)
    window.session.window.action_list["edit.undo"].trigger()
    window.until(lambda: window.names("tag") == window.names("board") == {})


def test_undoing_goes_back_over_what_a_duplicate_handed_on(window: Window) -> None:
    said, (first, second) = window.engine.annotations, window.ids[:2]
    controllers = window.session.controllers
    controllers.boards_and_tags.put_on_board("Mood", [window.ids[2]])
    window.until(lambda: window.names("board") == {"Mood": 1})
    said.put_on_board("Mood", [second])
    controllers.duplicates._on_kept(TrashReport((second,), undo=said.merge([second], first)))
    window.until(lambda: controllers.history.undo_name() == "duplicates")
    controllers.history.undo()
    window.until(lambda: first not in said.board("Mood").asset_ids)
    assert set(said.board("Mood").asset_ids) == {window.ids[2], second}


def test_a_folder_that_moved_is_located(window: Window, tmp_path: Path) -> None:
    new = tmp_path / "archive"
    (tmp_path / "pictures").rename(new)
    window.session.controllers.relocation.relocate(tmp_path / "pictures", new)
    window.until(
        lambda: {asset.folder for asset in window.session.window.centre.assets()} == {str(new)}
    )
    assert [asset.id for asset in window.session.window.centre.assets()] == window.ids


def test_a_folder_where_few_of_the_pictures_are_can_be_insisted_on(
    window: Window, tmp_path: Path
) -> None:
    new, roots = tmp_path / "archive", window.engine.catalog.roots
    new.mkdir()
    window.session.controllers.relocation.relocate(tmp_path / "pictures", new)
    window.until(lambda: bool(window.session.window.findChildren(QMessageBox)))
    [box] = window.session.window.findChildren(QMessageBox)
    assert "Of 4 pictures" in box.text()
    assert "--" not in box.informativeText()
    assert [root.path for root in roots.all()] == [tmp_path / "pictures"]
    [insist] = [each for each in box.buttons() if each.text() == "Use this folder"]
    insist.click()
    window.until(lambda: [root.path for root in roots.all()] == [new])
    window.until(lambda: window.session.lanes.index.is_idle)


def test_what_a_kept_duplicate_got_is_taken_back_though_a_file_left_the_trash(
    window: Window, tmp_path: Path
) -> None:
    kept, gone = window.ids[:2]
    undo = window.engine.annotations.tag([kept], ["of the other"])
    report = TrashReport((gone,), undo=undo, places={gone: tmp_path / "emptied.png"})
    window.session.controllers.trash.add_undo("duplicates", report)
    window.session.controllers.history.undo()
    window.until(lambda: "not in the trash any more" in window.session.window.centre.notice.text())
    assert window.said(kept).tags == ()
