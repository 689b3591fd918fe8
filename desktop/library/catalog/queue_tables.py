"""What the queue of pictures adds to the catalogue."""

from __future__ import annotations

QUEUE = """
ALTER TABLE attempts ADD COLUMN position INTEGER NOT NULL DEFAULT 0;  -- among those that wait
CREATE INDEX attempts_waiting ON attempts (position) WHERE state = 'queued';
CREATE TABLE queue_wait (                 -- at most one row: why nothing is asked for now
    id INTEGER PRIMARY KEY CHECK (id = 1),
    reason TEXT NOT NULL,                 -- core.generation_queue.WaitReason
    until REAL NOT NULL,                  -- seconds since the epoch; 0: when a person says so
    said TEXT NOT NULL,                   -- what went wrong, JSON, see files.failure_json
    tries INTEGER NOT NULL
);
"""
