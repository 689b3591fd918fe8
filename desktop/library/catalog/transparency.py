"""Which pictures are not opaque: their thumbnails keep what is clear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop.library.catalog.database import Database

_UNKNOWN = (
    "has_alpha IS NULL AND state = 'ready' AND content_hash <> '' AND NOT is_missing"
    " AND NOT is_ignored AND +root_id IN (SELECT value FROM json_each(?))"
)


class TransparencyTable:
    """The column ``has_alpha`` of the assets. Any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, found: Iterable[tuple[str, bool]]) -> None:
        """(content hash, whether such pictures have a thumbnail that keeps what is clear)."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET has_alpha = ? WHERE content_hash = ?",
                ((has_alpha, content) for content, has_alpha in found),
            )

    def unknown(self, root_ids: Sequence[int]) -> list[int]:
        """Ids of the assets in these roots that were read by an older Plantain, which did not write
        it down, the newest first."""
        listed = str(list(root_ids))
        return list(
            self._database.stream(
                f"SELECT id FROM assets WHERE {_UNKNOWN} ORDER BY id DESC", (listed,)
            )
        )

    def has_unknown(self, root_ids: Sequence[int]) -> bool:
        """There is one that ``unknown`` would tell."""
        listed = str(list(root_ids))
        return (
            self._database.read_one(f"SELECT 1 FROM assets WHERE {_UNKNOWN} LIMIT 1", (listed,))
            is not None
        )
