"""The buttons at the end of the search bar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button

_BUTTON = 3 * UNIT + 4


class SearchTools(QWidget):
    """Clear and save, while there is something; narrow, and help."""

    clear_wanted = Signal()
    save_wanted = Signal()
    filters_wanted = Signal()
    help_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)

        def added(icon: str, name: str, clicked: Callable[[], object]) -> QToolButton:
            made = icon_button(theme, icon, name, clicked)
            made.setFixedSize(_BUTTON, _BUTTON)
            self._row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
            return made

        self.clear_button = added("x", f"{tr('Clear the search')} (Esc)", self.clear_wanted.emit)
        self.save_button = added(
            "bookmark", f"{tr('Save this search…')} (Ctrl+S)", self.save_wanted.emit
        )
        self.filter_button = added("sliders-horizontal", tr("Narrow by…"), self.filters_wanted.emit)
        self.help_button = added(
            "circle-question-mark", tr("What can be typed"), self.help_wanted.emit
        )
        self.set_something(False)

    def set_something(self, is_there: bool) -> None:
        """Whether the bar holds anything that can be cleared and saved."""
        self.clear_button.setVisible(is_there)
        self.save_button.setVisible(is_there)
