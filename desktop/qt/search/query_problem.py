"""The line below the search bar that says what is wrong with what was typed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.core.query_language import QueryError
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label


class QueryProblem(QFrame):
    """Says it in place, with what could be meant."""

    chosen = Signal(object)
    """QueryError: what it offers is to stand instead."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("danger")
        self._problem: QueryError | None = None
        icon = label()
        icon.setPixmap(theme.pixmap("triangle-alert", "danger", 16, self.devicePixelRatioF()))
        self.text = label(wraps=True)
        self.use_button = button("", self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT + 4, UNIT // 2, UNIT // 2, UNIT // 2)
        row.setSpacing(UNIT)
        row.addWidget(icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.use_button)
        self.hide()

    def show_problem(self, problem: QueryError | None) -> None:
        """What is wrong; None: nothing any more."""
        self._problem = problem
        if problem is not None:
            self.text.setText(f"{problem.message} {problem.next_step}")
            self.use_button.setText(problem.instead)
            self.use_button.setAccessibleName(tr("Use “{text}”", text=problem.instead))
        self.setVisible(problem is not None)

    def _choose(self) -> None:
        if self._problem is not None:
            self.chosen.emit(self._problem)
