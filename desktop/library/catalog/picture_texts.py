"""What is written in pictures, by their content: copies are read once, and what is moved never
again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from desktop.core.picture_text import TextLine
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import read_column
from desktop.library.catalog.word_tokens import searchable

_UNREAD = (
    "FROM assets WHERE state = 'ready' AND content_hash <> '' AND duration_ms = 0"
    " AND NOT is_missing AND NOT is_ignored AND shared_by = ''"
    " AND root_id IN (SELECT value FROM json_each(?))"
    " AND NOT EXISTS (SELECT 1 FROM picture_texts"
    " WHERE picture_texts.content_hash = assets.content_hash AND reader = ?)"
)


class PictureTexts:
    """The text in pictures. Every method is one transaction; any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unread(self, reader: str, root_ids: Sequence[int], limit: int) -> list[int]:
        """Ids of assets in these roots that ``reader`` has not read, the newest first; one for
        each content."""
        rows = self._database.read(
            f"SELECT MAX(id) AS id {_UNREAD} GROUP BY content_hash ORDER BY id DESC LIMIT ?",
            (str(list(root_ids)), reader, limit),
        )
        return [row["id"] for row in rows]

    def unread_count(self, reader: str, root_ids: Sequence[int]) -> int:
        """How many contents in these roots ``reader`` has not read."""
        row = self._database.read_one(
            f"SELECT COUNT(DISTINCT content_hash) {_UNREAD}", (str(list(root_ids)), reader)
        )
        assert row is not None  # an aggregate always gives one
        return int(row[0])

    def record(self, reader: str, found: Mapping[str, Sequence[TextLine]]) -> None:
        """Keep what ``reader`` has found in contents, which may be nothing, in place of what was
        known.

        Raises:
            LibraryError: the catalogue cannot be written.
        """
        with self._database.transaction() as connection:
            for content_hash, lines in found.items():
                [(key,)] = connection.execute(
                    "INSERT INTO picture_texts (content_hash, reader, lines) VALUES (?, ?, ?)"
                    " ON CONFLICT (content_hash) DO UPDATE"
                    " SET reader = excluded.reader, lines = excluded.lines RETURNING id",
                    (content_hash, reader, _dump(lines)),
                ).fetchall()
                connection.execute("DELETE FROM picture_words WHERE rowid = ?", (key,))
                text = searchable("\n".join(line.text for line in lines))
                if text:
                    connection.execute(
                        "INSERT INTO picture_words (rowid, text) VALUES (?, ?)", (key, text)
                    )

    def lines(self, content_hash: str) -> tuple[TextLine, ...] | None:
        """The lines in a picture; None where nobody has looked for any, or what was kept of them
        cannot be read."""
        row = self._database.read_one(
            "SELECT lines FROM picture_texts WHERE content_hash = ?", (content_hash,)
        )
        return None if row is None else read_lines(row[0])


def read_lines(text: str) -> tuple[TextLine, ...] | None:
    """The column ``lines``; None where it cannot be read."""
    return read_column(text, tuple[TextLine, ...], "the text in a picture")


def _dump(lines: Sequence[TextLine]) -> str:
    """With as many digits as a pixel needs."""
    return json.dumps(
        [
            asdict(line)
            | {
                "confidence": round(line.confidence, 3),
                "corners": [[round(x, 4), round(y, 4)] for x, y in line.corners],
            }
            for line in lines
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
