"""Buttons with a text, and buttons with an icon alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from desktop.qt.theme import CONTROL_HEIGHT, ICON, Theme


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
