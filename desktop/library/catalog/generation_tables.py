"""The tables that generation adds to the catalogue.

A reference that was in the library nowhere when its picture was written down is found by its
content later, when its own file has been read.
"""

from __future__ import annotations

GENERATION = """
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,             -- random; names its answer in the spool
    state TEXT NOT NULL,                  -- core.attempt.AttemptState
    record TEXT NOT NULL,                 -- JSON, see files.record_json; its usage is the call's
    out BLOB NOT NULL DEFAULT x'',        -- the file that was named for its picture, its bytes
    queued_at REAL NOT NULL,              -- seconds since the epoch, as all times here
    sent_at REAL NOT NULL DEFAULT 0,
    answered_at REAL NOT NULL DEFAULT 0,
    ended_at REAL NOT NULL DEFAULT 0,
    response_id TEXT NOT NULL DEFAULT '',
    cost_usd REAL,                        -- NULL: nobody knows
    turn TEXT NOT NULL DEFAULT '',        -- the answer without its pictures, JSON
    error TEXT NOT NULL DEFAULT ''        -- JSON, see files.failure_json
);
CREATE INDEX attempts_unfinished ON attempts (state)
    WHERE state IN ('queued', 'sent', 'answered');
CREATE INDEX attempts_by_time ON attempts (sent_at);
-- Both stand in the record, too: an index over json_extract() would be refused where a backup is
-- opened without trust in its schema.
ALTER TABLE lineage ADD COLUMN attempt TEXT NOT NULL DEFAULT '';  -- of which it came
ALTER TABLE lineage ADD COLUMN parent TEXT NOT NULL DEFAULT '';   -- content of what it is a turn of
CREATE INDEX lineage_by_attempt ON lineage (attempt);
CREATE INDEX lineage_by_parent ON lineage (parent) WHERE parent <> '';
ALTER TABLE lineage_references ADD COLUMN content_hash TEXT NOT NULL DEFAULT '';
UPDATE lineage_references SET content_hash = COALESCE((
    SELECT json_extract(record, '$.request.references[' || position || '].content_hash')
    FROM lineage WHERE lineage.asset_id = lineage_references.asset_id AND json_valid(record)), '');
CREATE INDEX references_by_content ON lineage_references (content_hash) WHERE content_hash <> '';
"""
