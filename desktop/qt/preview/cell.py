"""A picture and, beside others, its name, its stars and whether it is a favourite."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.asset import Asset
from desktop.core.text import tr
from desktop.qt.preview.picture_view import PictureView
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import ElidedLabel
from desktop.qt.widgets.stars import Stars, show_heart
from desktop.qt.widgets.styling import set_property


class PictureCell(QWidget):
    """One of the pictures that are looked at."""

    rated = Signal(int)
    favoured = Signal()
    """It is a favourite now, or no longer."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.view = PictureView(theme)
        self.caption = ElidedLabel()
        self.stars = Stars(theme)
        self.stars.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # digits rate the one in turn
        self.stars.chosen.connect(self.rated)
        self.heart = icon_button(theme, "heart", tr("Favourite (H)"), self.favoured.emit)
        self.heart.setCheckable(True)
        self.heart.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._below = QWidget()
        row = QHBoxLayout(self._below)
        row.setContentsMargins(UNIT, 0, UNIT, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.caption, 1)
        row.addWidget(self.heart)
        row.addWidget(self.stars)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self._below)

    def show_asset(self, asset: Asset, *, is_alone: bool, is_read_only: bool) -> None:
        """Whose picture is on its way."""
        self.view.setAccessibleName(asset.filename)
        self.show_caption(asset.filename)
        self.stars.show_rating(asset.rating)
        self.stars.setEnabled(not is_read_only)
        self.heart.setVisible(not is_read_only)
        self._below.setVisible(not is_alone)

    def show_favourite(self, is_favourite: bool) -> None:
        """Whether it is one."""
        show_heart(self.heart, self._theme, is_favourite)

    def show_caption(self, text: str) -> None:
        """What stands below it."""
        self.caption.setText(text)
        self.caption.setToolTip(text)

    def show_in_turn(self, is_in_turn: bool) -> None:
        """Keys decide about this one."""
        set_property(self.caption, "tone", "" if is_in_turn else "faint")
        set_property(self.caption, "weight", "strong" if is_in_turn else "")
