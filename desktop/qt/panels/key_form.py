"""Asks for the Gemini key, where it is missing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.words import button, label

KEY_PAGE = "https://aistudio.google.com/apikey"


class KeyForm(QFrame):
    """The key goes out once, by ``key_entered``, and is wiped from the field."""

    key_entered = Signal(str)
    link_opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._title = label("Gemini needs a key", weight="strong", wraps=True)
        self._words = label("", tone="soft", wraps=True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText("Paste your key")
        self.field.setAccessibleName("Gemini key")
        self.field.setAcceptDrops(False)
        self.field.returnPressed.connect(self._enter)
        self.save_button = button("Save key", self._enter)
        self.save_button.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.save_button.setEnabled(bool(text.strip())))
        self.get_button = button(
            "Get a key…", lambda: self.link_opened.emit(KEY_PAGE), is_flat=True
        )
        self.get_button.setToolTip(KEY_PAGE)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.save_button)
        row.addWidget(self.get_button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT + 4, UNIT + 4, UNIT + 4, UNIT + 4)
        column.setSpacing(UNIT)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addWidget(self.field)
        column.addLayout(row)
        self.ask()

    def ask(self, title: str = "", words: str = "") -> None:
        """Ask, saying why."""
        self._title.setText(title or "Gemini needs a key")
        self._words.setText(
            words
            or "It is kept in this computer's key store and sent to Google only. "
            "The mood board works without one."
        )
        self.field.setEnabled(True)

    def words(self) -> str:
        """Why it asks."""
        return self._words.text()

    def show_saving(self) -> None:
        """The key is on its way to the key store."""
        self.field.setEnabled(False)
        self.save_button.setEnabled(False)

    def _enter(self) -> None:
        key = self.field.text().strip()
        if key:
            self.field.clear()
            self.show_saving()
            self.key_entered.emit(key)
