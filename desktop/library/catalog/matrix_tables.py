"""What matrices add to the catalogue."""

from __future__ import annotations

MATRICES = """
CREATE TABLE matrices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at REAL NOT NULL,             -- seconds since the epoch
    title TEXT NOT NULL,                  -- the prompt
    rows TEXT NOT NULL,                   -- JSON: what is read beside each
    columns TEXT NOT NULL
);
CREATE TABLE matrix_cells (
    matrix_id INTEGER NOT NULL REFERENCES matrices (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    column INTEGER NOT NULL,
    attempt TEXT NOT NULL,                -- key of the newest one for this cell
    PRIMARY KEY (matrix_id, row, column)
) WITHOUT ROWID;
CREATE INDEX matrix_cells_by_attempt ON matrix_cells (attempt);
"""
