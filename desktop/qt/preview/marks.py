"""What is drawn over a picture: the rectangle of a part, lines of text, the line between two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from desktop.core.picture_text import TextLine
from desktop.qt.theme import UNIT, Theme

_SHADE = QColor(0, 0, 0, 140)
_BESIDE = QColor(0, 0, 0, 160)
_LIGHT = QColor(255, 255, 255)


def paint_part(painter: QPainter, whole: QRectF, part: QRectF) -> None:
    """Shade all but a part of the picture.

    Args:
        whole: where the picture is, logical pixels.
        part: in fractions of it.
    """
    inner = QRectF(
        whole.left() + part.left() * whole.width(),
        whole.top() + part.top() * whole.height(),
        part.width() * whole.width(),
        part.height() * whole.height(),
    )
    outside = QPainterPath()
    outside.addRect(whole)
    outside.addRect(inner)
    painter.fillPath(outside, _SHADE)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _draw_seen(painter, 1, _LIGHT, partial(painter.drawRect, inner))


def paint_lines(painter: QPainter, whole: QRectF, lines: Sequence[TextLine], theme: Theme) -> None:
    """A frame around each line of text that was read in the picture.

    Args:
        whole: where the picture is, logical pixels.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        frame = QPolygonF(
            [
                QPointF(whole.left() + x * whole.width(), whole.top() + y * whole.height())
                for x, y in line.corners
            ]
        )
        _draw_seen(painter, 2, theme.color("accent"), partial(painter.drawPolygon, frame))


def paint_divider(painter: QPainter, x: float, height: int, theme: Theme) -> None:
    """The line between two pictures, and its handle."""
    line = QLineF(x, 0, x, height)
    _draw_seen(painter, 1, _LIGHT, partial(painter.drawLine, line))
    side = 3 * UNIT
    place = QRectF(x - side / 2, height / 2 - side / 2, side, side)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("edge"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawEllipse(place)
    icon = theme.pixmap(
        "chevrons-left-right", "text", 2 * UNIT, painter.device().devicePixelRatioF()
    )
    painter.drawPixmap(QPointF(place.left() + UNIT / 2, place.top() + UNIT / 2), icon)


def _draw_seen(painter: QPainter, width: int, color: QColor, draw: Callable[[], object]) -> None:
    """Draw with light lines on dark ones, so that they are seen on any picture."""
    for pen in (QPen(_BESIDE, width + 2), QPen(color, width)):
        painter.setPen(pen)
        draw()
