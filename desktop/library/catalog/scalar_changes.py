"""Which vectors have something beside them in their store (folder, tags, rating …) that is out of
date: a table of its own, narrow, because a change to a row of ``vectors`` writes the vector anew.

Triggers fill it, whoever writes; ``VectorTable.mark_stored`` takes out what the store has heard of.
``version`` grows with a change, so that one between reading and answering is not taken for told.
``vectors.scalars`` and ``vectors.stored_scalars`` served for this until version 6 and stay unused:
to drop a column SQLite writes every row anew, here gigabytes of vectors for two bytes each.
"""

from __future__ import annotations


def _changed(assets: str) -> str:
    return f"""INSERT INTO old_scalars SELECT id, encoder, 1 FROM vectors WHERE asset_id {assets}
        ON CONFLICT (vector_id) DO UPDATE SET version = version + 1;"""


_DESCRIBING = (
    *("root_id", "relative_path", "size", "modified_ns", "added_at", "width", "height", "format"),
    *("frame_count", "duration_ms", "rating", "is_generated", "is_ignored"),
)

SCALAR_CHANGES = f"""
CREATE TABLE old_scalars (
    vector_id INTEGER PRIMARY KEY REFERENCES vectors (id) ON DELETE CASCADE,
    encoder TEXT NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX old_scalars_by_encoder ON old_scalars (encoder);
INSERT INTO old_scalars
    SELECT id, encoder, 1 FROM vectors WHERE is_stored AND scalars <> stored_scalars;
DROP INDEX vectors_with_old_scalars;
DROP TRIGGER asset_described;
DROP TRIGGER tag_given;
DROP TRIGGER tag_taken;
DROP TRIGGER root_moved;
CREATE TRIGGER asset_described AFTER UPDATE OF {", ".join(_DESCRIBING)}
ON assets WHEN
    ({", ".join(f"old.{name}" for name in _DESCRIBING)}) IS NOT
    ({", ".join(f"new.{name}" for name in _DESCRIBING)})
BEGIN
    {_changed("= new.id")}
END;
CREATE TRIGGER tag_given AFTER INSERT ON asset_tags BEGIN
    {_changed("= new.asset_id")}
END;
CREATE TRIGGER tag_taken AFTER DELETE ON asset_tags BEGIN
    {_changed("= old.asset_id")}
END;
CREATE TRIGGER root_moved AFTER UPDATE OF path ON roots BEGIN
    {_changed("IN (SELECT id FROM assets WHERE root_id = new.id)")}
END;
"""
