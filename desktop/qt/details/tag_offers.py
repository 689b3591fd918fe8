"""Tags that are suggested, each to be accepted with a click, the first one with a key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import label

ACCEPT_KEY = "Ctrl+Shift+T"
_MOST_WIDE = 24 * UNIT
_HEIGHT = 3 * UNIT + 4


class TagOffers(QWidget):
    """Hidden while there is nothing to suggest."""

    accepted = Signal(object)
    """list[str]: one tag."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.names: tuple[str, ...] = ()
        self._flow = FlowLayout(self, UNIT // 2)
        heading = label(tr("Suggested"), tone="faint", scale="small")
        heading.setFixedHeight(_HEIGHT)
        self._flow.addWidget(heading)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_names(self, names: Sequence[str]) -> None:
        """The likeliest first."""
        if self.names == tuple(names):
            return
        self.names = tuple(names)
        empty_layout(self._flow, keep=1)
        for at, name in enumerate(self.names):
            key = "" if at else ACCEPT_KEY
            self._flow.addWidget(tag_offer(self._theme, name, _MOST_WIDE, self.accepted, key))
        self.setVisible(bool(self.names))

    def accept_first(self) -> None:
        """What the key does."""
        if self.names:
            self.accepted.emit([self.names[0]])


def tag_offer(
    theme: Theme, name: str, most_wide: int, accepted: SignalInstance, key: str = ""
) -> QPushButton:
    """A button that adds a tag.

    Args:
        most_wide: logical pixels; a longer name is elided.
        accepted: emitted with the tag, in a list.
        key: that does the same.
    """
    made = button(name, lambda: accepted.emit([name]))
    made.setIcon(theme.icon("plus"))
    made.setProperty("offer", True)
    words = tr("Add the tag {name}", name=name)
    made.setAccessibleName(words)
    made.setToolTip(f"{words} ({key})" if key else words)
    room = most_wide - 6 * UNIT
    made.setText(made.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room))
    return made
