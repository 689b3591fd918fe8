"""What the centre says when there is nothing to show: what happened, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import label

BODY_WIDTH = 52 * UNIT
WAYS_WIDTH = 68 * UNIT


@dataclass(frozen=True, slots=True)
class StateAction:
    """A button: its key is told when it is pressed."""

    key: str
    text: str
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class StateWay:
    """One of several ways on, in a card: what it is, and its buttons."""

    icon: str
    title: str
    body: str
    actions: tuple[StateAction, ...]


@dataclass(frozen=True, slots=True)
class StateText:
    """A designed empty state.

    Attributes:
        icon: name of a Lucide icon.
        ways: what can be done, where that needs more than a word.
        is_busy: shows that something is on its way.
    """

    icon: str
    title: str
    body: str = ""
    actions: tuple[StateAction, ...] = ()
    is_busy: bool = False
    ways: tuple[StateWay, ...] = ()


class EmptyState(QWidget):
    """Shows a ``StateText`` in the middle.

    Args:
        is_quiet: smaller, for a side panel.
    """

    action_chosen = Signal(str)

    def __init__(
        self, theme: Theme, *, is_quiet: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_side = (4 if is_quiet else 6) * UNIT
        self.shown: StateText | None = None
        self._icon = label()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label(scale="large" if is_quiet else "title", weight="strong", wraps=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._body = label(tone="soft", wraps=True)
        self._body.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._busy = QProgressBar(textVisible=False)
        self._busy.setRange(0, 0)
        self._busy.setFixedWidth(20 * UNIT)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(UNIT)
        self._buttons.setAlignment(Qt.AlignmentFlag.AlignCenter)

        self._ways = QWidget()
        self._ways.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 6 * UNIT)
        column.setSpacing(0)
        column.addStretch()
        column.addWidget(self._icon)
        column.addSpacing(2 * UNIT)
        column.addWidget(self._title)
        column.addSpacing(UNIT)
        column.addWidget(self._body, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(3 * UNIT)
        column.addWidget(self._busy, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._buttons)
        column.addWidget(self._ways, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self._column = column

    def show_state(self, state: StateText) -> None:
        """Say this."""
        if state == self.shown:
            return
        self.shown = state
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap(state.icon, "text_faint", self._icon_side, ratio))
        self._title.setText(state.title)
        self._body.setText(state.body)
        self._body.setVisible(bool(state.body))
        self._busy.setVisible(state.is_busy)
        empty_layout(self._buttons)
        for action in state.actions:
            self._buttons.addWidget(self._button(action))
        self._show_ways(state.ways)
        self.setAccessibleName(f"{state.title} {state.body}")
        self._fit()

    def _button(self, action: StateAction) -> QPushButton:
        def choose() -> None:
            self.action_chosen.emit(action.key)

        return button(action.text, choose, is_next=action.is_next)

    def _show_ways(self, ways: tuple[StateWay, ...]) -> None:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        for way in ways:
            column.addWidget(self._way(way))
        self._column.replaceWidget(self._ways, made)
        self._ways.deleteLater()
        self._ways = made
        made.setVisible(bool(ways))

    def _way(self, way: StateWay) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        icon = label()
        icon.setPixmap(
            self._theme.pixmap(way.icon, "text_soft", 3 * UNIT, self.devicePixelRatioF())
        )
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(label(way.title, weight="strong", wraps=True))
        words.addWidget(label(way.body, tone="soft", wraps=True))
        words.addStretch()
        buttons = QVBoxLayout()
        buttons.setSpacing(UNIT // 2)
        buttons.addStretch()
        for action in way.actions:
            made = self._button(action)
            made.setMinimumWidth(15 * UNIT)
            buttons.addWidget(made)
        buttons.addStretch()
        row = QHBoxLayout(card)
        row.setContentsMargins(2 * UNIT, UNIT + 4, UNIT + 4, UNIT + 4)
        row.setSpacing(2 * UNIT)
        row.addWidget(icon)
        row.addLayout(words, 1)
        row.addLayout(buttons)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give wrapped text its full height: a box layout asks a centred label for one line."""
        room = self.width() - 6 * UNIT
        width = min(BODY_WIDTH if self._ways.isHidden() else WAYS_WIDTH, room)
        self._body.setFixedWidth(width)
        self._body.setFixedHeight(max(0, self._body.heightForWidth(width)))
        height = self._title.heightForWidth(self.width() - 6 * UNIT)
        self._title.setFixedHeight(max(0, height))
        if not self._ways.isHidden():
            wide = min(WAYS_WIDTH, self.width() - 6 * UNIT)
            self._ways.setFixedWidth(wide)
            layout = self._ways.layout()
            assert layout is not None
            self._ways.setFixedHeight(layout.heightForWidth(wide))
        items = [self._buttons.itemAt(at) for at in range(self._buttons.count())]
        needed = sum(item.sizeHint().width() + UNIT for item in items if item is not None)
        beside = QBoxLayout.Direction.LeftToRight
        below = QBoxLayout.Direction.TopToBottom
        self._buttons.setDirection(below if needed > self.width() - 6 * UNIT else beside)
