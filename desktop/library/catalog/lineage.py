"""Where generated pictures come from, both ways: what made this, and what came of that.

The record itself is kept whole, as ``files.record_json`` writes it. Beside it stands which assets
of this library its references are: they may move, be replaced by a team-mate's, or go.
"""

from __future__ import annotations

import os
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.files.record_json import dump_record, load_record
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.kept_json import in_record, readable
from desktop.library.catalog.moved_files import last_place

_RECORD = "how a picture was made"
SOURCES = f"""SELECT asset_id, reference_id AS source_id FROM lineage_references
        WHERE reference_id IS NOT NULL
    UNION ALL SELECT asset_id, assets.id FROM lineage_references JOIN assets USING (content_hash)
        WHERE content_hash <> ''
    UNION ALL SELECT asset_id, assets.id FROM lineage JOIN assets ON content_hash = parent
        WHERE parent <> ''
    UNION ALL SELECT turn.asset_id, before.asset_id FROM lineage AS turn JOIN lineage AS before
        ON before.attempt = {in_record("request.parent_attempt", "turn")}
        WHERE turn.parent <> '' AND before.attempt <> ''"""
"""A SELECT of what each picture was made from, (asset_id, source_id): its references, by who they
are and by the bytes that were used, and the picture that it is a next turn of, by its bytes and,
where its file is another by now, by the call that made it. Some twice: without UNION's look for
those, SQLite looks up what it asks of one picture instead of going through all of them."""


