"""Text that a panel shows: plain labels, and labels that give way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTextBoundaryFinder
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
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
        _let_select(made)
    return made


def _let_select(made: QLabel) -> None:
    made.setProperty("selectable", True)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )


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


class MessageLabel(QLabel):
    """Sentences on as many lines as they need. What cannot be broken and is wider than a line, as
    a file's name may be, is elided in the middle; the tool tip has all of it then."""

    def __init__(self, *, tone: str = "", selectable: bool = False) -> None:
        super().__init__()
        self._said = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self.setSizePolicy(policy)
        if tone:
            self.setProperty("tone", tone)
        if selectable:
            _let_select(self)

    def setText(self, text: str) -> None:
        self._said = text
        self._fit()

    def text(self) -> str:
        """All of it."""
        return self._said

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, width = QFontMetrics(self.font()), self.contentsRect().width()
        shown = "".join(
            metrics.elidedText(part, Qt.TextElideMode.ElideMiddle, width)
            if metrics.horizontalAdvance(part.rstrip()) > width
            else part
            for part in _unbreakable(self._said)
        )
        if shown != super().text():
            super().setText(shown)
        self.setToolTip("" if shown == self._said else self._said)


def _unbreakable(text: str) -> list[str]:
    """The text in parts between which a line may break."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text)
    ends: list[int] = []
    while (end := finder.toNextBoundary()) > 0:
        ends.append(end)
    # Qt counts UTF-16 units, two for what is beyond the first 65,536 characters.
    units = text.encode("utf-16-le", "surrogatepass")
    starts = [0, *ends]
    return [
        units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")
        for start, end in zip(starts, [*ends, len(units) // 2], strict=True)
    ]
