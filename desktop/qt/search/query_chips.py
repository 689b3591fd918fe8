"""The chips of the search bar: a condition, or a picture that is searched by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from desktop.core.filter import EVERYTHING, Filter, NamedFilter
from desktop.core.query import Example
from desktop.core.text import number, tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Picture
from desktop.qt.search.chip_text import ChipText, chip_text
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import fitted_label, label
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.qt.widgets.styling import set_property

CHIP_HEIGHT = 3 * UNIT + 4
_MOST_WIDE = 24 * UNIT
_WEIGHTS = (0.25, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Condition:
    """What narrows a search.

    Attributes:
        text: as it is typed; empty for what cannot be.
        name: what it is called where it cannot be typed.
    """

    text: str
    filter: Filter = EVERYTHING
    name: str = ""

    @property
    def shown(self) -> ChipText:
        """What its chip says."""
        return ChipText(self.name) if self.name else chip_text(self.filter, self.text)

    @property
    def section(self) -> NamedFilter:
        """What it leaves, under the words of its chip."""
        return NamedFilter(self.shown.words, self.filter)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture that is searched by, and how it is shown."""

    example: Example
    name: str
    shown: Picture | QPixmap | None = field(default=None, compare=False)


Held = Condition | Pictured
"""What a chip stands for."""


class QueryChip(QFrame):
    """A chip that can be taken off: with its button, or with Delete while it has the focus."""

    removed = Signal()

    def __init__(self, theme: Theme, name: str, remove: str) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(CHIP_HEIGHT)
        self.remove_button = icon_button(theme, "x", remove, self.removed.emit)
        self.remove_button.setFixedSize(3 * UNIT, 3 * UNIT)
        self.remove_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does it
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(UNIT, 2, 2, 2)
        self._row.setSpacing(UNIT // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        set_property(self, "active", True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        set_property(self, "active", False)
        super().focusOutEvent(event)


class ConditionChip(QueryChip):
    """A condition in words; a click makes it text again.

    Args:
        tone: token of its icon's colour.
    """

    edit_wanted = Signal()

    def __init__(self, theme: Theme, condition: Condition, tone: str = "text_soft") -> None:
        said = condition.shown
        super().__init__(theme, said.words, tr("Search without “{name}”", name=said.words))
        self._can_be_edited = bool(condition.text)
        self.setToolTip(condition.text or said.words)
        if self._can_be_edited:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        if said.colour:
            self._row.addWidget(_Swatch(theme, said.colour))
        elif said.icon:
            icon = label()
            icon.setPixmap(theme.pixmap(said.icon, tone, ICON - 2, self.devicePixelRatioF()))
            self._row.addWidget(icon)
        self._row.addWidget(fitted_label(said.words, _MOST_WIDE))
        self._row.addWidget(self.remove_button)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._edit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # so that the release comes here

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._edit()
        else:
            super().keyPressEvent(event)

    def _edit(self) -> None:
        if self._can_be_edited:
            self.edit_wanted.emit()


class PictureChip(QueryChip):
    """A picture, whether more or less like it is wanted, and how much it counts."""

    changed = Signal(object)
    """Example: the same picture with another weight."""

    def __init__(self, theme: Theme, cache: PixmapCache, pictured: Pictured) -> None:
        name = tr("Picture searched by: {name}", name=pictured.name)
        super().__init__(theme, name, tr("Search without this picture"))
        self._example = pictured.example
        self.setToolTip(pictured.name)
        self._row.setContentsMargins(2, 2, 2, 2)
        shown = PictureLabel(theme, cache, side=3 * UNIT)
        if isinstance(pictured.shown, QPixmap):
            shown.show_pixmap(pictured.shown)
        else:
            part = self._example.crop
            shown.show_picture(pictured.shown, None if part is None else part.edges)
        self._row.addWidget(shown)
        self._row.addWidget(fitted_label(pictured.name, _MOST_WIDE))
        weight = self._example.weight
        self.sign_button = self._button(
            "+" if weight > 0 else "−",
            tr("Find what is less like it") if weight > 0 else tr("Find what is more like it"),
        )
        self.sign_button.clicked.connect(lambda: self._weigh(-weight))
        self.weight_button = self._button(
            tr("{share} %", share=number(100 * abs(weight))), tr("How much this picture counts")
        )
        widest = tr("{share} %", share=number(200))
        room = self.weight_button.fontMetrics().horizontalAdvance(widest)
        self.weight_button.setMinimumWidth(room + UNIT)
        self.weight_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.weight_button)
        for share in _WEIGHTS:
            menu.addAction(tr("{share} %", share=number(100 * share))).triggered.connect(
                partial(self._weigh, share if weight > 0 else -share)
            )
        self.weight_button.setMenu(menu)
        for made in (self.sign_button, self.weight_button, self.remove_button):
            self._row.addWidget(made)

    def _button(self, text: str, name: str) -> QToolButton:
        made = QToolButton()
        made.setText(text)
        made.setToolTip(name)
        made.setAccessibleName(f"{name}: {text}")
        made.setFixedHeight(3 * UNIT)
        made.setProperty("scale", "small")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def _weigh(self, weight: float, _: object = None) -> None:
        self.changed.emit(replace(self._example, weight=weight))


class _Swatch(QWidget):
    """A colour as a dot."""

    def __init__(self, theme: Theme, colour: str) -> None:
        super().__init__()
        self._theme = theme
        self._colour = colour
        self.setFixedSize(QSize(ICON, ICON))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color("edge"))
        painter.setBrush(QColor(self._colour))
        painter.drawEllipse(self.rect().adjusted(1, 1, -2, -2))
        painter.end()
