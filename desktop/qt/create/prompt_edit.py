"""The field in which a prompt is written."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from desktop.core.text import tr
from desktop.qt.theme import UNIT


class PromptEdit(QPlainTextEdit):
    """Ctrl+Return creates; Tab leaves, as everywhere else in the window."""

    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Prompt"))
        self.setPlaceholderText(tr("A model wearing the red sandals on a beach at sunset…"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(12 * UNIT)
        # A dropped file would insert its URL; the tray below is where pictures go.
        self.setAcceptDrops(False)

    def keyPressEvent(self, e: QKeyEvent) -> None:
        is_return = e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(e)
