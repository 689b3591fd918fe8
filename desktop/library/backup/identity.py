"""A restored catalogue becomes a library of its own.

Beside the original, on one server, both would write into one collection under the same ids, each
over the other's vectors; and both would send what waits in the queue. And what a file says about
sharing is nobody's wish here.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from desktop.library.catalog.assets import ANOTHER_ID
from desktop.library.catalog.queue import hold
from desktop.library.catalog.vectors import NOWHERE


class NoCatalog(Exception):
    """A file that is not the catalogue of a library."""


def become_another(catalog: Path, *, is_shared: bool) -> tuple[str, ...]:
    """Give a catalogue of any version an identity of its own.

    Args:
        is_shared: keep the names by which a team shares folders.

    Returns:
        The names of the folders that were shared.

    Raises:
        NoCatalog: it is none, or cannot be written.
    """
    try:
        return _become_another(catalog, is_shared=is_shared)
    except sqlite3.Error as error:
        raise NoCatalog(str(error)) from error


def _become_another(catalog: Path, *, is_shared: bool) -> tuple[str, ...]:
    with closing(sqlite3.connect(catalog)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(ANOTHER_ID)
        if "store" in _columns(connection, "library"):
            connection.execute("UPDATE library SET store = ?", (NOWHERE,))
        names: tuple[str, ...] = ()
        if "name" in _columns(connection, "roots"):
            rows = connection.execute(
                "SELECT name FROM roots WHERE name <> '' AND NOT is_elsewhere ORDER BY name"
            )
            names = tuple(row[0] for row in rows)
            if not is_shared:
                connection.execute("UPDATE roots SET name = '' WHERE NOT is_elsewhere")
        hold(connection)
        connection.commit()
        # One file, as it was: nobody reads a journal of a catalogue that is not opened yet.
        connection.execute("PRAGMA journal_mode = DELETE")
    return names


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
