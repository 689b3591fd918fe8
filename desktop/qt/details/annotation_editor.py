"""What a person says about the selected pictures: stars, tags, boards and a note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.core.annotations import Consensus
from desktop.core.text import marked, tr
from desktop.qt.details.tag_offers import TagOffers
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.chips import Chips, tag_icons
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.name_field import NameField
from desktop.qt.widgets.stars import Stars
from desktop.qt.widgets.undo import is_for_window

_NOTE_HEIGHT = 10 * UNIT
_PAUSE_MS = 1500


class AnnotationEditor(QWidget):
    """Shows and changes what was said about one picture, or about several at once."""

    rated = Signal(int)
    tags_added = Signal(object)
    """list[str]."""
    tag_removed = Signal(str)
    board_added = Signal(str)
    board_removed = Signal(str)
    note_written = Signal(object, str)
    """list[int], the assets that it was written about; and the note."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ids: tuple[int, ...] = ()
        self.stars = Stars(theme)
        self.stars.chosen.connect(self.rated)
        self.tags = Chips(theme, tr("Tags"), marked("Remove the tag {name}"))
        self.tags.removed.connect(self.tag_removed)
        self.tag_field = NameField(tr("Add tags, separated by semicolons"))
        self.tag_field.setAccessibleName(tr("Add tags"))
        self.tag_field.entered.connect(self.tags_added)
        self.suggested = TagOffers(theme)
        self.boards = Chips(theme, tr("Boards"), marked("Remove the board {name}"))
        self.boards.removed.connect(self.board_removed)
        self.board_field = NameField(tr("Put on a board"))
        self.board_field.setAccessibleName(tr("Put on a board"))
        self.board_field.entered.connect(self._add_boards)
        self.note = NoteField()
        self.note.written.connect(self._write)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        rating = QHBoxLayout()
        rating.addWidget(label(tr("Rating"), tone="faint"))
        rating.addStretch()
        rating.addWidget(self.stars)
        column.addLayout(rating)
        # First what is entered, then what has been: that grows and shrinks with every refresh, and
        # a field must not move away under the mouse.
        for widget in (
            self.tag_field,
            self.board_field,
            self.note,
            self.tags,
            self.suggested,
            self.boards,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.show_annotations((), Consensus())

    @property
    def asset_ids(self) -> tuple[int, ...]:
        """The pictures that are shown."""
        return self._ids

    def show_annotations(self, asset_ids: tuple[int, ...], said: Consensus) -> None:
        """What was said about these pictures; nobody's typing is overwritten."""
        is_same = asset_ids == self._ids
        if not is_same:
            self.note.commit()  # what was typed belongs to the pictures before
            self.tag_field.forget()
            self.board_field.forget()
        self._ids = asset_ids
        if not asset_ids:
            self.suggested.show_names(())
        self.stars.show_rating(said.rating)
        for chips, field, names in (
            (self.tags, self.tag_field, said.tags),
            (self.boards, self.board_field, said.boards),
        ):
            # Of the window: this widget's own remembers a chip that the keyboard has left long ago.
            if chips.isAncestorOf(self.window().focusWidget() or self):
                field.setFocus()  # or Qt passes it on to whatever comes next, with what is typed
            chips.show_names(_as_text(names, said.count))
        hint = (
            tr("Write a note")
            if said.note is not None
            else tr("These pictures have different notes")
        )
        self.note.show_note(said.note or "", hint, is_kept=is_same)

    def know(self, tags: Sequence[str], boards: Sequence[str]) -> None:
        """The names that there are, for completing what is typed."""
        self.tag_field.names.setStringList(list(tags))
        self.board_field.names.setStringList(list(boards))

    def show_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        self.tags.show_colours(colours)
        self.tag_field.show_icons(tag_icons(self._theme, colours))

    def _add_boards(self, names: list[str]) -> None:
        for name in names:
            self.board_added.emit(name)

    def _write(self, note: str) -> None:
        if self._ids:
            self.note_written.emit(list(self._ids), note)


class NoteField(QPlainTextEdit):
    """Some lines of text, given when the person has left them."""

    written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Note"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(_NOTE_HEIGHT)
        self._kept = ""
        # Whoever writes and walks away has written all the same.
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.commit)
        self.textChanged.connect(self._pause.start)

    def show_note(self, note: str, hint: str, *, is_kept: bool) -> None:
        """``is_kept``: what is being typed stays, because it is about the same pictures."""
        is_typing = is_kept and self.toPlainText() != self._kept
        self._kept = note
        self.setPlaceholderText(hint)
        if not is_typing and self.toPlainText() != note:
            self.setPlainText(note)
            self._pause.stop()

    def commit(self) -> None:
        """Give what was typed, if anything was."""
        self._pause.stop()
        if self.toPlainText() != self._kept:
            self._kept = self.toPlainText()
            self.document().clearUndoRedoStacks()  # from here on the window undoes it
            self.written.emit(self._kept)

    def event(self, e: QEvent) -> bool:
        if is_for_window(self, e):
            e.ignore()
            return False
        return super().event(e)

    def focusOutEvent(self, e: QFocusEvent) -> None:
        super().focusOutEvent(e)
        self.commit()

    def keyPressEvent(self, e: QKeyEvent) -> None:
        is_enter = e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.commit()
        else:
            super().keyPressEvent(e)


def _as_text(counts: Mapping[str, int], of: int) -> dict[str, str]:
    """Every name, and on how many it is where that is not all."""
    return {
        name: "" if count == of else tr("on {count} of {all}", count=count, all=of)
        for name, count in counts.items()
    }
