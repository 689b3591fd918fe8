"""What can be done with a part of a picture that was marked; floats over the picture."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button


class PartBar(QFrame):
    """Offers, and decides nothing."""

    search_chosen = Signal()
    copy_chosen = Signal()
    reference_chosen = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.search = button(tr("Search for this part"), self.search_chosen.emit)
        self.copy = button(tr("Copy this part"), self.copy_chosen.emit)
        self.refer = button(tr("Use this part as a reference"), self.reference_chosen.emit)
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.search, 1)
        row.addWidget(self.copy, 1)
        row.addWidget(icon_button(theme, "x", tr("Mark nothing (Esc)"), self.left.emit))
        column = QVBoxLayout(self)  # side by side they would be wider than a small window
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(UNIT)
        column.addLayout(row)
        column.addWidget(self.refer)
        self.hide()
