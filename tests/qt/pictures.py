"""Sample thumbnails for tests and screenshots: gradients of every shape, made by Qt."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

SHAPES = ((512, 341), (341, 512), (512, 512), (512, 288), (384, 512), (512, 200))


def gradient(number: int, width: int, height: int) -> QImage:
    """A two-colour gradient with a disc, different for each number."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    fill = QLinearGradient(QPointF(0, 0), QPointF(width, height))
    fill.setColorAt(0, QColor.fromHsv(number * 47 % 360, 150, 235))
    fill.setColorAt(1, QColor.fromHsv((number * 47 + 60) % 360, 190, 120))
    painter = QPainter(image)
    painter.fillRect(image.rect(), fill)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromHsv((number * 47 + 180) % 360, 90, 250))
    radius = min(width, height) * 0.25
    painter.drawEllipse(QPointF(width * 0.55, height * 0.5), radius, radius)
    painter.end()
    return image


def write_thumbnail(folder: Path, number: int) -> Path:
    """The thumbnail of ``tests.fakes.services.make_asset(number)``."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = SHAPES[number % len(SHAPES)]
    path = folder / f"{number:064x}.jpg"
    gradient(number, width, height).save(str(path), quality=90)
    return path
