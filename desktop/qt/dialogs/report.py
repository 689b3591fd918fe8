"""Something went wrong that nobody foresaw: words first, details for whoever helps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.qt.theme import UNIT
from desktop.qt.views.words import button, label


class ReportDialog(QDialog):
    """One dialog per session of trouble: further reports are added to the open one."""

    def __init__(self, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Plantain")
        self.setMinimumWidth(480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        head = label("Something went wrong inside Plantain", scale="large", weight="strong")
        words = label(
            "Your pictures and your library were not changed by this. You can go on working; "
            "if it comes again, restart Plantain. The details below help to find the cause "
            "and contain file names.",
            tone="soft",
            wraps=True,
        )
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details")
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setMinimumHeight(22 * UNIT)
        self.details.hide()
        self.show_button = button("Show details", self._toggle, is_flat=True)
        self.copy_button = button("Copy details", self._copy, is_flat=True)
        close = button("Go on", self.accept)
        close.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.show_button)
        row.addWidget(self.copy_button)
        row.addStretch()
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT + 4)
        column.addWidget(head)
        column.addWidget(words)
        column.addWidget(self.details, 1)
        column.addLayout(row)

    def add(self, details: str) -> None:
        """More trouble while the dialog is open."""
        self.details.appendPlainText("\n" + details)

    def _toggle(self) -> None:
        is_shown = self.details.isHidden()
        self.details.setVisible(is_shown)
        self.show_button.setText("Hide details" if is_shown else "Show details")
        self.adjustSize()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())
