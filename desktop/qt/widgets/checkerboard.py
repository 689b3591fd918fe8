"""What is seen through clear pixels."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPixmap

from desktop.qt.theme import UNIT, Theme


def checkerboard(theme: Theme, side: int = UNIT) -> QBrush:
    """Fields in two tones, both of which differ from black and from white.

    Args:
        side: of a field, logical pixels.
    """
    made = QPixmap(2 * side, 2 * side)
    made.fill(theme.color("check_light"))
    painter = QPainter(made)
    for x, y in ((0, 0), (side, side)):
        painter.fillRect(x, y, side, side, theme.color("check_dark"))
    painter.end()
    return QBrush(made)


def paint_checks(painter: QPainter, theme: Theme, area: QRectF, radius: float) -> None:
    """A checkerboard with rounded corners that begins where the area does, so that it moves with
    what is painted on it."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(checkerboard(theme, UNIT if area.width() > 8 * UNIT else UNIT // 2))
    painter.setBrushOrigin(area.topLeft())
    painter.drawRoundedRect(area, radius, radius)
    painter.restore()
