"""A catalogue in numbers, for reports: read without opening it as a library.

Nothing is made, migrated or repaired, and what a damaged file still gives is taken.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_COUNTS = {
    "roots_by_kind": "SELECT kind, COUNT(*) FROM roots GROUP BY kind",
    "assets_by_state": "SELECT state, COUNT(*) FROM assets GROUP BY state",
    "assets_by_format": "SELECT format, COUNT(*) FROM assets GROUP BY format ORDER BY 2 DESC",
    "assets_missing": "SELECT COUNT(*) FROM assets WHERE is_missing AND shared_by = ''",
    "assets_elsewhere": "SELECT COUNT(*) FROM assets WHERE is_missing AND shared_by <> ''",
    "assets_generated": "SELECT COUNT(*) FROM assets WHERE is_generated",
    "assets_by_rating": "SELECT rating, COUNT(*) FROM assets GROUP BY rating",
    "assets_with_a_note": "SELECT COUNT(*) FROM assets WHERE note <> ''",
    "failures": "SELECT failure, COUNT(*) FROM assets WHERE failure <> '' GROUP BY failure"
    " ORDER BY 2 DESC LIMIT 20",
    "tags": "SELECT COUNT(*) FROM tags",
    "tags_given": "SELECT COUNT(*) FROM asset_tags",
    "boards": "SELECT COUNT(*) FROM boards",
    "board_places": "SELECT COUNT(*) FROM board_assets",
    "lineages": "SELECT COUNT(*) FROM lineage",
    "ignore_rules": "SELECT COUNT(*) FROM ignore_rules",
    "words": "SELECT COUNT(*) FROM words",
    "vectors_by_encoder": "SELECT encoder || ' ' || kind, COUNT(*) FROM vectors GROUP BY 1",
    "vectors_not_stored": "SELECT encoder, COUNT(*) FROM vectors WHERE NOT is_stored GROUP BY 1",
}
_MOST_WORDS = 500
"""Of what SQLite says about damage, characters."""


@dataclass
class KnownPaths:
    """What a report about this library must not name.

    Attributes:
        roots: path and real path of each root.
        names: of all files, without their folders.
    """

    roots: list[tuple[Path, Path]] = field(default_factory=lambda: list[tuple[Path, Path]]())
    names: set[str] = field(default_factory=lambda: set[str]())


def statistics(path: Path) -> dict[str, Any]:
    """Counts by kind, and how whole the file is; what cannot be read is listed as a problem."""
    if not path.exists():
        return {"exists": False}
    wal = path.with_name(f"{path.name}-wal")
    numbers: dict[str, Any] = {
        "exists": True,
        "bytes": path.stat().st_size,
        "wal_bytes": wal.stat().st_size if wal.exists() else 0,
        "sqlite": sqlite3.sqlite_version,
    }
    problems: list[str] = []
    try:
        with closing(_look_into(path)) as connection:
            numbers["version"] = connection.execute("PRAGMA user_version").fetchone()[0]
            numbers["check"] = _check(connection)
            for name, query in _COUNTS.items():
                try:
                    numbers[name] = _count(connection, query)
                except sqlite3.Error as error:
                    problems.append(f"{name}: {error}")
    except sqlite3.Error as error:
        problems.append(str(error))
    return {**numbers, "problems": problems}


def known_paths(path: Path) -> KnownPaths:
    """As much as can be read."""
    found = KnownPaths()
    if not path.exists():
        return found
    try:
        with closing(_look_into(path)) as connection:
            for root, real in connection.execute("SELECT path, real_path FROM roots"):
                found.roots.append((Path(os.fsdecode(root)), Path(os.fsdecode(real))))
            for name in _names(connection):
                found.names.add(name)
    except sqlite3.Error:
        return found  # ``statistics`` says what is wrong; unknown paths are hidden as well
    return found


def _names(connection: sqlite3.Connection) -> Iterator[str]:
    for (relative,) in connection.execute("SELECT relative_path FROM assets"):
        yield os.fsdecode(relative.rpartition(os.fsencode(os.sep))[2])


def _look_into(path: Path) -> sqlite3.Connection:
    """Read-only; beside a window that writes, too."""
    address = path.absolute().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # Its folder cannot be written to, which a shared look at a WAL file needs.
        connection.close()
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True)
    return connection


def _check(connection: sqlite3.Connection) -> str:
    try:
        rows = connection.execute("PRAGMA quick_check(5)").fetchall()
    except sqlite3.Error as error:
        return str(error)
    return "; ".join(str(row[0]) for row in rows)[:_MOST_WORDS]


def _count(connection: sqlite3.Connection, query: str) -> int | dict[str, int]:
    rows = connection.execute(query).fetchall()
    if rows and len(rows[0]) == 1:
        return int(rows[0][0])
    return {str(key): int(number) for key, number in rows}
