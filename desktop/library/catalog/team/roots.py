"""Which roots of the library the team knows, and by which names."""

from __future__ import annotations

import os
import sqlite3
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.core.team import clean_root
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.roots import RootKind
from desktop.library.catalog.team.edits import TeamEdits
from desktop.library.folders.spelling import is_same_folder

_ELSEWHERE = "Team"
"""First part of the made-up path of a root that has no folder here; it names no real place."""


@dataclass(frozen=True, slots=True)
class SharedRoot:
    """A root that the team knows by ``name``; ``path`` is None where it has no folder here."""

    name: str
    path: Path | None


class TeamRoots:
    """The names of roots."""

    def __init__(self, database: Database, catalog: Catalog, edits: TeamEdits) -> None:
        self._database = database
        self._catalog = catalog
        self._edits = edits

    def all(self) -> list[SharedRoot]:
        """Those that have a name, in alphabetical order."""
        rows = self._database.read(
            "SELECT name, path, is_elsewhere FROM roots WHERE name <> '' ORDER BY name"
        )
        return [
            SharedRoot(name, None if is_elsewhere else Path(os.fsdecode(path)))
            for name, path, is_elsewhere in rows
        ]

    def share(self, name: str, folder: Path) -> SharedRoot:
        """Let the team know ``folder`` (absolute) by ``name``; it becomes a root if it is none.

        Raises:
            UsageError: the name cannot be one.
            LibraryError: the name is taken by another folder, or the folder is only a part of a
                root.
        """
        name = clean_root(name)
        with self._database.transaction() as connection:
            taken = connection.execute(
                "SELECT id, path, is_elsewhere FROM roots WHERE name = ?", (name,)
            ).fetchone()
            root = self._catalog.roots.add(folder)
            if not is_same_folder(root.path, folder):
                raise LibraryError(
                    tr(
                        "{folder} is a part of {path}, which is in the library as a whole.",
                        folder=folder,
                        path=root.path,
                    ),
                    safe=tr("Nothing was changed."),
                    next_step=tr("Share {folder} instead.", folder=root.path),
                )
            if taken is not None and not taken["is_elsewhere"] and taken["id"] != root.id:
                raise LibraryError(
                    tr(
                        "The name “{name}” is that of {folder} already.",
                        name=name,
                        folder=os.fsdecode(taken["path"]),
                    ),
                    safe=tr("Nothing was changed."),
                    next_step=tr("Choose another name."),
                )
            connection.execute("UPDATE roots SET name = ? WHERE id = ?", (name, root.id))
            if taken is not None and taken["is_elsewhere"]:
                self._move_in(connection, taken["id"], root.id)
        return SharedRoot(name, root.path)

    def keep_private(self, name: str) -> None:
        """Share this root no more; what was sent stays with the team.

        Raises:
            LibraryError: no root here has this name.
        """
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE roots SET name = '' WHERE name = ? AND NOT is_elsewhere",
                (unicodedata.normalize("NFC", name).strip(),),
            )
            if not changed.rowcount:
                raise LibraryError(tr("No folder here is shared as “{name}”.", name=name))

    def id_of(self, connection: sqlite3.Connection, name: str) -> int:
        """That of the root of this name; where there is none, one without a folder is made."""
        row = connection.execute("SELECT id FROM roots WHERE name = ?", (name,)).fetchone()
        if row is not None:
            return row["id"]
        path = os.fsencode(os.path.join(_ELSEWHERE, name))  # noqa: PTH118 - names no real place
        cursor = connection.execute(
            "INSERT INTO roots (path, real_path, kind, added_at, name, is_elsewhere)"
            " VALUES (?, ?, ?, ?, ?, 1)",
            (path, path, RootKind.FOLDER, time.time(), name),
        )
        assert cursor.lastrowid is not None  # an INSERT has just succeeded
        return cursor.lastrowid

    def _move_in(self, connection: sqlite3.Connection, old: int, new: int) -> None:
        """The root has a folder here now: what was known of it comes along."""
        moved = [
            row[0]
            for row in connection.execute(
                "UPDATE OR IGNORE assets SET root_id = ? WHERE root_id = ? RETURNING id", (new, old)
            ).fetchall()
        ]
        # Files that were indexed here before the team was joined are the same pictures.
        for here, elsewhere in connection.execute(
            "SELECT own.id, theirs.id FROM assets AS theirs JOIN assets AS own"
            " ON own.root_id = ? AND own.relative_path = theirs.relative_path"
            " WHERE theirs.root_id = ?",
            (new, old),
        ).fetchall():
            self._edits.make_one(connection, elsewhere, here)
        connection.execute("DELETE FROM roots WHERE id = ?", (old,))
        index_words(connection, moved)
