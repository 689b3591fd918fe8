"""What lies between the scene and the eye: flakes, dusk, sunlight, the lens."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QRadialGradient

from tests.demo_world.paint import Brushes, alpha
from tests.demo_world.places import soft_dots


def weather(b: Brushes, setting: str, w: float, h: float) -> None:
    """What lies between the thing and the eye: flakes, dusk, sun."""
    area = QRectF(-w / 2, -h / 2, w, h)
    if setting == "night":
        b.p.fillRect(area, alpha("#0a1038", 0.13))
    elif setting == "snow":
        soft_dots(b, area, 16, (0.005, 0.016), [QColor("#ffffff")], (0.5, 0.95))
    elif setting == "forest":
        b.p.fillRect(area, alpha("#3f5a1c", 0.07))
    elif setting == "beach":
        b.p.fillRect(area, alpha("#ffe2a8", 0.06))


def vignette(b: Brushes, w: float, h: float, strength: float) -> None:
    """Darken the corners a little, as a lens does."""
    shade = QRadialGradient(QPointF(0, 0), math.hypot(w, h) / 2)
    shade.setColorAt(0.55, alpha("#000000", 0))
    shade.setColorAt(1, alpha("#000000", strength))
    b.p.fillRect(QRectF(-w / 2, -h / 2, w, h), QBrush(shade))