class LineageTable:
    """The ``lineage`` tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, asset_id: int, record: GenerationRecord) -> None:
        """Keep how ``asset_id`` was made, which makes it found by its prompt; a second record
        replaces the first.

        A reference whose asset is not named is looked for by its content, at its path first.
        """
        if not record.created_at:
            record = replace(record, created_at=time.time())
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM lineage WHERE asset_id = ?", (asset_id,))
            connection.execute(
                "INSERT INTO lineage (asset_id, record, attempt, parent) VALUES (?, ?, ?, ?)",
                (
                    *(asset_id, dump_record(record.portable())),
                    *(record.attempt, record.request.parent),
                ),
            )
            connection.executemany(
                "INSERT INTO lineage_references (asset_id, position, reference_id, content_hash)"
                " VALUES (?, ?, ?, ?)",
                (
                    (
                        asset_id,
                        position,
                        _asset_of(connection, reference),
                        reference.content_hash,
                    )
                    for position, reference in enumerate(record.request.references)
                ),
            )
            index_words(connection, [asset_id])

    def of(self, asset_id: int) -> GenerationRecord | None:
        """How the asset was made; None for a picture that Plantain did not make.

        A record that cannot be read is none.

        A reference that is in the library has its id, the path where it is now, and, where nobody
        kept the content that was used, its content.
        """
        row = self._database.read_one("SELECT record FROM lineage WHERE asset_id = ?", (asset_id,))
        if row is None:
            return None
        record = readable(load_record, row["record"], _RECORD)
        if record is None:
            return None
        assets = {
            row["position"]: row
            for row in self._database.read(
                "SELECT position, assets.id, path, relative_path, assets.content_hash"
                " FROM lineage_references AS used JOIN assets ON assets.id = COALESCE(reference_id,"
                " (SELECT MIN(id) FROM assets WHERE content_hash = used.content_hash"
                " AND used.content_hash <> ''))"
                " JOIN roots ON roots.id = root_id WHERE asset_id = ?",
                (asset_id,),
            )
        }
        return record.with_references(
            tuple(
                _linked(reference, assets[position]) if position in assets else reference
                for position, reference in enumerate(record.request.references)
            )
        )

    def ids(self) -> set[int]:
        """Of the assets that have a record, whether or not it can be read."""
        return set(self._database.stream("SELECT asset_id FROM lineage"))

    def of_attempt(self, key: str) -> dict[int, GenerationRecord]:
        """The pictures that came of one call, and how each was made, by asset id in their order."""
        rows = self._database.read(
            "SELECT asset_id, record FROM lineage WHERE attempt = ? ORDER BY asset_id",
            (key,),
        )
        read = {row["asset_id"]: readable(load_record, row["record"], _RECORD) for row in rows}
        return {asset_id: record for asset_id, record in read.items() if record is not None}

    def parent_of(self, asset_id: int) -> int | None:
        """Id of the picture that this one is a next turn of; None where there is none."""
        row = self._database.read_one(
            "SELECT MIN(assets.id) AS id FROM lineage JOIN assets"
            " ON content_hash = parent AND content_hash <> ''"
            " WHERE asset_id = ? AND assets.id <> asset_id",
            (asset_id,),
        )
        return row["id"] if row is not None else None

    def turns_on(self, asset_id: int) -> list[int]:
        """Ids of the pictures that are a next turn on this one, the oldest first."""
        rows = self._database.read(
            "SELECT asset_id FROM lineage WHERE parent <> '' AND (parent ="
            " (SELECT content_hash FROM assets WHERE id = :id AND content_hash <> '')"
            " OR json_extract(record, '$.request.parent_attempt') ="
            " (SELECT attempt FROM lineage WHERE asset_id = :id AND attempt <> ''))"
            " AND asset_id <> :id ORDER BY asset_id",
            {"id": asset_id},
        )
        return [row["asset_id"] for row in rows]

    def made_from(self, record: GenerationRecord) -> tuple[Path, ...]:
        """The files that a picture was made from: the one it is a next turn of, if the library has
        it, and its references."""
        request = record.request
        before = self.picture_before(request)
        rows = self._database.read(
            "SELECT path, relative_path FROM assets JOIN roots ON roots.id = root_id"
            " WHERE assets.id = ?",
            (before,),
        )
        turned = tuple(
            Path(os.fsdecode(path)) / os.fsdecode(last_place(place)) for path, place in rows
        )
        return (*turned, *(reference.path for reference in request.references))

    def picture_before(self, request: GenerationRequest) -> int | None:
        """Id of the picture that a request is a next turn of, by its content, or by the call that
        made it where its file is another by now; None where the library has none."""
        row = self._database.read_one(
            "SELECT id FROM (SELECT id, 0 AS is_other FROM assets"
            "  WHERE content_hash = :parent AND :parent <> ''"
            " UNION ALL SELECT asset_id, 1 FROM lineage"
            "  WHERE attempt = :attempt AND :attempt <> '')"
            " ORDER BY is_other, id DESC LIMIT 1",
            {"parent": request.parent, "attempt": request.parent_attempt},
        )
        return row["id"] if row is not None else None

    def used_in(self, asset_id: int) -> list[int]:
        """Ids of the pictures that were made with this one as a reference, or are a next turn on
        it, newest first."""
        rows = self._database.read(
            "SELECT asset_id FROM lineage_references WHERE reference_id = ?"
            " UNION SELECT asset_id FROM lineage_references WHERE reference_id IS NULL"
            " AND content_hash <> ''"
            " AND content_hash = (SELECT content_hash FROM assets WHERE id = ?)"
            " UNION SELECT asset_id FROM lineage WHERE parent <> '' AND parent ="
            " (SELECT content_hash FROM assets WHERE id = ? AND content_hash <> '')"
            " ORDER BY asset_id DESC",
            (asset_id, asset_id, asset_id),
        )
        return [row["asset_id"] for row in rows]


def _asset_of(connection: sqlite3.Connection, reference: Reference) -> int | None:
    if reference.asset_id is not None or not reference.content_hash:
        return reference.asset_id
    rows = connection.execute(
        "SELECT assets.id, path, relative_path FROM assets JOIN roots ON roots.id = root_id"
        " WHERE content_hash = ? ORDER BY assets.id",
        (reference.content_hash,),
    ).fetchall()
    at_its_path = (row["id"] for row in rows if _path(row) == reference.path)
    return next(at_its_path, rows[0]["id"] if rows else None)


def _linked(reference: Reference, asset: sqlite3.Row) -> Reference:
    return replace(
        reference,
        asset_id=asset["id"],
        path=_path(asset),
        content_hash=reference.content_hash or asset["content_hash"],
    )


def _path(row: sqlite3.Row) -> Path:
    return Path(os.fsdecode(row["path"])) / os.fsdecode(last_place(row["relative_path"]))
