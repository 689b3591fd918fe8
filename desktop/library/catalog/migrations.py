"""The catalogue's schema, version by version.

``PRAGMA user_version`` holds the version. A migration is a script that leads from one version to
the next; a database that is not new is copied to ``backups/`` first. A newer version than ours is
refused, because writing to it could lose what a newer Plantain put there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.core.text import tr
from desktop.library.catalog.curation_tables import CURATION
from desktop.library.catalog.description_tables import METADATA, PALETTES, TRANSPARENCY
from desktop.library.catalog.generation_tables import GENERATION
from desktop.library.catalog.kit_tables import KITS
from desktop.library.catalog.lineage_v3 import RECORDS_OF_V3, record_of_v3
from desktop.library.catalog.matrix_tables import MATRICES
from desktop.library.catalog.palette_blobs import palette_of_v5
from desktop.library.catalog.picture_text_tables import PICTURE_TEXTS
from desktop.library.catalog.product_truth_tables import PRODUCT_TRUTHS
from desktop.library.catalog.queue_tables import QUEUE
from desktop.library.catalog.rights_tables import RIGHTS
from desktop.library.catalog.root_tables import REMOVED_ROOTS
from desktop.library.catalog.saved_search_tables import SAVED_SEARCHES
from desktop.library.catalog.scalar_changes import SCALAR_CHANGES
from desktop.library.catalog.tallies import TALLIES
from desktop.library.catalog.unrelated_text_tables import UNRELATED_TEXTS

_V1 = """
CREATE TABLE library (
    id TEXT NOT NULL                      -- random; names this library's rows on a shared store
);
INSERT INTO library VALUES (lower(hex(randomblob(6))));
CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,            -- absolute, as the person named it, file-system bytes
    real_path BLOB NOT NULL,              -- the same with all links resolved
    kind TEXT NOT NULL CHECK (kind IN ('folder', 'loose', 'generated')),
    added_at REAL NOT NULL
);
CREATE TABLE assets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused
    root_id INTEGER NOT NULL REFERENCES roots (id),
    relative_path BLOB NOT NULL,          -- below the root, file-system bytes
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    added_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'ready', 'failed')),
    failure TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    format TEXT NOT NULL DEFAULT '',
    content_hash TEXT NOT NULL DEFAULT '',
    is_missing INTEGER NOT NULL DEFAULT 0,
    is_generated INTEGER NOT NULL DEFAULT 0,
    UNIQUE (root_id, relative_path)
);
CREATE INDEX assets_by_state ON assets (state) WHERE state <> 'ready';
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- primary key in the Milvus collection too
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    encoder TEXT NOT NULL,                -- EncoderInfo.identity
    kind TEXT NOT NULL DEFAULT 'image',
    content_hash TEXT NOT NULL,           -- of the bytes that were encoded
    value BLOB NOT NULL,                  -- float16, little endian; Milvus holds the same numbers
    is_stored INTEGER NOT NULL DEFAULT 0, -- Milvus has acknowledged it
    UNIQUE (asset_id, encoder, kind)
);
CREATE INDEX vectors_by_encoder ON vectors (encoder, is_stored);
CREATE TABLE lineage (
    asset_id INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    created_at REAL NOT NULL,
    prompt TEXT NOT NULL,
    generator TEXT NOT NULL,
    model TEXT NOT NULL,
    settings TEXT NOT NULL,               -- JSON object
    text TEXT NOT NULL,
    usage TEXT NOT NULL                   -- JSON object
);
CREATE TABLE lineage_references (
    asset_id INTEGER NOT NULL REFERENCES lineage (asset_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    reference_id INTEGER REFERENCES assets (id) ON DELETE SET NULL,
    path BLOB NOT NULL,
    score REAL,
    reason TEXT NOT NULL,
    PRIMARY KEY (asset_id, position)
) WITHOUT ROWID;
CREATE INDEX references_by_asset ON lineage_references (reference_id);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
"""

# Assets that were read by an older Plantain have neither until their file is read again.
_V2 = """
ALTER TABLE assets ADD COLUMN palette TEXT NOT NULL DEFAULT '';          -- "#1A2B3C #F5C518"
ALTER TABLE assets ADD COLUMN perceptual_hash TEXT NOT NULL DEFAULT '';  -- 64 bits, hex
"""

# What people enter, files that hold several pictures, and what tells moved files and shared
# libraries apart. The vectors' table is made anew: its key did not have room for several frames.
_V3 = """
ALTER TABLE roots ADD COLUMN name TEXT NOT NULL DEFAULT '';       -- by which a team shares it
ALTER TABLE assets ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;  -- stars, 1 to 5; 0: not rated
ALTER TABLE assets ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN file_id TEXT NOT NULL DEFAULT '';   -- "device:inode" when last seen
ALTER TABLE assets ADD COLUMN checked_ns INTEGER NOT NULL DEFAULT 0;  -- when it was last compared
ALTER TABLE assets ADD COLUMN is_ignored INTEGER NOT NULL DEFAULT 0;  -- by one of ignore_rules
ALTER TABLE roots ADD COLUMN folder_id TEXT NOT NULL DEFAULT '';  -- as assets.file_id
CREATE INDEX assets_by_size ON assets (size);                     -- a moved file keeps it
ALTER TABLE assets ADD COLUMN frame_count INTEGER NOT NULL DEFAULT 1;  -- 0: several, uncounted
ALTER TABLE assets ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT 0;  -- of a video
CREATE INDEX assets_by_content ON assets (content_hash);
ALTER TABLE library ADD COLUMN store TEXT NOT NULL DEFAULT '';    -- what vectors.is_stored is of
ALTER TABLE roots ADD COLUMN is_elsewhere INTEGER NOT NULL DEFAULT 0;  -- a team's, no folder here
ALTER TABLE assets ADD COLUMN shared_by TEXT NOT NULL DEFAULT ''; -- library that has the file
CREATE TABLE team (                       -- which collection the next table is of
    place TEXT NOT NULL,                  -- address and name
    seen_ms INTEGER NOT NULL              -- the newest time of sending that was taken in
);
CREATE TABLE team_assets (                -- what that collection is known to hold
    shared_id INTEGER PRIMARY KEY,
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    key TEXT NOT NULL,                    -- root and path, see core.sharing
    modified_ns INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    edits TEXT NOT NULL                   -- JSON
);
CREATE INDEX team_assets_by_asset ON team_assets (asset_id);
CREATE TABLE tags (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,                   -- as it was first typed
    key TEXT NOT NULL UNIQUE              -- the same without its case, in any script
);
CREATE TABLE asset_tags (
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (asset_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX assets_by_tag ON asset_tags (tag_id);
CREATE TABLE boards (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,             -- as of tags
    created_at REAL NOT NULL
);
CREATE TABLE board_assets (
    board_id INTEGER NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (board_id, asset_id)
) WITHOUT ROWID;
CREATE INDEX boards_by_asset ON board_assets (asset_id);
CREATE TABLE edits (                      -- when a field was last changed, and where
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    field TEXT NOT NULL,                  -- "rating", "note", "tag:KEY"
    edited_at REAL NOT NULL,              -- seconds since the epoch
    editor TEXT NOT NULL,                 -- id of the library it was changed in
    PRIMARY KEY (asset_id, field)
) WITHOUT ROWID;
CREATE TABLE ignore_rules (
    pattern TEXT PRIMARY KEY,             -- as in .gitignore
    position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE vectors_3 (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- primary key in the Milvus collection too
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    encoder TEXT NOT NULL,                -- EncoderInfo.identity
    kind TEXT NOT NULL DEFAULT 'image',   -- "image" or "frame"
    position INTEGER NOT NULL DEFAULT 0,  -- of a frame, milliseconds
    content_hash TEXT NOT NULL,           -- of the bytes that were encoded
    value BLOB NOT NULL,                  -- float16, little endian; Milvus holds the same numbers
    is_stored INTEGER NOT NULL DEFAULT 0, -- Milvus has acknowledged it
    UNIQUE (asset_id, encoder, kind, position)
);
INSERT INTO vectors_3 (id, asset_id, encoder, kind, content_hash, value, is_stored)
    SELECT id, asset_id, encoder, kind, content_hash, value, is_stored FROM vectors;
DELETE FROM sqlite_sequence WHERE name = 'vectors_3';
INSERT INTO sqlite_sequence SELECT 'vectors_3', seq FROM sqlite_sequence WHERE name = 'vectors';
DROP TABLE vectors;
ALTER TABLE vectors_3 RENAME TO vectors;
CREATE INDEX vectors_by_encoder ON vectors (encoder, is_stored);
CREATE TABLE deleted_vectors (            -- which Milvus has still to delete
    id INTEGER PRIMARY KEY,
    encoder TEXT NOT NULL
);
CREATE TRIGGER vector_deleted AFTER DELETE ON vectors BEGIN
    INSERT INTO deleted_vectors VALUES (old.id, old.encoder);
END;
"""

# What a vector store keeps beside a vector (folder, tags, rating …) is numbered, so that a change
# which it has not heard of is known even after a kill: whoever changes one of the sources, the
# triggers see it. Frames and hidden assets are few, and are found without looking at all others.
#
# How a picture was made becomes one record; a reference's path and words are in there, and the
# table beside it tells which asset it is.
_V4 = f"""
ALTER TABLE vectors ADD COLUMN scalars INTEGER NOT NULL DEFAULT 1;         -- grows with a change
ALTER TABLE vectors ADD COLUMN stored_scalars INTEGER NOT NULL DEFAULT 0;  -- as Milvus has them
CREATE INDEX vectors_with_old_scalars ON vectors (encoder) WHERE scalars <> stored_scalars;
CREATE INDEX frames_by_asset ON vectors (encoder, asset_id) WHERE kind = 'frame';
CREATE INDEX ignored_assets ON assets (id) WHERE is_ignored;
CREATE TRIGGER asset_described AFTER UPDATE OF
    root_id, relative_path, size, modified_ns, added_at, width, height, format, frame_count,
    duration_ms, rating, is_generated, is_ignored
ON assets WHEN
    (old.root_id, old.relative_path, old.size, old.modified_ns, old.added_at, old.width,
     old.height, old.format, old.frame_count, old.duration_ms, old.rating, old.is_generated,
     old.is_ignored) IS NOT
    (new.root_id, new.relative_path, new.size, new.modified_ns, new.added_at, new.width,
     new.height, new.format, new.frame_count, new.duration_ms, new.rating, new.is_generated,
     new.is_ignored)
BEGIN
    UPDATE vectors SET scalars = scalars + 1 WHERE asset_id = new.id;
END;
CREATE TRIGGER tag_given AFTER INSERT ON asset_tags BEGIN
    UPDATE vectors SET scalars = scalars + 1 WHERE asset_id = new.asset_id;
END;
CREATE TRIGGER tag_taken AFTER DELETE ON asset_tags BEGIN
    UPDATE vectors SET scalars = scalars + 1 WHERE asset_id = old.asset_id;
END;
CREATE TRIGGER root_moved AFTER UPDATE OF path ON roots BEGIN
    UPDATE vectors SET scalars = scalars + 1
    WHERE asset_id IN (SELECT id FROM assets WHERE root_id = new.id);
END;
CREATE TABLE lineage_4 (
    asset_id INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    record TEXT NOT NULL                  -- JSON, see files.record_json; without ids of assets
);
INSERT INTO lineage_4 {RECORDS_OF_V3};
CREATE TABLE lineage_references_4 (
    asset_id INTEGER NOT NULL REFERENCES lineage_4 (asset_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,            -- in the record's list of references, from 0
    reference_id INTEGER REFERENCES assets (id) ON DELETE SET NULL,
    PRIMARY KEY (asset_id, position)
) WITHOUT ROWID;
INSERT INTO lineage_references_4
    SELECT asset_id, ROW_NUMBER() OVER (PARTITION BY asset_id ORDER BY position) - 1, reference_id
    FROM lineage_references;
DROP TABLE lineage_references;
DROP TABLE lineage;
ALTER TABLE lineage_4 RENAME TO lineage;
ALTER TABLE lineage_references_4 RENAME TO lineage_references;
CREATE INDEX references_by_asset ON lineage_references (reference_id);
"""

# Each part stands in a file of its own, beside that of its tables.
_V6 = "".join(
    (
        *(CURATION, SCALAR_CHANGES, METADATA, PALETTES, PICTURE_TEXTS, GENERATION, QUEUE),
        MATRICES,
        *(SAVED_SEARCHES, UNRELATED_TEXTS, REMOVED_ROOTS),
        TRANSPARENCY,
        RIGHTS,
        KITS,
        PRODUCT_TRUTHS,
    )
)

MIGRATIONS: tuple[str, ...] = (_V1, _V2, _V3, _V4, TALLIES, _V6)
"""Script ``n`` leads from version ``n`` to ``n + 1``."""

CATALOG_VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, path: Path, back_up: Callable[[int], None]) -> None:
    """Bring an open catalogue to ``CATALOG_VERSION``.

    Args:
        back_up: called with the old version before an existing catalogue is changed.

    Raises:
        LibraryError: the catalogue was written by a newer Plantain.
    """
    version = _version(connection)
    refuse_newer(version, path)
    if version == CATALOG_VERSION:
        return
    if version > 0:
        back_up(version)
    connection.create_function("generation_record", 8, record_of_v3, deterministic=True)
    connection.create_function("palette_of_v5", 1, palette_of_v5, deterministic=True)
    while version < CATALOG_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been first while this one waited for the lock.
            if _version(connection) == version:
                for statement in _statements(MIGRATIONS[version]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        version = _version(connection)


def refuse_newer(version: int, path: Path) -> None:
    """Raises: LibraryError for a version that this Plantain does not know."""
    if version > CATALOG_VERSION:
        raise LibraryError(
            tr(
                "The library at {folder} was last used by a newer Plantain "
                "(catalogue version {version}; this one knows up to "
                "{known}).",
                folder=path.parent,
                version=version,
                known=CATALOG_VERSION,
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain, or open another library."),
            at_terminal=tr("Update Plantain, or open another library with --library."),
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Single statements: ``executescript`` would commit the transaction it runs in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
