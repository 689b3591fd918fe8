"""What the files of assets say about their pictures, as it was read last."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from itertools import chain

from desktop.core.annotations import name_key
from desktop.core.metadata import NO_METADATA, VERSION, Metadata
from desktop.files.metadata_json import dump_metadata, load_metadata
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words

_UNREAD = (
    "state = 'ready' AND metadata_version < ? AND NOT is_missing AND NOT is_ignored"
    " AND +root_id IN (SELECT value FROM json_each(?))"
)


class MetadataTable:
    """The ``metadata`` table. Any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, found: Iterable[tuple[int, Metadata]]) -> None:
        """(asset id, what its file says): in place of what was known."""
        found = tuple(found)
        with self._database.transaction() as connection:
            write_metadata(connection, found)
            connection.executemany(
                "UPDATE assets SET taken_s = ?, metadata_version = ? WHERE id = ?",
                ((told.taken_s, VERSION, asset_id) for asset_id, told in found),
            )

    def of(self, asset_id: int) -> Metadata:
        """Nothing for an asset whose file was not read yet."""
        row = self._database.read_one("SELECT told FROM metadata WHERE asset_id = ?", (asset_id,))
        return load_metadata(row["told"]) if row is not None else NO_METADATA

    def common(self, asset_ids: Sequence[int]) -> tuple[Metadata, frozenset[str]]:
        """What all of their files say, and the fields of which they say different things."""
        listed = str(list(asset_ids))
        row = self._database.read_one(
            "SELECT COUNT(*) FROM metadata WHERE asset_id IN (SELECT value FROM json_each(?))",
            (listed,),
        )
        seen = [NO_METADATA] if row is None or row[0] < len(asset_ids) else []
        told = self._database.stream(
            "SELECT DISTINCT told FROM metadata WHERE asset_id IN (SELECT value FROM json_each(?))",
            (listed,),
        )
        first: Metadata | None = None
        same = dict.fromkeys(field.name for field in fields(Metadata))
        for each in chain(seen, map(load_metadata, told)):
            if first is None:
                first = each
                continue
            for name in [*same]:
                if getattr(each, name) != getattr(first, name):
                    del same[name]
        first = first or NO_METADATA
        differing = frozenset(field.name for field in fields(Metadata)) - same.keys()
        unsaid = {name: getattr(NO_METADATA, name) for name in differing}
        return replace(first, **unsaid), differing

    def keywords_of(self, asset_ids: Sequence[int]) -> list[str]:
        """Keywords that any of their files has, the most frequent first."""
        counts = Counter[str]()
        spelled: dict[str, str] = {}
        # Whole shoots have the same, which need be read once.
        for told, files in self._database.read(
            "SELECT MIN(told), COUNT(*) FROM metadata WHERE keywords <> ''"
            " AND asset_id IN (SELECT value FROM json_each(?)) GROUP BY keywords"
            " ORDER BY MIN(asset_id)",
            (str(list(asset_ids)),),
        ):
            for keyword in load_metadata(told).keywords:
                key = name_key(keyword)
                spelled.setdefault(key, keyword)
                counts[key] += files
        return [spelled[key] for key, _ in counts.most_common()]

    def unread(self, root_ids: Sequence[int]) -> list[int]:
        """Ids of the assets in these roots that were read by an older Plantain, which did not look
        for what is looked for now."""
        return list(
            self._database.stream(
                f"SELECT id FROM assets WHERE {_UNREAD} ORDER BY id",
                (VERSION, str(list(root_ids))),
            )
        )

    def has_unread(self, root_ids: Sequence[int]) -> bool:
        """There is one that ``unread`` would tell."""
        values = (VERSION, str(list(root_ids)))
        return (
            self._database.read_one(f"SELECT 1 FROM assets WHERE {_UNREAD} LIMIT 1", values)
            is not None
        )


def write_metadata(connection: sqlite3.Connection, found: Iterable[tuple[int, Metadata]]) -> None:
    """As ``MetadataTable.record``, within the caller's transaction, who writes down ``taken_s`` and
    the ``metadata_version`` of the assets."""
    reworded: list[int] = []
    for asset_id, told in found:
        written = dump_metadata(told)
        before = connection.execute(
            "SELECT told FROM metadata WHERE asset_id = ?", (asset_id,)
        ).fetchone()
        keywords = "\n".join(map(name_key, told.keywords))
        if written == (before["told"] if before else ""):
            continue
        reworded.append(asset_id)
        if not written:
            connection.execute("DELETE FROM metadata WHERE asset_id = ?", (asset_id,))
            continue
        connection.execute(
            "INSERT OR REPLACE INTO metadata VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(asset_id, name_key(told.camera), name_key(told.lens)),
                *(name_key(told.copyright), f"\n{keywords}\n" if keywords else "", written),
            ),
        )
    index_words(connection, reworded)
