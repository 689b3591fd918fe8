"""Searching as one types: latest wins."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.core.filter import NamedFilter
from desktop.core.query import Query, SearchResult
from desktop.core.query_language import colours_asked, parse
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.qt.search.search_bar import SearchBar

_WEAKER = 100
"""Matches that have little to do with what is asked: nobody looks through more."""


class SearchController(QObject):
    """Answers the search bar."""

    narrowed = Signal(object)
    """tuple[NamedFilter, ...]: what is shown is all of these, whether searched for or not."""
    begun = Signal(object)
    """Query: an answer is on its way."""
    answered = Signal(object)
    """SearchResult."""
    failed = Signal(object)
    """PlantainError: there is no answer."""
    ended = Signal()
    """There is nothing to search for any more."""

    def __init__(self, context: Context, bar: SearchBar) -> None:
        super().__init__()
        self._context = context
        self._bar = bar
        self._narrowing: tuple[NamedFilter, ...] = ()
        self._is_searching = False
        self._searches = Latest(context.lanes.search, self)
        self._searches.finished.connect(self._show)
        self._searches.failed.connect(self._fail)
        # In the lane of searches, where a newer one ends it, and no import is waited for; without a
        # word where it fails: the answer stays preliminary.
        self._completions = Latest(context.lanes.search, self)
        self._completions.finished.connect(self._show)
        self._preparations = Latest(context.lanes.search, self)
        bar.query_changed.connect(self.search)
        bar.text_field.focus_changed.connect(self._prepare)
        context.hub.changed.connect(self._on_changes)

    def search(self, query: Query) -> None:
        """Search, or browse where there is nothing to rank by."""
        narrowing = self._bar.narrowing()
        if narrowing != self._narrowing:
            self._narrowing = narrowing
            self.narrowed.emit(narrowing)
        was_searching, self._is_searching = self._is_searching, _is_ranked(query)
        if self._is_searching:
            self.begun.emit(query)
            self._ask(query, at_once=True)
        elif was_searching:
            self._searches.forget()
            self._completions.forget()
            self._context.pictures.show_moments({})
            self.ended.emit()

    def _prepare(self, is_entered: bool) -> None:
        """Whoever goes to the search bar will type: meanwhile the model is loaded."""
        if is_entered:
            # Where it fails the search itself will say why.
            self._preparations.submit(lambda _: self._context.engine.searching.prepare())

    def _ask(self, query: Query, *, at_once: bool = False) -> None:
        searching = self._context.engine.searching
        self._completions.forget()
        self._searches.submit(
            lambda cancel: searching.search(query, at_once=at_once, weaker=_WEAKER, cancel=cancel)
        )

    def _complete(self, query: Query) -> None:
        searching = self._context.engine.searching
        self._completions.submit(
            lambda cancel: searching.search(query, weaker=_WEAKER, cancel=cancel)
        )

    def _on_changes(self, changes: Changes) -> None:
        query = self._bar.query()
        if not _is_ranked(query):
            return
        if changes.model:
            self.search(query)
        elif changes.vectors if _is_more(query) else not changes.is_partial:
            self._ask(query)  # what is shown stays until there is more

    def _show(self, result: SearchResult) -> None:
        pictures = self._context.pictures
        pictures.learn(hit.asset for hit in result.hits)
        pictures.show_moments(
            {hit.asset.id: hit.position_ms for hit in result.hits if hit.position_ms is not None}
        )
        self.answered.emit(result)
        if result.is_preliminary:
            self._complete(result.query)

    def _fail(self, error: object) -> None:
        self.failed.emit(self._context.known(error))


def _is_ranked(query: Query) -> bool:
    """There is more to it than conditions, or one that a picture meets more or less."""
    return _is_more(query) or bool(colours_asked(query.text))


def _is_more(query: Query) -> bool:
    """There is more to it than conditions."""
    return bool(query.examples or parse(query.text).words)
