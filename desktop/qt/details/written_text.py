"""What is written in a picture, to be read, selected and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.picture_text import TextLine
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import heading, label

_MOST = 4_000
"""Characters that are shown; a page of a book has some 2,000. All of it is copied."""


class WrittenText(QWidget):
    """The lines of a picture, with a button that copies them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.words = label(tone="soft", wraps=True, selectable=True)
        self.copy_button = icon_button(theme, "copy", tr("Copy the text"), self._copy)
        head = QHBoxLayout()
        head.addWidget(heading(tr("Text in the picture")), 1)
        head.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT // 2)
        column.addLayout(head)
        column.addWidget(self.words)
        self.show_lines(())

    def show_lines(self, lines: Sequence[TextLine] | None) -> None:
        """What was read; None where nobody has looked."""
        self._text = "\n".join(line.text for line in lines or ())
        if self._text:
            self.words.setText(self._text[:_MOST] + ("…" if len(self._text) > _MOST else ""))
        else:
            self.words.setText(tr("Not looked for yet") if lines is None else tr("None"))
        self.copy_button.setEnabled(bool(self._text))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
