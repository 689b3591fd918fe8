"""What is seen behind a picture: around it, and through what is clear in it."""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QBrush, QColor

from desktop.core.text import marked
from desktop.qt.theme import Theme
from desktop.qt.widgets.checkerboard import checkerboard


class Ground(Enum):
    """A ground, and its name, marked for the catalogue."""

    CHECKS = marked("Checkerboard")
    BLACK = marked("Black")
    GREY = marked("Mid-grey")
    WHITE = marked("White")


PLAIN = {
    Ground.BLACK: QColor(0, 0, 0),
    Ground.GREY: QColor(119, 119, 119),
    Ground.WHITE: QColor(255, 255, 255),
}
"""The grey is the middle one for the eye: L* 50 in sRGB."""


def around(ground: Ground, theme: Theme) -> QColor:
    """The colour beside the picture."""
    return PLAIN.get(ground) or theme.color("ground")


def behind(ground: Ground, theme: Theme) -> QBrush:
    """What shows through clear pixels."""
    plain = PLAIN.get(ground)
    return checkerboard(theme) if plain is None else QBrush(plain)
