"""Small parts that every panel is made of: labels, buttons, hairlines."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.qt.theme import CONTROL_HEIGHT, ICON, Theme


def label(
    text: str = "",
    *,
    tone: str = "",
    scale: str = "",
    weight: str = "",
    wraps: bool = False,
    selectable: bool = False,
) -> QLabel:
    """A label in one of the theme's tones and sizes; never interprets its text as HTML."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    for name, value in (("tone", tone), ("scale", scale), ("weight", weight)):
        if value:
            made.setProperty(name, value)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def button(
    text: str,
    clicked: Callable[[], object],
    *,
    is_next: bool = False,
    is_flat: bool = False,
) -> QPushButton:
    """A push button; ``is_next`` paints it as the one next thing to do."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if is_next:
        made.setProperty("next", True)
    if is_flat:
        made.setProperty("flat", True)
    made.clicked.connect(lambda: clicked())
    return made


def icon_button(
    theme: Theme, icon: str, name: str, clicked: Callable[[], object] | None = None
) -> QToolButton:
    """A button with only an icon; its name is the tooltip and what screen readers say."""
    made = QToolButton()
    made.setIcon(theme.icon(icon))
    made.setIconSize(QSize(ICON, ICON))
    made.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if clicked is not None:
        made.clicked.connect(lambda: clicked())
    return made


def hairline(*, is_vertical: bool = False) -> QFrame:
    """A line of one pixel."""
    made = QFrame()
    made.setObjectName("hairline")
    if is_vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the stylesheet selects on, and restyle when it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QLabel):
    """A line that gives way: elided in the middle instead of widening its panel."""

    def __init__(
        self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle
    ) -> None:
        super().__init__(text)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        area = self.contentsRect()
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, area.width())
        painter.drawText(area, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
