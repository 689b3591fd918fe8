"""What can be done with a part of a picture that was marked; floats over the picture."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button


class PartBar(QFrame):
    """Offers, and decides nothing."""

    search_chosen = Signal()
    copy_chosen = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.search = button(tr("Search for this part"), self.search_chosen.emit)
        self.copy = button(tr("Copy this part"), self.copy_chosen.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.search)
        row.addWidget(self.copy)
        row.addWidget(icon_button(theme, "x", tr("Mark nothing (Esc)"), self.left.emit))
        self.hide()
