"""The tables of searches; a module of its own, for the migrations."""

from __future__ import annotations

SAVED_SEARCHES = """
CREATE TABLE saved_searches (
    key TEXT PRIMARY KEY,                 -- of the name, see name_key
    name TEXT NOT NULL,
    text TEXT NOT NULL,                   -- as typed, see query_language
    examples TEXT NOT NULL,               -- JSON: pictures to search by
    filter TEXT NOT NULL,                 -- JSON, see filter_text
    is_board INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE query_history (
    text TEXT PRIMARY KEY,
    asked_at REAL NOT NULL
);
"""
