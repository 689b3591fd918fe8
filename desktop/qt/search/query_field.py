"""The field in which a query is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame

from desktop.qt.widgets.dragging import dropped_files

_MARGIN = 2
"""What ``QLineEdit`` leaves free on each side of its text, inside what the style gives it."""
_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


class QueryField(QLineEdit):
    """A line edit that knows pasted pictures, and tells about keys that mean more than text.

    Args:
        can_undo, can_redo: whether there is something to undo, or to do again, once the text has
            nothing of the kind.
    """

    escaped = Signal()
    returned = Signal()
    went_down = Signal()
    went_up = Signal()
    went_back = Signal()
    """Backspace where there is nothing before it."""
    undo_wanted = Signal()
    redo_wanted = Signal()
    picture_pasted = Signal(object)
    focus_changed = Signal(bool)

    def __init__(self, can_undo: Callable[[], bool], can_redo: Callable[[], bool]) -> None:
        super().__init__()
        self._can_undo = can_undo
        self._can_redo = can_redo
        self._hints: tuple[str, ...] = ("",)

    def show_hints(self, *hints: str) -> None:
        """What stands in it while it is empty: the first of these that is seen whole, or the
        last."""
        self._hints = hints
        self._show_hint()

    def event(self, e: QEvent) -> bool:
        if e.type() == QEvent.Type.ShortcutOverride and isinstance(e, QKeyEvent):
            beyond = self._beyond_text(e)
            if beyond is not None and not beyond:
                e.ignore()  # it is the window's
                return False
        return super().event(e)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            mime = QGuiApplication.clipboard().mimeData()
            if mime is not None and holds_picture(mime):
                self.picture_pasted.emit(mime)
                return
        if self._beyond_text(event):
            (self.undo_wanted if event.matches(_UNDO) else self.redo_wanted).emit()
            return
        match event.key():
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.returned.emit()
            case Qt.Key.Key_Down if not event.modifiers():
                self.went_down.emit()
            case Qt.Key.Key_Up if not event.modifiers():
                self.went_up.emit()
            case Qt.Key.Key_Backspace if self._is_at_start():
                self.went_back.emit()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_hint()

    # ------------------------------------------------------------------ inside

    def _show_hint(self) -> None:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        contents = QStyle.SubElement.SE_LineEditContents
        room = self.style().subElementRect(contents, option, self).width() - 2 * _MARGIN
        width = self.fontMetrics().horizontalAdvance
        fitting = (hint for hint in self._hints if width(hint) <= room)
        self.setPlaceholderText(next(fitting, self._hints[-1]))

    def _is_at_start(self) -> bool:
        return self.cursorPosition() == 0 and not self.hasSelectedText()

    def _beyond_text(self, event: QKeyEvent) -> bool | None:
        """For Ctrl+Z and the like where the text has nothing to undo or to do again: whether there
        is something else; None for any other key."""
        if event.matches(_UNDO) and not self.isUndoAvailable():
            return self._can_undo()
        if event.matches(_REDO) and not self.isRedoAvailable():
            return self._can_redo()
        return None


def holds_picture(mime: QMimeData) -> bool:
    """A paste that is a picture and not words: pixels, or exactly files."""
    return mime.hasImage() or any(path.is_file() for path in dropped_files(mime))
