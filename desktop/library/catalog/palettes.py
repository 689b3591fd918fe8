"""The main colours of pictures, and which pictures are about a colour.

All palettes have one length (``palette_blobs``), so that they are one array as SQLite puts them
together: 100,000 are looked through in some ten milliseconds, where rows would take fifty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.colour import PALETTE_VERSION, Palette, Swatch
from desktop.core.filter import Near
from desktop.library.catalog.database import Database
from desktop.library.catalog.palette_blobs import (
    ENTRY,
    PLACES,
    axes_of,
    dump_palette,
    load_palette,
)

_PENDING = "state = 'ready' AND palette_version < ? AND content_hash <> '' AND NOT is_ignored"


class PaletteTable:
    """The ``palettes`` table. Any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, found: Iterable[tuple[int, Palette]]) -> None:
        """(asset id, its main colours): in place of what was known."""
        found = tuple(found)
        with self._database.transaction() as connection:
            write_palettes(connection, found)
            connection.executemany(
                "UPDATE assets SET palette_version = ? WHERE id = ?",
                ((PALETTE_VERSION, asset_id) for asset_id, _ in found),
            )

    def of(self, asset_id: int) -> Palette:
        """Empty for an asset whose file was not read yet."""
        row = self._database.read_one(
            "SELECT colours FROM palettes WHERE asset_id = ?", (asset_id,)
        )
        return load_palette(row["colours"]) if row is not None else ()

    def of_several(self, asset_ids: Sequence[int]) -> list[Palette]:
        """Those that are known, in no order."""
        found = self._database.stream(
            "SELECT colours FROM palettes WHERE asset_id IN (SELECT value FROM json_each(?))",
            (str(list(asset_ids)),),
        )
        return [palette for data in found if (palette := load_palette(data))]

    def outdated(self) -> list[int]:
        """Ids of the assets whose colours were found in an older way."""
        return list(
            self._database.stream(
                f"SELECT id FROM assets WHERE {_PENDING} ORDER BY id", (PALETTE_VERSION,)
            )
        )

    def has_outdated(self) -> bool:
        """There is one that ``outdated`` would tell."""
        row = self._database.read_one(
            f"SELECT 1 FROM assets WHERE {_PENDING} LIMIT 1", (PALETTE_VERSION,)
        )
        return row is not None

    def ids_near(self, near: Near) -> NDArray[np.int64]:
        """(m,), ascending: the assets of which enough is about this colour."""
        ids, palettes = read_palettes(self._database)
        shares = shares_near(palettes, near.colour, near.distance)
        return np.sort(ids[shares >= max(1, near.share)])

    def shares(self, colours: Sequence[Near]) -> dict[int, int]:
        """How much of each asset is about these colours, percent: of several, about the one that
        it has least of. Those that have nothing of one are left out."""
        ids, palettes = read_palettes(self._database)
        each = [shares_near(palettes, near.colour, near.distance) for near in colours]
        least = np.min(each, axis=0)
        has_all = least > 0
        return dict(zip(ids[has_all].tolist(), least[has_all].tolist(), strict=True))


def read_palettes(
    database: Database, among: str = "", values: Sequence[object] = ()
) -> tuple[NDArray[np.int64], bytes]:
    """(n,) asset ids, and their palettes one after the other.

    Args:
        among: what follows FROM palettes; empty for all. A row that is none is left out.
        values: of the parameters in ``among``.
    """
    row = database.read_one(
        "SELECT GROUP_CONCAT(asset_id), CAST(GROUP_CONCAT(colours, '') AS BLOB) FROM"
        " (SELECT asset_id, colours FROM palettes"
        f" WHERE TYPEOF(colours) = 'blob' AND LENGTH(colours) = {PLACES * ENTRY}) " + among,
        values,
    )
    if row is None or row[0] is None:
        return np.zeros(0, np.int64), b""
    return np.fromstring(row[0], np.int64, sep=","), row[1]


def shares_near(palettes: bytes, colour: str, tolerance: float) -> NDArray[np.int32]:
    """(n,) percent: how much of each of n palettes, one after the other, is about this colour.

    Args:
        tolerance: the greatest distance that counts, Euclidean in Oklab.
    """
    entries = np.frombuffer(palettes, np.uint8).reshape(-1, ENTRY)
    squares = np.zeros(len(entries), np.float32)
    for axis, value in enumerate(axes_of(colour)):
        apart = entries[:, axis] - np.float32(value)
        squares += apart * apart
    # Half a step in each of three directions is what rounding may have taken.
    is_near = squares <= (255 * tolerance + 0.87) ** 2
    shares = np.where(is_near, entries[:, 3], np.uint8(0))
    return shares.reshape(-1, PLACES).sum(axis=1, dtype=np.int32)


def write_palettes(
    connection: sqlite3.Connection, found: Iterable[tuple[int, Sequence[Swatch]]]
) -> None:
    """As ``PaletteTable.record``, within the caller's transaction, who writes down the
    ``palette_version`` of the assets."""
    connection.executemany(
        "INSERT OR REPLACE INTO palettes VALUES (?, ?)",
        ((asset_id, dump_palette(palette)) for asset_id, palette in found),
    )
