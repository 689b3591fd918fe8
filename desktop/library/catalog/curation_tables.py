"""The tables that curation adds to the catalogue, and what each is for."""

from __future__ import annotations

CURATION = """
CREATE TABLE reworded (                   -- assets whose words are to be made anew
    asset_id INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE
);
CREATE TABLE asset_flags (
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    flag TEXT NOT NULL,                   -- a core.annotations.Flag
    PRIMARY KEY (asset_id, flag)
) WITHOUT ROWID;
CREATE INDEX assets_by_flag ON asset_flags (flag);
CREATE TABLE tag_colours (                -- also of tags that only stand above others
    key TEXT PRIMARY KEY,                 -- as of tags
    name TEXT NOT NULL,
    colour TEXT NOT NULL                  -- a core.annotations.TagColour
) WITHOUT ROWID;
"""
