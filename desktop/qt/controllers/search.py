"""Searching as one types: latest wins."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.core.query import Query, SearchResult
from desktop.qt.controllers.context import Context
from desktop.qt.workers.latest import Latest


class SearchController(QObject):
    """Answers the search bar."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._centre = context.window.centre
        self._searches = Latest(context.lanes.search, self)
        self._searches.finished.connect(self._show)
        self._searches.failed.connect(self._fail)
        self._centre.search.query_changed.connect(self.search)

    def search(self, query: Query) -> None:
        """Search, or browse again when there is nothing to search for."""
        if query.is_empty:
            self._searches.forget()
            self._context.pictures.show_moments({})
            self._centre.show_browsing()
            return
        self._centre.show_searching(query)
        engine = self._context.engine
        self._searches.submit(lambda _: engine.searching.search(query))

    def again(self) -> None:
        """The library or the model changed: the same question may have another answer."""
        query = self._centre.search.query()
        if not query.is_empty:
            self.search(query)

    def _show(self, result: SearchResult) -> None:
        pictures = self._context.pictures
        pictures.learn(hit.asset for hit in result.hits)
        pictures.show_moments(
            {hit.asset.id: hit.position_ms for hit in result.hits if hit.position_ms is not None}
        )
        self._centre.show_result(result)

    def _fail(self, error: object) -> None:
        self._centre.show_search_failure(self._context.known(error))
