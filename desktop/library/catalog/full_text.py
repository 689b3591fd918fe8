"""The words by which each asset is found: of its path, its prompt, its tags, its note, and of what
its file says.

How they are cut is in ``word_tokens``. A row of the full-text table is never added to: whoever
changes one of the sources has the row made anew from all of them, so that no word outlives what it
came from.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import displayable
from desktop.files.metadata_json import load_metadata
from desktop.files.record_json import PATH_KEYS
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import read_column
from desktop.library.catalog.word_tokens import VERSION, searchable

_BATCH = 500
_AT_ONCE = 500
"""Assets whose words are made anew within an edit; those of more follow it."""
RECORD = "COALESCE((SELECT record FROM lineage WHERE asset_id = assets.id), '')"
TOLD = "COALESCE((SELECT told FROM metadata WHERE asset_id = assets.id), '')"
"""This and ``RECORD`` are of a row of ``assets``, for a SELECT."""
_SOURCES = f"""
SELECT assets.id, roots.path, relative_path, note, {RECORD},
    COALESCE((SELECT GROUP_CONCAT(name, ' ') FROM asset_tags JOIN tags ON tags.id = tag_id
        WHERE asset_id = assets.id), ''),
    {TOLD}
FROM assets JOIN roots ON roots.id = root_id
WHERE assets.id IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class _Request:
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class _Record:
    """Of a ``GenerationRecord`` only what is looked for by its words."""

    request: _Request = _Request()


def prompt_of(record: str) -> str:
    """The prompt in a record as the catalogue keeps it; empty where there is none."""
    if not record:
        return ""
    read = read_column(record, _Record, "how a picture was made", names=PATH_KEYS)
    return read.request.prompt if read else ""


def index_words(connection: sqlite3.Connection, asset_ids: Sequence[int]) -> None:
    """Make the words of these assets anew, within the caller's transaction."""
    for start in range(0, len(asset_ids), _BATCH):
        batch = str(list(asset_ids[start : start + _BATCH]))
        connection.execute(
            "DELETE FROM words WHERE rowid IN (SELECT value FROM json_each(?))", (batch,)
        )
        rows = connection.execute(_SOURCES, (batch,)).fetchall()
        connection.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            (
                (
                    asset_id,
                    searchable(
                        " ".join(
                            (
                                displayable(Path(os.fsdecode(root)) / os.fsdecode(relative)),
                                prompt_of(record),
                                tags,
                                note,
                                load_metadata(told).words,
                            )
                        )
                    ),
                )
                for asset_id, root, relative, note, record, tags, told in rows
            ),
        )


def note_reworded(connection: sqlite3.Connection, asset_ids: Sequence[int]) -> None:
    """These assets have other words now, within the caller's transaction: at once where they are
    few; a hundred thousand take seconds, in which nobody should wait for a tag."""
    if len(asset_ids) <= _AT_ONCE:
        index_words(connection, asset_ids)
    else:
        connection.executemany(
            "INSERT OR IGNORE INTO reworded VALUES (?)", ((asset_id,) for asset_id in asset_ids)
        )


def index_reworded(database: Database) -> bool:
    """Make some of the words anew that wait for it; False when none are left.

    Raises:
        LibraryReadOnly, LibraryGone: they wait on.
    """
    if database.read_one("SELECT 1 FROM reworded LIMIT 1") is None:
        return False
    with database.transaction() as connection:
        rows = connection.execute("SELECT asset_id FROM reworded LIMIT ?", (_BATCH,))
        ids = [asset_id for (asset_id,) in rows]
        index_words(connection, ids)
        connection.executemany("DELETE FROM reworded WHERE asset_id = ?", ((i,) for i in ids))
    return len(ids) == _BATCH


def renew_words(database: Database) -> None:
    """Make the words of all assets anew where they were cut by older rules, and of those that a
    large edit left behind.

    SQLite leaves a number in a file's header to the program; the version of the rules is there,
    written with the last of the words, so that a kill in between only means another turn.
    """
    row = database.read_one("PRAGMA application_id")
    if row is not None and row[0] == VERSION:
        while index_reworded(database):
            pass
        return
    with database.transaction() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM assets ORDER BY id")]
        index_words(connection, ids)
        connection.execute("DELETE FROM reworded")
        connection.execute(f"PRAGMA application_id = {VERSION}")
