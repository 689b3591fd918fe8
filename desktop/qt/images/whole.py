"""A decoded picture as Qt has it."""

from __future__ import annotations

from PySide6.QtGui import QColorTransform, QImage, QPainter

from desktop.media.large_picture import LargePicture

_STRIP_PIXELS = 1 << 20
"""Copied at once: a few milliseconds."""


def image_of(picture: LargePicture, transform: QColorTransform | None = None) -> QImage:
    """As the screen paints it, put together strip by strip: Qt's conversions do not let other
    threads run.

    Args:
        transform: from sRGB to the colours of the screen; None for as they are.
    """
    width, height = picture.size
    given, painted, channels = (
        (QImage.Format.Format_RGBA8888, QImage.Format.Format_ARGB32_Premultiplied, 4)
        if picture.has_alpha
        else (QImage.Format.Format_RGB888, QImage.Format.Format_RGB32, 3)
    )
    whole = QImage(width, height, painted)
    painter = QPainter(whole)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        count = min(rows, height - top)
        strip = QImage(picture.rows(top, count), width, count, width * channels, given)
        if transform is not None:
            strip.applyColorTransform(transform)
        painter.drawImage(0, top, strip)
    painter.end()
    return whole
