"""A panel that scrolls up and down and keeps its width while it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from desktop.qt.widgets.styling import set_property


class PanelScroll(QScrollArea):
    """Keeps room for the scroll bar at all times and shows it when there is something to scroll.

    A bar that comes and goes changes the width, the width changes the height of wrapped text and
    of pictures, and that height decides about the bar: at some sizes it never settles, and Qt
    recurses until the stack ends.
    """

    def __init__(self, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body.setMinimumWidth(1)  # a row that is too wide is cut; it does not push all to the left
        self.setWidget(body)
        self.verticalScrollBar().rangeChanged.connect(self._show_bar)
        self._show_bar(0, 0)

    def _show_bar(self, least: int, most: int) -> None:
        set_property(self.verticalScrollBar(), "idle", least == most)
