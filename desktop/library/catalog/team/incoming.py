"""What members of the team have sent becomes assets of this library."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence

from desktop.core.errors import UsageError
from desktop.core.team import SharedAsset, shared_key, split_key
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.team.edits import TeamEdits
from desktop.library.catalog.team.roots import TeamRoots
from desktop.library.catalog.team.sent import SentTable
from desktop.library.catalog.team.spelling import local_path, shared_path

_LOG = logging.getLogger(__name__)
_BAD_ROW = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError),
    *(ValueError, TypeError, LookupError, ArithmeticError, UsageError),
)
"""What one row may be to blame for; a disk that is full is not among it."""


class IncomingAssets:
    """Where its file is not in this library's folder, an asset is "elsewhere"."""

    def __init__(
        self, database: Database, roots: TeamRoots, edits: TeamEdits, sent: SentTable
    ) -> None:
        self._database = database
        self._roots = roots
        self._edits = edits
        self._sent = sent

    def known(self) -> dict[str, int]:
        """Key -> asset, of everything in the roots that have a name, however the disk spells it."""
        rows = self._database.read(
            "SELECT name, relative_path, assets.id FROM assets JOIN roots ON roots.id = root_id"
            " WHERE name <> ''"
        )
        return {
            shared_key(name, path): asset_id
            for name, relative, asset_id in rows
            if (path := shared_path(relative)) is not None
        }

    def receive(
        self, assets: Sequence[SharedAsset], own_library: str, known: dict[str, int]
    ) -> tuple[list[int], list[SharedAsset]]:
        """Take in what the team knows; returns the ids of the assets that this changed, and what
        could not be taken in: it costs itself alone.

        Facts of a file are taken over where the file is not here. Of what was said, each field
        keeps its last change.

        Args:
            known: see ``known``; kept up to date.
        """
        changed: list[int] = []
        bad: list[SharedAsset] = []
        with self._database.transaction() as connection:
            renamed = self._renamed(connection, [s for s in assets if s.key not in known])
            # What was moved first, so that its new place finds the asset and does not make one.
            for shared in sorted(assets, key=lambda shared: not shared.moved_to):
                asset_id = known.get(shared.key, renamed.get(shared.id))
                connection.execute("SAVEPOINT one")
                try:
                    changed += self._take_in(connection, shared, asset_id, own_library, known)
                except _BAD_ROW as error:
                    connection.execute("ROLLBACK TO one")
                    _LOG.warning("%s of the team is left out: %s", shared.id, error)
                    bad.append(shared)
                connection.execute("RELEASE one")
            index_words(connection, sorted(set(changed)))
        return sorted(set(changed)), bad

    def _take_in(
        self,
        connection: sqlite3.Connection,
        shared: SharedAsset,
        asset_id: int | None,
        own_library: str,
        known: dict[str, int],
    ) -> list[int]:
        """One of ``receive``; returns the asset where it was changed, maybe twice."""
        if shared.moved_to:
            self._move(connection, shared, asset_id, known)
            return []
        changed: list[int] = []
        if asset_id is None:
            asset_id = self._add(connection, shared)
            changed.append(asset_id)
        elif shared.library != own_library and self._update(connection, asset_id, shared):
            changed.append(asset_id)
        if self._edits.merge(asset_id, shared.edits):
            changed.append(asset_id)
        self._sent.note(connection, asset_id, shared)
        known[shared.key] = asset_id
        return changed

    def lacking(self, assets: Sequence[SharedAsset], encoder_id: str) -> dict[int, int]:
        """Shared id -> asset id of those that are elsewhere and have no vector here."""
        rows = self._database.read(
            "SELECT shared_id, asset_id FROM team_assets JOIN assets ON assets.id = asset_id"
            " WHERE shared_id IN (SELECT value FROM json_each(:ids))"
            " AND is_missing AND shared_by <> '' AND NOT EXISTS (SELECT 1 FROM vectors"
            " WHERE vectors.asset_id = assets.id AND encoder = :encoder"
            " AND vectors.content_hash = assets.content_hash)",
            {"ids": str([shared.id for shared in assets]), "encoder": encoder_id},
        )
        return {row["shared_id"]: row["asset_id"] for row in rows}

    def _renamed(
        self, connection: sqlite3.Connection, assets: Sequence[SharedAsset]
    ) -> dict[int, int]:
        """Shared id -> asset, of what was here at that place and is at another one now; the team
        has still to be told."""
        rows = connection.execute(
            "SELECT shared_id, asset_id FROM team_assets"
            " WHERE shared_id IN (SELECT value FROM json_each(?))",
            (str([shared.id for shared in assets]),),
        )
        return {row["shared_id"]: row["asset_id"] for row in rows}

    def _add(self, connection: sqlite3.Connection, shared: SharedAsset) -> int:
        # State "new": when the file turns up here it is read as any other.
        cursor = connection.execute(
            "INSERT INTO assets (root_id, relative_path, size, modified_ns, added_at, width,"
            " height, format, frame_count, duration_ms, content_hash, is_missing, shared_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            (
                self._roots.id_of(connection, shared.root),
                local_path(shared.relative_path),
                *(shared.size, shared.modified_ns, time.time()),
                *(shared.width, shared.height, shared.format),
                *(shared.frame_count, shared.duration_ms, shared.content_hash, shared.library),
            ),
        )
        assert cursor.lastrowid is not None  # an INSERT has just succeeded
        return cursor.lastrowid

    def _update(self, connection: sqlite3.Connection, asset_id: int, shared: SharedAsset) -> bool:
        """The facts of a file that is not here; True when they are news."""
        cursor = connection.execute(
            "UPDATE assets SET size = ?, modified_ns = ?, width = ?, height = ?, format = ?,"
            " frame_count = ?, duration_ms = ?, content_hash = ?, shared_by = ?, state = 'new',"
            " has_alpha = NULL WHERE id = ? AND is_missing AND (content_hash, shared_by) <> (?, ?)",
            (
                *(shared.size, shared.modified_ns, shared.width, shared.height, shared.format),
                *(shared.frame_count, shared.duration_ms),
                *(shared.content_hash, shared.library, asset_id),
                *(shared.content_hash, shared.library),
            ),
        )
        return cursor.rowcount > 0

    def _move(
        self,
        connection: sqlite3.Connection,
        shared: SharedAsset,
        asset_id: int | None,
        known: dict[str, int],
    ) -> None:
        """A member renamed it: what is elsewhere follows, what is here stays."""
        connection.execute("DELETE FROM team_assets WHERE shared_id = ?", (shared.id,))
        root, relative = split_key(shared.moved_to)
        elsewhere = connection.execute(
            "SELECT id FROM assets WHERE id = ? AND is_missing AND shared_by <> ''", (asset_id,)
        ).fetchone()
        if elsewhere is None:
            return
        known.pop(shared.key, None)
        if shared.moved_to in known:
            self._edits.make_one(connection, elsewhere["id"], known[shared.moved_to])
            return
        connection.execute(
            "UPDATE assets SET root_id = ?, relative_path = ? WHERE id = ?",
            (self._roots.id_of(connection, root), local_path(relative), asset_id),
        )
        known[shared.moved_to] = elsewhere["id"]
        index_words(connection, [elsewhere["id"]])
