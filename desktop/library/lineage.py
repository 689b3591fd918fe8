"""Where generated pictures come from, both ways: what made this, and what came of that."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.library.database import Database
from desktop.library.word_index import index_words


@dataclass(frozen=True, slots=True)
class LineageReference:
    """A picture that went into another; ``asset_id`` is None when it was not in the library."""

    path: Path
    asset_id: int | None
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class LineageRecord:
    """How one asset was made.

    Attributes:
        settings: aspect ratio, image size and the like, as the request named them.
        usage: tokens by kind.
        created_at: seconds since the epoch.
    """

    prompt: str
    generator: str
    model: str
    settings: Mapping[str, str]
    text: str
    usage: Mapping[str, int]
    references: Sequence[LineageReference]
    created_at: float = 0.0


class LineageBook:
    """The ``lineage`` tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, asset_id: int, record: LineageRecord) -> None:
        """Keep how ``asset_id`` was made, which makes it found by its prompt; a second record
        replaces the first."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM lineage WHERE asset_id = ?", (asset_id,))
            connection.execute(
                "INSERT INTO lineage VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    asset_id,
                    record.created_at or time.time(),
                    record.prompt,
                    record.generator,
                    record.model,
                    json.dumps(dict(record.settings), ensure_ascii=False),
                    record.text,
                    json.dumps(dict(record.usage)),
                ),
            )
            connection.executemany(
                "INSERT INTO lineage_references VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (asset_id, position, r.asset_id, os.fsencode(r.path), r.score, r.reason)
                    for position, r in enumerate(record.references)
                ),
            )
            index_words(connection, [asset_id])

    def of(self, asset_id: int) -> LineageRecord | None:
        """How the asset was made; None for a picture that Plantain did not make."""
        row = self._database.read_one("SELECT * FROM lineage WHERE asset_id = ?", (asset_id,))
        if row is None:
            return None
        references = self._database.read(
            "SELECT * FROM lineage_references WHERE asset_id = ? ORDER BY position", (asset_id,)
        )
        return LineageRecord(
            prompt=row["prompt"],
            generator=row["generator"],
            model=row["model"],
            settings=json.loads(row["settings"]),
            text=row["text"],
            usage=json.loads(row["usage"]),
            references=[
                LineageReference(
                    Path(os.fsdecode(r["path"])), r["reference_id"], r["score"], r["reason"]
                )
                for r in references
            ],
            created_at=row["created_at"],
        )

    def used_in(self, asset_id: int) -> list[int]:
        """Ids of the pictures that were made with this one as a reference, newest first."""
        rows = self._database.read(
            "SELECT asset_id FROM lineage_references WHERE reference_id = ? ORDER BY asset_id DESC",
            (asset_id,),
        )
        return [row["asset_id"] for row in rows]
