"""One notice at a time above the grid: what happened, what is safe, what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.widgets.buttons import button, icon_button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import set_property


class NoticeBar(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chosen: Callable[[], object] | None = None
        self._icon = label()
        self._message = label(wraps=True, selectable=True)
        self.action_button = button("", self._choose)
        self._close = icon_button(theme, "x", tr("Dismiss"), self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT + 4, UNIT // 2, UNIT // 2, UNIT // 2)
        row.setSpacing(UNIT)
        row.addWidget(self._icon)
        row.addWidget(self._message, 1)
        row.addWidget(self.action_button)
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

    def dismiss(self) -> None:
        self.hide()

    def _choose(self) -> None:
        self.hide()
        if self._chosen is not None:
            self._chosen()
