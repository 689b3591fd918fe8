"""What is said above the grid, one line a matter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.core.query import SearchResult
from desktop.core.scripts import unread_sentence
from desktop.core.text import sentences, tr
from desktop.qt.browse.empty_states import GET_MODEL
from desktop.qt.search.query_problem import QueryProblem
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.notice_bar import NoticeBar
from desktop.services.reports import LibraryStatus


class CentreNotices(QWidget):
    """The notices of the centre; each is there as long as what it says holds."""

    action_chosen = Signal(str)
    """Id of the action of a notice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = QueryProblem(theme)
        self.notice = NoticeBar(theme)
        self.model = NoticeBar(theme)
        self.script = NoticeBar(theme)
        self.lasting = NoticeBar(theme)
        self._told: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, UNIT // 2, 2 * UNIT, 0)
        column.setSpacing(UNIT // 2)
        for bar in (self.problem, self.notice, self.model, self.script, self.lasting):
            column.addWidget(bar)

    def show_read_only(self) -> None:
        """Say all the time that nothing can be changed."""
        self.lasting.say(
            tr(
                "This library is open read-only: you can browse and search "
                "it, but not change anything."
            )
        )

    def show_demo(self, leave: Callable[[], object]) -> None:
        """Say all the time that these are the samples, and how to leave them."""
        self.lasting.say(
            tr("This is the demo: sample pictures, and a model that knows them alone."),
            action=tr("To my own pictures"),
            chosen=leave,
        )

    def show_status(self, status: LibraryStatus) -> None:
        """Whether pictures can be found by meaning, and what happened on opening."""
        if status.notices and status.notices != self._told:
            self._told = status.notices
            self.notice.say(" ".join(status.notices))
        if not status.model_problem:
            self.model.dismiss()
        elif status.assets:
            self.model.say(
                sentences(status.model_problem, tr("Browsing and searching by name work.")),
                action=tr("Get a model…"),
                chosen=self._get_model,
            )

    def show_result(self, result: SearchResult) -> None:
        """The model in use cannot know words of a script that it never saw; others can."""
        if not result.unread_script:
            self.script.dismiss()
            return
        self.script.say(
            unread_sentence(result.model, result.unread_script),
            action=tr("Other models…"),
            chosen=self._get_model,
        )

    def _get_model(self) -> None:
        self.action_chosen.emit(GET_MODEL)
