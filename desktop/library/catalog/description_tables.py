"""The tables of what files say and hold; a module of its own, for the migrations."""

from __future__ import annotations

METADATA = """
ALTER TABLE assets ADD COLUMN taken_s INTEGER NOT NULL DEFAULT 0;  -- 0: not known when
ALTER TABLE assets ADD COLUMN metadata_version INTEGER NOT NULL DEFAULT 0;  -- of its reader
CREATE INDEX assets_by_metadata_version ON assets (metadata_version) WHERE state = 'ready';
CREATE TABLE metadata (                   -- of those whose file says something
    asset_id INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    camera TEXT NOT NULL,                 -- this and the next are keys, see name_key
    lens TEXT NOT NULL,
    copyright TEXT NOT NULL,
    keywords TEXT NOT NULL,               -- a line break before, between and after them
    told TEXT NOT NULL                    -- JSON, see files.metadata_json
);
CREATE INDEX metadata_by_camera ON metadata (camera) WHERE camera <> '';
CREATE INDEX metadata_by_lens ON metadata (lens) WHERE lens <> '';
CREATE INDEX metadata_by_copyright ON metadata (copyright) WHERE copyright <> '';
CREATE INDEX metadata_by_keywords ON metadata (keywords) WHERE keywords <> '';
"""

PALETTES = """
ALTER TABLE assets ADD COLUMN palette_version INTEGER NOT NULL DEFAULT 0;  -- of how it was found
CREATE INDEX assets_by_palette_version ON assets (palette_version) WHERE state = 'ready';
CREATE TABLE palettes (
    asset_id INTEGER PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    colours BLOB NOT NULL                 -- see palette_blobs
);
INSERT INTO palettes SELECT id, palette_of_v5(palette) FROM assets WHERE palette <> '';
ALTER TABLE assets DROP COLUMN palette;
"""

# Whether something is clear in a picture was not written down, and its thumbnail was laid on grey.
# Photographs and videos have no such pixels, or none that are shown.
TRANSPARENCY = """
ALTER TABLE assets ADD COLUMN has_alpha INTEGER;  -- NULL: not known yet
UPDATE assets SET has_alpha = 0 WHERE format IN ('JPEG', 'RAW') OR duration_ms > 0;
CREATE INDEX assets_of_unknown_alpha ON assets (id) WHERE has_alpha IS NULL AND state = 'ready';
"""
