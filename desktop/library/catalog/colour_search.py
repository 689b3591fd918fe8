"""Finds assets by colours that a person named.

A name stands for a family: dark red is red. So lightness counts half, but where the colour is a
grey, which is told by nothing else; and what is less like it counts less.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.colour import oklab
from desktop.core.filter import Filter
from desktop.library.catalog.database import Database
from desktop.library.catalog.filters import AssetFilters
from desktop.library.catalog.palette_blobs import ENTRY, PLACES, axes_of
from desktop.library.catalog.palettes import read_palettes

_GREY = 0.03
"""Chroma in Oklab below which a colour has no hue for most people."""
_FAR = 0.25
"""Distance in Oklab from which on two colours have nothing to do with each other."""


class ColourSearch:
    """Any thread may ask."""

    def __init__(self, database: Database, filters: AssetFilters) -> None:
        self._database = database
        self._filters = filters

    def find(self, colours: Sequence[str], limit: int, wanted: Filter) -> dict[int, float]:
        """The ``limit`` assets that have most of these colours ("#1A2B3C"), with how much: see
        ``shares``."""
        condition = self._filters.condition(wanted)
        found = self._shares(
            f"JOIN assets ON assets.id = asset_id WHERE {condition.sql}",
            condition.values,
            colours,
        )
        best = sorted(found, key=lambda asset_id: (-found[asset_id], -asset_id))[:limit]
        return {asset_id: found[asset_id] for asset_id in best if found[asset_id] > 0}

    def shares(self, asset_ids: Sequence[int], colours: Sequence[str]) -> dict[int, float]:
        """How much each has of these colours, 0 to 1: of several, of the one that it has least
        of. Those whose colours are not known are left out."""
        return self._shares(
            "WHERE asset_id IN (SELECT value FROM json_each(?))",
            (str([*asset_ids]),),
            colours,
        )

    def _shares(
        self, among: str, values: Sequence[object], colours: Sequence[str]
    ) -> dict[int, float]:
        ids, palettes = read_palettes(self._database, among, values)
        least = np.min([shares_of(palettes, colour) for colour in colours], axis=0)
        return dict(zip(ids.tolist(), least.tolist(), strict=True))


def shares_of(palettes: bytes, colour: str) -> NDArray[np.float32]:
    """(n,) of 0 to 1: how much each of n palettes, one after the other, has of what goes by the
    name of ``colour``."""
    entries = np.frombuffer(palettes, np.uint8).reshape(-1, ENTRY).astype(np.float32)
    _, green_red, blue_yellow = oklab(colour)
    is_grey = np.hypot(green_red, blue_yellow) < _GREY
    weights = np.array((1, 2, 2) if is_grey else (0.5, 1, 1), np.float32)
    apart = (entries[:, :3] - np.array(axes_of(colour), np.float32)) / 255
    distance = np.linalg.norm(apart * weights, axis=1)
    shares = entries[:, 3] / 100 * np.clip(1 - distance / _FAR, 0, 1)
    return shares.reshape(-1, PLACES).sum(axis=1)
