"""Widgets side by side, in as many lines as their panel is narrow."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lays its items out like words; the height follows from the width.

    Args:
        rest: the last item fills the rest of its line, and begins a line of its own where less
            than so many pixels are left; None: it is as wide as the others are by themselves.
    """

    def __init__(self, parent: QWidget, spacing: int, rest: int | None = None) -> None:
        super().__init__(parent)
        self._rest = rest
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
        x, y, line = area.x(), area.y(), 0
        for item in self._items:
            size = item.sizeHint()
            fills = self._rest is not None and item is self._items[-1]
            width = min(self._rest or 0 if fills else size.width(), area.width())
            if line and x + width > area.right() + 1:
                x, y, line = area.x(), y + line + self.spacing(), 0
            if fills:
                width = area.right() + 1 - x
            if is_moving:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + self.spacing()
            line = max(line, size.height())
        return y + line - area.y()
