"""What follows the pointer while pictures are dragged: one of them, and how many there are."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPixmap

from desktop.core.text import number
from desktop.qt.theme import RADIUS, TEXT_SMALL, UNIT, Theme

_SIDE = 12 * UNIT
_BADGE = 20
HOT_SPOT = QPoint(-UNIT, -UNIT)


def drag_picture(theme: Theme, pixmap: QPixmap | None, count: int, ratio: float) -> QPixmap:
    """Of a picture, or a plain tile where there is none at hand; with the count of several.

    Args:
        ratio: pixels of the screen for a logical one.
    """
    side = round(_SIDE * ratio)
    small = (
        QPixmap()
        if pixmap is None
        else pixmap.scaled(
            QSize(side, side),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    )
    small.setDevicePixelRatio(ratio)
    width = max(small.deviceIndependentSize().width(), 6 * UNIT)
    height = max(small.deviceIndependentSize().height(), 6 * UNIT)
    above = _BADGE / 2 if count > 1 else 0
    whole = QPixmap(round((width + above) * ratio), round((height + above) * ratio))
    whole.setDevicePixelRatio(ratio)
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if small.isNull():
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(0, above, width, height), RADIUS, RADIUS)
    else:
        painter.drawPixmap(QPoint(0, round(above)), small)
    if count > 1:
        _paint_count(painter, theme, count, width + above)
    painter.end()
    return whole


def _paint_count(painter: QPainter, theme: Theme, count: int, right: float) -> None:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(TEXT_SMALL)
    font.setBold(True)
    painter.setFont(font)
    words = number(count)
    width = max(_BADGE, painter.fontMetrics().horizontalAdvance(words) + 12)
    place = QRectF(right - width, 0, width, _BADGE)
    painter.setBrush(theme.color("accent"))
    painter.drawRoundedRect(place, _BADGE / 2, _BADGE / 2)
    painter.setPen(theme.color("on_accent"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
