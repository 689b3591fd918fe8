"""The pictures that a saved search finds now: those of a board that fills itself."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.query import MOST_RELEVANT
from desktop.core.saved_search import SavedSearch
from desktop.library.catalog.assets import Catalog
from desktop.services.search.searching import Searching


class SavedPictures:
    """Asks a saved search anew; any thread may ask."""

    def __init__(self, catalog: Catalog, searching: Searching) -> None:
        self._catalog = catalog
        self._searching = searching

    def of(self, search: SavedSearch, cancel: CancelToken | None = None) -> Sequence[Asset]:
        """What has to do with it, the best or the newest first.

        Raises:
            PlantainError: as ``Searching.search``.
        """
        query = search.query(MOST_RELEVANT)
        if query.is_empty:
            return self._catalog.newest(query.filter)
        found = self._searching.search(query, weaker=0, cancel=cancel)
        return [hit.asset for hit in found.hits[: found.relevant]]
