"""Where a person was in what they looked at, for coming back there."""

from __future__ import annotations

from dataclasses import replace

from desktop.config.window_memory import GridPlace
from desktop.qt.browse.asset_grid import AssetGrid, Stay
from desktop.qt.browse.empty_states import CentreState

_MOST = 50
"""So many parts and searches are come back to at the same place."""


class Stays:
    """Keeps where one is in the grid when something else is shown, and goes back there."""

    def __init__(self, grid: AssetGrid) -> None:
        self._grid = grid
        self._stays: dict[object, Stay] = {}
        self._is_arrived = True

    def leave(self, now: CentreState) -> None:
        """Something else is shown next: keep where one is."""
        if self._is_arrived:
            key = _key(now)
            self._stays.pop(key, None)
            self._stays[key] = self._grid.stay()
            if len(self._stays) > _MOST:
                del self._stays[next(iter(self._stays))]
        self._is_arrived = False

    def arrive(self, now: CentreState) -> None:
        """Where one was when this was shown before; otherwise at its top."""
        self._is_arrived = True
        stay = self._stays.get(_key(now))
        if stay is None:
            self._grid.scrollToTop()
        else:
            self._grid.return_to(stay)

    def places(self, now: CentreState) -> tuple[GridPlace, GridPlace]:
        """How far the grid is scrolled: while browsing, and in results."""
        if now.query is None:
            return self._grid.place(), GridPlace()
        browsed = self._stays.get(_key(replace(now, query=None)))
        return browsed.scroll if browsed is not None else GridPlace(), self._grid.place()

    def come_back(self, now: CentreState, browsed: GridPlace, found: GridPlace) -> None:
        """Scroll there as soon as what is looked at, or the answer, is shown."""
        self._stays[_key(replace(now, query=None))] = Stay(browsed)
        if now.query is not None:
            self._stays[_key(now)] = Stay(found)
        elif self._is_arrived:
            self.arrive(now)


def _key(now: CentreState) -> object:
    return now.section.filter, now.query
