"""A picture that can be chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from desktop.qt.images.cache import PixmapCache
from desktop.qt.theme import Theme
from desktop.qt.widgets.picture_label import PictureLabel


class PictureButton(QToolButton):
    """A thumbnail that can be clicked, by mouse or keyboard.

    Args:
        side: of the picture, in points.
    """

    def __init__(self, theme: Theme, cache: PixmapCache, name: str, *, side: int) -> None:
        super().__init__()
        self.setFixedSize(side + 4, side + 4)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.picture = PictureLabel(theme, cache, side=side, parent=self)
        self.picture.move(2, 2)
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
