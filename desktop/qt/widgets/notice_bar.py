"""One notice at a time above the grid: what happened, what is safe, what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.labels import MessageLabel, label
from desktop.qt.widgets.styling import set_property

_NARROW = 64 * UNIT


class NoticeBar(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chosen: Callable[[], object] | None = None
        self._icon = label()
        self._message = MessageLabel(selectable=True)
        self.action_button = button("", self._choose)
        self._close = icon_button(theme, "x", tr("Dismiss"), self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT + 4, UNIT // 2, UNIT // 2, UNIT // 2)
        row.setSpacing(UNIT)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(UNIT)
        self._body.addWidget(self._message, 1)
        self._body.addWidget(self.action_button, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self._icon)
        row.addLayout(self._body, 1)
        row.addWidget(self._close)
        self.hide()

    def say(
        self,
        message: str,
        *,
        is_failure: bool = False,
        action: str = "",
        chosen: Callable[[], object] | None = None,
    ) -> None:
        """Show a notice in place of the one before."""
        self._chosen = chosen
        self.setObjectName("danger" if is_failure else "card")
        set_property(self, "notice", "danger" if is_failure else "quiet")
        icon, token = ("triangle-alert", "danger") if is_failure else ("info", "text_soft")
        self._icon.setPixmap(self._theme.pixmap(icon, token, ICON, self.devicePixelRatioF()))
        self._message.setText(message)
        self.action_button.setText(action)
        self.action_button.setVisible(bool(action))
        self.setAccessibleName(message)
        self.show()

    def text(self) -> str:
        """What it says; empty when hidden."""
        return "" if self.isHidden() else self._message.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Beside the words, the button of a narrow window would leave them no room.
        is_narrow = self.width() < _NARROW
        self._body.setDirection(
            QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        )

    def dismiss(self) -> None:
        self.hide()

    def _choose(self) -> None:
        self.hide()
        if self._chosen is not None:
            self._chosen()
