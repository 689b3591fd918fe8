"""Widgets side by side, in as many lines as their panel is narrow."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Spare(Enum):
    """Where the room goes that a line leaves over."""

    AFTER = "after"
    BETWEEN = "between"
    WITHIN = "within"
    """Shared among the items, which become wider."""


class FlowLayout(QLayout):
    """Lays its items out like words; the height follows from the width.

    Args:
        rest: the last item fills the rest of its line, and begins a line of its own where less
            than so many pixels are left; None: it is as wide as the others are by themselves.
    """

    def __init__(
        self,
        parent: QWidget,
        spacing: int,
        rest: int | None = None,
        spare: Spare = Spare.AFTER,
    ) -> None:
        super().__init__(parent)
        self._rest = rest
        self._spare = spare
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()  # or what is there already keeps the place that it had without this

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), is_moving=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, is_moving=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        if self._rest is not None:
            size.setWidth(self._rest)  # whatever is wider gives way
        return size

    def _arrange(self, area: QRect, *, is_moving: bool) -> int:
        """Place the items, or only see how high they would be; returns that height."""
        y = area.y()
        for line in self._lines(area.width()):
            height = max(item.sizeHint().height() for item, _ in line)
            if is_moving:
                self._place(line, QRect(area.x(), y, area.width(), height))
            y += height + self.spacing()
        return max(0, y - self.spacing() - area.y())

    def _lines(self, room: int) -> Iterator[list[tuple[QLayoutItem, int]]]:
        """The items of each line, with their widths."""
        line: list[tuple[QLayoutItem, int]] = []
        x = 0
        for item in self._items:
            if item.isEmpty():
                continue
            fills = self._rest is not None and item is self._items[-1]
            width = min(self._rest or 0 if fills else item.sizeHint().width(), room)
            if line and x + width > room:
                yield line
                line, x = [], 0
            line.append((item, room - x if fills else width))
            x += width + self.spacing()
        if line:
            yield line

    def _place(self, line: list[tuple[QLayoutItem, int]], area: QRect) -> None:
        left = area.width() - sum(width for _, width in line) - self.spacing() * (len(line) - 1)
        wider = left // len(line) if self._spare is Spare.WITHIN else 0
        apart = left // max(1, len(line) - 1) if self._spare is Spare.BETWEEN else 0
        x = area.x()
        for item, width in line:
            height = item.sizeHint().height()
            top = area.y() + (area.height() - height) // 2
            item.setGeometry(QRect(QPoint(x, top), QSize(width + wider, height)))
            x += width + wider + apart + self.spacing()


class FlowRow(QWidget):
    """Widgets in one line, and in more where the panel is narrow."""

    def __init__(self, *widgets: QWidget, spacing: int, spare: Spare) -> None:
        super().__init__()
        flow = FlowLayout(self, spacing, spare=spare)
        for widget in widgets:
            flow.addWidget(widget)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
