"""Where what belongs to the search bar pops up."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop.qt.theme import UNIT


def place_below(popup: QWidget, bar: QWidget) -> None:
    """Move it below the bar, with their right edges in line, as far as the screen has room."""
    screen = bar.screen().availableGeometry()
    place = bar.mapToGlobal(QPoint(bar.width() - popup.width(), bar.height() + UNIT // 2))
    left = max(screen.left(), min(place.x(), screen.right() + 1 - popup.width()))
    popup.move(left, place.y())
