"""What a service answered, one click away from what we say of it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button


class RawDetails(QWidget):
    """A button, and below it the answer as it came, which can be copied. Hidden without one."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.show_button = button("", self._toggle, is_flat=True)
        self.copy_button = button(tr("Copy details"), self._copy, is_flat=True)
        self.box = QPlainTextEdit()
        self.box.setReadOnly(True)
        self.box.setAccessibleName(tr("Details"))
        self.box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(18 * UNIT)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.show_button)
        row.addWidget(self.copy_button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addLayout(row)
        column.addWidget(self.box)
        self.show_details("")

    def show_details(self, details: str) -> None:
        """Another answer; empty for none."""
        self.box.setPlainText(details)
        self._open(False)
        self.setVisible(bool(details))

    def details(self) -> str:
        """What there is to be shown."""
        return self.box.toPlainText()

    def _toggle(self) -> None:
        is_open = self.box.isHidden()
        self._open(is_open)
        if is_open:
            # The layout has to know the box before it can be scrolled to.
            QTimer.singleShot(0, self, self.opened.emit)

    def _open(self, is_open: bool) -> None:
        self.box.setVisible(is_open)
        self.copy_button.setVisible(is_open)
        self.show_button.setText(tr("Hide details") if is_open else tr("Show details"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.box.toPlainText())
