"""Pictures that the library forgets: the one place where what is known of a file is deleted."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.library.catalog.database import Database
from desktop.library.catalog.entered import IS_ENTERED

_IS_MISSING = (
    "(is_missing AND shared_by = '' AND root_id NOT IN (SELECT id FROM roots WHERE is_removed))"
)
"""Of a row of ``assets``: its file was looked for and is nowhere. What a teammate has is marked
missing too, and what is in a folder that was removed comes back with it."""
_IS_SAID = (
    f"({IS_ENTERED} OR EXISTS (SELECT 1 FROM lineage_references WHERE reference_id = assets.id))"
)
"""Of a row of ``assets``: somebody has entered something about it, made it, or made something from
it."""


class Forgetting:
    """Missing pictures, and forgetting them. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missing(self) -> list[int]:
        """Ids of those whose file was not there when their folder was last looked through."""
        rows = self._database.read(f"SELECT id FROM assets WHERE {_IS_MISSING} ORDER BY id")
        return [row["id"] for row in rows]

    def missing_and_said(self) -> set[int]:
        """Ids of those among them with tags, stars, a note, a board, or a record of generation."""
        rows = self._database.read(f"SELECT id FROM assets WHERE {_IS_MISSING} AND {_IS_SAID}")
        return {row["id"] for row in rows}

    def forget(self, asset_ids: Sequence[int]) -> int:
        """Delete what is known of these, and of their vectors, where they are still missing.

        Returns:
            How many that were.
        """
        with self._database.transaction() as connection:
            cursor = connection.execute(
                f"DELETE FROM assets WHERE {_IS_MISSING}"
                " AND id IN (SELECT value FROM json_each(?))",
                (str([*asset_ids]),),
            )
            return cursor.rowcount
