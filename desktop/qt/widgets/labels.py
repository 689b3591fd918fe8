"""Text that a panel shows: plain labels, and labels that give way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


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
        made.setProperty("selectable", True)
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def heading(text: str) -> QLabel:
    """The name of a part of a panel, above it."""
    return label(text, tone="faint", weight="strong", scale="small")


def fitted_label(text: str, most: int) -> ElidedLabel:
    """As wide as its text, and elided where that is more than ``most`` pixels."""
    made = ElidedLabel(text)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    made.setFixedWidth(min(made.fontMetrics().horizontalAdvance(text) + 4, most))
    return made


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
