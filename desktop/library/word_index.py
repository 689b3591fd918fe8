"""The words by which each asset is found: of its path, its prompt, its tags and its note.

A row of the full-text table is never added to: whoever changes one of the sources has the row
made anew from all of them, so that no word outlives what it came from.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from desktop.core.asset import displayable
from desktop.library.words import searchable

_BATCH = 500
_SOURCES = """
SELECT assets.id, roots.path, relative_path, note,
    COALESCE((SELECT prompt FROM lineage WHERE asset_id = assets.id), ''),
    COALESCE((SELECT GROUP_CONCAT(name, ' ') FROM asset_tags JOIN tags ON tags.id = tag_id
        WHERE asset_id = assets.id), '')
FROM assets JOIN roots ON roots.id = root_id
WHERE assets.id IN (SELECT value FROM json_each(?))
"""


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
                                prompt,
                                tags,
                                note,
                            )
                        )
                    ),
                )
                for asset_id, root, relative, note, prompt, tags in rows
            ),
        )
