"""The tables of rights, and how they follow what they were said of.

A folder's stand under its absolute path, so that they stay when a folder around it is added. Who
moves a picture out of such a folder takes with it what was said there: nothing becomes free by
being put elsewhere.
"""

from __future__ import annotations

import os

_SEPARATORS = "(x'2f', x'5c')"


def _place(row: str) -> str:
    """Absolute path of a row of ``assets``, bytes; NULL where its root is gone."""
    return (
        f"CAST((SELECT rtrim(path, '{os.sep}') FROM roots WHERE id = {row}.root_id)"
        f" || '{os.sep}' || {row}.relative_path AS BLOB)"
    )


def within(place: str, folder: str) -> str:
    """SQL: the path is below the folder; both bytes."""
    return (
        f"(substr({place}, 1, length({folder})) = {folder}"
        f" AND substr({place}, length({folder}) + 1, 1) IN {_SEPARATORS})"
    )


_COLUMNS = """
    is_private INTEGER NOT NULL DEFAULT 0,  -- never leaves this machine
    licence TEXT NOT NULL DEFAULT '',
    expires TEXT NOT NULL DEFAULT ''        -- last day, "2026-12-31"; '' for no end
"""
_LEFT = f"{within(_place('old'), 'folder')} AND NOT coalesce({within(_place('new'), 'folder')}, 0)"

RIGHTS = f"""
CREATE TABLE asset_rights (
    asset_id INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE, {_COLUMNS}
);
CREATE TABLE board_rights (
    board_id INTEGER PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE, {_COLUMNS}
);
CREATE TABLE folder_rights (
    folder BLOB PRIMARY KEY,                -- absolute, file-system bytes, no separator at the end
    {_COLUMNS}
) WITHOUT ROWID;
CREATE TABLE consents (
    endpoint TEXT PRIMARY KEY,              -- to which a person agreed that this library is sent
    given_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER folder_rights_moved AFTER UPDATE OF path ON roots WHEN old.path <> new.path BEGIN
    UPDATE OR REPLACE folder_rights
    SET folder = CAST(new.path || substr(folder, length(old.path) + 1) AS BLOB)
    WHERE folder = old.path OR {within("folder", "old.path")};
END;
CREATE TRIGGER asset_left_folder AFTER UPDATE OF root_id, relative_path ON assets
WHEN EXISTS (SELECT 1 FROM folder_rights WHERE {_LEFT}) BEGIN
    INSERT INTO asset_rights (asset_id, is_private, licence, expires)
    SELECT new.id, MAX(is_private), COALESCE(MAX(NULLIF(licence, '')), ''),
        COALESCE(MIN(NULLIF(expires, '')), '')
    FROM folder_rights WHERE {_LEFT}
    ON CONFLICT (asset_id) DO UPDATE SET
        is_private = MAX(is_private, excluded.is_private),
        licence = COALESCE(NULLIF(licence, ''), excluded.licence),
        expires = COALESCE(MIN(NULLIF(expires, ''), NULLIF(excluded.expires, '')),
            NULLIF(expires, ''), excluded.expires);
END;
"""
