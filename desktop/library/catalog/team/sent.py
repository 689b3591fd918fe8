"""What the team's collection is known to hold, so that only what differs is sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.core.team import FieldEdits, SharedAsset
from desktop.files.edits_json import dump_edits, load_edits
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import read_rows


@dataclass(frozen=True, slots=True)
class Sent:
    """What the collection is known to hold of a picture."""

    asset_id: int
    key: str
    modified_ns: int
    content_hash: str
    edits: FieldEdits


class SentTable:
    """Tables ``team`` and ``team_assets``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def meet_at(self, place: str, *, is_empty: bool) -> int:
        """The collection at ``place`` is the team's from now on; the newest time that was seen
        there, milliseconds since the epoch.

        Args:
            is_empty: nothing that was sent there before is there now.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT place, CAST(seen_ms AS INTEGER) AS seen_ms FROM team"
            ).fetchone()
            if row is not None and row["place"] == place and not is_empty:
                return row["seen_ms"]
            connection.execute("DELETE FROM team_assets")
            connection.execute("DELETE FROM team")
            connection.execute("INSERT INTO team VALUES (?, 0)", (place,))
            return 0

    def note_seen(self, seen_ms: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE team SET seen_ms = MAX(seen_ms, ?)", (seen_ms,))

    def all(self) -> dict[int, Sent]:
        """Shared id -> what the collection is known to hold."""
        rows = self._database.read(
            "SELECT shared_id, asset_id, key, CAST(modified_ns AS INTEGER), content_hash, edits"
            " FROM team_assets"
        )
        return dict(read_rows(rows, _sent, "what a team was sent"))

    def note_all(self, assets: Sequence[tuple[int, SharedAsset]]) -> None:
        """The collection has acknowledged these (asset id, as sent)."""
        with self._database.transaction() as connection:
            for asset_id, shared in assets:
                self.note(connection, asset_id, shared)

    def note(self, connection: sqlite3.Connection, asset_id: int, shared: SharedAsset) -> None:
        """The collection holds this."""
        connection.execute(
            "INSERT OR REPLACE INTO team_assets VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(shared.id, asset_id, shared.key, shared.modified_ns, shared.content_hash),
                dump_edits(shared.edits),
            ),
        )

    def forget(self, shared_ids: Sequence[int]) -> None:
        """Nothing is to be known of these any more."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM team_assets WHERE shared_id = ?", ((i,) for i in shared_ids)
            )

    def counts(self) -> tuple[int, int]:
        """How many pictures of the team are here, and how many elsewhere alone."""
        row = self._database.read_one(
            "SELECT TOTAL(NOT is_missing), TOTAL(is_missing AND shared_by <> '') FROM assets"
            " WHERE id IN (SELECT asset_id FROM team_assets)"
        )
        assert row is not None  # an aggregate always gives one
        return int(row[0]), int(row[1])


def _sent(row: sqlite3.Row) -> tuple[int, Sent]:
    shared_id, asset_id, key, modified_ns, content_hash, edits = row
    return shared_id, Sent(asset_id, key, modified_ns, content_hash, load_edits(edits))
