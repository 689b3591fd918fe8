"""A rating of one to five stars."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QSizePolicy, QWidget

from desktop.core.annotations import MAX_RATING
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme

_SIDE = 3 * UNIT
_ICON = 2 * UNIT + 2


class Stars(QAbstractSlider):
    """Click a star or press a digit; the star that is set already takes the rating away.

    A slider to screen readers, which tell its value.
    """

    chosen = Signal(int)
    """Stars, 0 for none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rating: int | None = 0
        self._hovered = 0
        self.setRange(0, MAX_RATING)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_rating(0)

    @property
    def rating(self) -> int | None:
        return self._rating

    def show_rating(self, rating: int | None) -> None:
        """None: the selected pictures have different ones."""
        self._rating = rating
        self.setValue(rating or 0)
        told = (
            tr("different ratings")
            if rating is None
            else tr("{rating} of {most} stars", rating=rating, most=MAX_RATING)
        )
        self.setAccessibleName(tr("Rating, {told}", told=told))
        self.setToolTip(
            tr(
                "Rating: {told}. In the grid: Ctrl+0 to Ctrl+{most}.",
                told=told,
                most=MAX_RATING,
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(MAX_RATING * _SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        filled = self._hovered or self._rating or 0
        for number in range(MAX_RATING):
            name, tone = ("star-filled", "text") if number < filled else ("star", "text_faint")
            picture = self._theme.pixmap(name, tone, _ICON, self.devicePixelRatioF())
            inset = (_SIDE - _ICON) // 2
            painter.drawPixmap(number * _SIDE + inset, inset, picture)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("ring"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def wheelEvent(self, e: QWheelEvent) -> None:
        e.ignore()  # scrolls what the stars are on

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._star_at(event.position()))

    def leaveEvent(self, event: object) -> None:
        self._hover(0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._choose(self._star_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if 0 <= digit <= MAX_RATING:
            self.chosen.emit(digit)
        elif step:
            self.chosen.emit(min(max((self._rating or 0) + step, 0), MAX_RATING))
        else:
            super().keyPressEvent(event)

    def _choose(self, star: int) -> None:
        self.chosen.emit(0 if star == self._rating else star)

    def _star_at(self, place: QPointF) -> int:
        return min(max(int(place.x() // _SIDE) + 1, 1), MAX_RATING)

    def _hover(self, star: int) -> None:
        if star != self._hovered:
            self._hovered = star
            self.update()


def show_heart(button: QAbstractButton, theme: Theme, is_favourite: bool) -> None:
    """Have a checkable button say whether a picture is a favourite."""
    button.setChecked(is_favourite)
    button.setIcon(theme.icon("heart-filled" if is_favourite else "heart"))
