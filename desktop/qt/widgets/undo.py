"""Undo in a field that has nothing to undo is the window's."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit


def is_for_window(field: QLineEdit | QPlainTextEdit, event: QEvent) -> bool:
    """True for Ctrl+Z and the like where the field has nothing to undo or to do again.

    Qt's fields claim these keys in any case, so that after a tag was entered nothing would happen.
    A field asks this in ``event`` and leaves such an event alone.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    edited = field if isinstance(field, QLineEdit) else field.document()
    if event.matches(QKeySequence.StandardKey.Undo):
        return not edited.isUndoAvailable()
    return event.matches(QKeySequence.StandardKey.Redo) and not edited.isRedoAvailable()
