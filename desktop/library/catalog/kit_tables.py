"""The tables of brand kits; a module of its own, for the migrations.

A version is never changed: a change is a new one, and what was made with an older one can still be
told what that was.
"""

from __future__ import annotations

KITS = """
CREATE TABLE kits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,             -- of the name, see name_key
    version INTEGER NOT NULL,             -- that is offered; 0: removed, its versions stay
    is_default INTEGER NOT NULL DEFAULT 0 -- goes along with every new prompt
);
CREATE TABLE kit_versions (
    kit_id INTEGER NOT NULL REFERENCES kits (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,             -- from 1
    made_at REAL NOT NULL,                -- seconds since the epoch
    content TEXT NOT NULL,                -- JSON: a core.brand_kit.BrandKit
    PRIMARY KEY (kit_id, version)
) WITHOUT ROWID;
"""
