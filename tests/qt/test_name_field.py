"""The line in which tags and boards are entered, key by key and click by click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QToolButton
from pytestqt.qtbot import QtBot

from desktop.core.annotations import Consensus
from desktop.qt.details.annotation_editor import AnnotationEditor, NameField
from desktop.qt.theme import Theme
from desktop.qt.widgets.chips import tag_icons

KNOWN = ["blue", "blue hour", "light blue", "shoe"]
DOWN, ENTER = Qt.Key.Key_Down, Qt.Key.Key_Return


Entered = list[list[str]]


@pytest.fixture
def field(theme: Theme, qtbot: QtBot) -> NameField:
    made = NameField("Add tags")
    qtbot.addWidget(made)
    made.names.setStringList(KNOWN)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.setFocus()
    return made


@pytest.fixture
def entered(field: NameField) -> Entered:
    made: Entered = []
    field.entered.connect(made.append)
    return made


def names_of(field: NameField) -> QAbstractItemView:
    """The list of names that is offered while one types."""
    popup = field._completer.popup()
    assert popup is not None
    return popup


def press(field: NameField, *keys: Qt.Key) -> None:
    """As the keyboard does: the open list gets the keys first."""
    popup = names_of(field)
    for key in keys:
        QTest.keyClick(popup if popup.isVisible() else field, key)


@pytest.mark.parametrize("enter", [ENTER, Qt.Key.Key_Enter])
def test_a_completion_that_is_chosen_leaves_nothing_behind(
    field: NameField, entered: Entered, enter: Qt.Key
) -> None:
    QTest.keyClicks(field, "blue")
    press(field, DOWN, DOWN, enter)
    assert entered == [["blue hour"]]
    assert field.text() == ""
    QTest.keyClicks(field, "shoe")
    press(field, enter)
    assert entered[1:] == [["shoe"]]
    assert field.text() == ""


def test_a_completion_that_is_clicked_is_entered(field: NameField, entered: Entered) -> None:
    QTest.keyClicks(field, "shoe; LIGHT")
    popup = names_of(field)
    assert popup.isVisible()
    place = popup.visualRect(popup.model().index(0, 0)).center()
    QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert entered == [["shoe", "light blue"]]
    assert field.text() == ""
    assert not popup.isVisible()


def test_what_was_typed_is_entered_where_nothing_was_chosen(
    field: NameField, entered: Entered
) -> None:
    QTest.keyClicks(field, "blu")
    assert names_of(field).isVisible()
    press(field, ENTER)
    assert entered == [["blu"]]
    assert not names_of(field).isVisible()
    QTest.keyClicks(field, "blue")
    press(field, DOWN, Qt.Key.Key_Escape)  # chosen and left: the words are what was typed
    assert field.text() == "blue"
    press(field, ENTER)
    assert entered[1:] == [["blue"]]


def test_undo_brings_nothing_back_that_was_entered(field: NameField, entered: Entered) -> None:
    QTest.keyClicks(field, "blu")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""  # what is being typed can be undone
    QTest.keyClicks(field, "cat")
    press(field, ENTER)
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""
    assert entered == [["cat"]]


def test_no_field_moves_when_something_was_entered(theme: Theme, qtbot: QtBot) -> None:
    editor = AnnotationEditor(theme)
    qtbot.addWidget(editor)
    editor.resize(300, 500)
    editor.show()
    fields = (editor.stars, editor.tag_field, editor.board_field, editor.note)
    editor.show_annotations((1,), Consensus(1))
    qtbot.waitUntil(lambda: editor.note.y() > editor.board_field.y() > editor.tag_field.y())
    places = [made.geometry() for made in fields]
    many = {f"a rather long tag {number}": 1 for number in range(12)}
    for said in (
        Consensus(1, tags={"cat": 1}),
        Consensus(1, tags=many, boards={"Mood": 1}),
        Consensus(1, boards=many),
        Consensus(1),
    ):
        editor.show_annotations((1,), said)
        layout = editor.layout()
        assert layout is not None
        layout.activate()
        assert [made.geometry() for made in fields] == places


def test_the_keyboard_stays_with_its_kind_when_a_chip_goes(theme: Theme, qtbot: QtBot) -> None:
    editor = AnnotationEditor(theme)
    qtbot.addWidget(editor)
    editor.show()
    editor.activateWindow()
    qtbot.waitUntil(editor.isActiveWindow)
    both = {"cat": 1, "dog": 1}
    for chips, said, after, field in (
        (editor.tags, Consensus(1, tags=both), Consensus(1, tags={"dog": 1}), editor.tag_field),
        (editor.boards, Consensus(1, boards=both), Consensus(1), editor.board_field),
    ):
        editor.show_annotations((1,), said)
        button = chips.findChildren(QToolButton)[0]
        button.setFocus()
        qtbot.waitUntil(button.hasFocus)
        editor.show_annotations((1,), after)
        assert field.hasFocus()


def test_a_tag_is_completed_with_its_colour(field: NameField, theme: Theme, qtbot: QtBot) -> None:
    field.show_icons(tag_icons(theme, {"hero": "tag_red"}))
    field.names.setStringList(["Hero", "hut"])
    qtbot.keyClicks(field, "h")
    rows = names_of(field).model()
    icons = [rows.index(row, 0).data(Qt.ItemDataRole.DecorationRole) for row in range(2)]
    assert icons[0].cacheKey() == theme.icon("tag", "tag_red").cacheKey()
    assert icons[1] is None
