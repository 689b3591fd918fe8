"""In which order pictures are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.core.natural_order import natural
from desktop.core.query import SearchHit
from desktop.core.text import marked

if TYPE_CHECKING:  # not needed to show the window
    from desktop.library.catalog.asset_columns import Assets


class Order(StrEnum):
    """The value is what people read."""

    BEST = marked("Best match")
    NEWEST = marked("Newest")
    DATED = marked("Date taken")
    RATING = marked("Stars")
    NAME = marked("Name")
    FOLDER = marked("Folder")
    SIZE = marked("File size")
    LOOK = marked("Look")
    OWN = marked("Own order")


BROWSING = tuple(order for order in Order if order not in (Order.BEST, Order.OWN))
SEARCHING = (Order.BEST, *BROWSING)
ON_BOARD = (Order.OWN, *BROWSING)
TURNABLE = tuple(order for order in BROWSING if order is not Order.LOOK)
"""Those that mean something the other way round."""
_NUMBERS = {Order.DATED: "dated_s", Order.RATING: "rating", Order.SIZE: "size"}
"""Numbers of an asset; the greatest comes first."""


class Shelf:
    """One reading of the library, put into each order once. For lanes: a million names take
    seconds.

    Args:
        assets: the newest first.
    """

    def __init__(self, assets: Assets) -> None:
        # By look, what is shown is put in a row, which is found out elsewhere.
        self._by_order = {Order.NEWEST: assets, Order.LOOK: assets}

    def is_in_order(self, order: Order) -> bool:
        """True when ``in_order`` has nothing left to do."""
        return order in self._by_order

    def in_order(self, order: Order) -> Assets:
        made = self._by_order.get(order)
        if made is None:
            made = self._by_order[order] = _arranged(self._by_order[Order.NEWEST], order)
        return made

    def prepare_names(self) -> None:
        """So that the first letter of a name that is typed finds it at once."""
        _ = self._by_order[Order.NEWEST].columns.beginnings


def _arranged(newest: Assets, order: Order) -> Assets:
    match order:
        case Order.NAME:
            return newest.by_name()
        case Order.FOLDER:
            return newest.by_folder()
        case _ if order in _NUMBERS:
            return newest.greatest_first(newest.numbers(_NUMBERS[order]))
        case _:
            return newest


def hits_in_order(
    hits: Sequence[SearchHit], order: Order, *, is_reversed: bool = False
) -> Sequence[SearchHit]:
    """Search results, which come with the best first; by look they are put in a row elsewhere."""
    if order not in TURNABLE:
        return hits
    keys: dict[Order, Callable[[SearchHit], Any]] = {
        Order.NEWEST: lambda hit: (-hit.asset.added_at, -hit.asset.id),
        Order.NAME: lambda hit: natural(hit.asset.name),
        Order.FOLDER: lambda hit: (natural(hit.asset.folder), natural(hit.asset.name)),
    }
    if number := _NUMBERS.get(order):
        keys[order] = lambda hit: -getattr(hit.asset, number)
    found = sorted(hits, key=keys[order])
    return found[::-1] if is_reversed else found
