"""Counts that are kept, because counting a million rows takes longer than a status may.

``asset_counts`` says how many assets are alike in place and state. ``vector_counts`` says it of the
vectors of pictures: sent or not, and whether their asset can be found by them, as its file is now.
Frames of videos are few and counted where they lie. Triggers keep both up, whoever writes.

Each count is made first, with nothing, and then changed, without a conflict clause: the one of the
statement that fired a trigger is in force within it.
"""

from __future__ import annotations

FIT = "NOT is_missing AND NOT is_ignored AND state <> 'failed'"
"""Of an asset: it is there to be found."""

_ALIKE = ("root_id", "state", "is_missing", "is_ignored", "shared_by <> ''")
_NEW_FIT, _OLD_FIT = (
    f"NOT {row}.is_missing AND NOT {row}.is_ignored AND {row}.state <> 'failed'"
    for row in ("new", "old")
)


def _asset(row: str, step: str) -> str:
    values = ", ".join(f"{row}.{name}" for name in _ALIKE)
    make = (
        ""
        if step == "-"
        else f"""INSERT INTO asset_counts SELECT {values}, 0 WHERE NOT EXISTS (
        SELECT 1 FROM asset_counts
        WHERE (root_id, state, is_missing, is_ignored, is_shared) = ({values}));"""
    )
    return f"""{make}
    UPDATE asset_counts SET n = n {step} 1
    WHERE (root_id, state, is_missing, is_ignored, is_shared) = ({values});"""


def _vector(row: str, step: str) -> str:
    current = (
        f"COALESCE((SELECT {FIT} AND content_hash = {row}.content_hash FROM assets"
        f" WHERE id = {row}.asset_id), 0)"
    )
    values = f"{row}.encoder, {row}.is_stored, {current}"
    make = (
        ""
        if step == "-"
        else f"""INSERT INTO vector_counts SELECT {values}, 0 WHERE NOT EXISTS (
        SELECT 1 FROM vector_counts WHERE (encoder, is_stored, is_current) = ({values}));"""
    )
    return f"""{make}
    UPDATE vector_counts SET n = n {step} 1
    WHERE (encoder, is_stored, is_current) = ({values});"""


def _vectors_of(row: str, fit: str, step: str) -> str:
    """All vectors of an asset; other encoders have each a few."""
    own = f"""SELECT encoder, is_stored, {fit} AND content_hash = {row}.content_hash AS current
        FROM vectors WHERE asset_id = {row}.id AND kind = 'image'"""
    make = (
        ""
        if step == "-"
        else f"""INSERT INTO vector_counts SELECT DISTINCT *, 0 FROM ({own}) AS own
        WHERE NOT EXISTS (SELECT 1 FROM vector_counts AS known
            WHERE (own.encoder, own.is_stored, own.current)
                = (known.encoder, known.is_stored, known.is_current));"""
    )
    return f"""{make}
    UPDATE vector_counts SET n = n {step} (SELECT COUNT(*) FROM ({own}) AS own
        WHERE (own.encoder, own.is_stored, own.current)
            = (vector_counts.encoder, vector_counts.is_stored, vector_counts.is_current))
    WHERE encoder IN (SELECT encoder FROM ({own}));"""


TALLIES = f"""
CREATE TABLE asset_counts (
    root_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    is_missing INTEGER NOT NULL,
    is_ignored INTEGER NOT NULL,
    is_shared INTEGER NOT NULL,           -- a teammate has sent it
    n INTEGER NOT NULL,
    PRIMARY KEY (root_id, state, is_missing, is_ignored, is_shared)
) WITHOUT ROWID;
INSERT INTO asset_counts
    SELECT {", ".join(_ALIKE)}, COUNT(*) FROM assets GROUP BY 1, 2, 3, 4, 5;
CREATE TABLE vector_counts (              -- of kind "image"
    encoder TEXT NOT NULL,
    is_stored INTEGER NOT NULL,
    is_current INTEGER NOT NULL,          -- the asset is there, with the content that was encoded
    n INTEGER NOT NULL,
    PRIMARY KEY (encoder, is_stored, is_current)
) WITHOUT ROWID;
INSERT INTO vector_counts
    SELECT encoder, is_stored, {FIT} AND vectors.content_hash = assets.content_hash, COUNT(*)
    FROM vectors JOIN assets ON assets.id = asset_id WHERE kind = 'image' GROUP BY 1, 2, 3;
DROP INDEX frames_by_asset;
CREATE INDEX frames_by_asset ON vectors (encoder, asset_id, is_stored, content_hash)
    WHERE kind = 'frame';
DROP INDEX vectors_with_old_scalars;
CREATE INDEX vectors_with_old_scalars ON vectors (encoder, is_stored)
    WHERE scalars <> stored_scalars;
CREATE TRIGGER asset_counted AFTER INSERT ON assets BEGIN
    {_asset("new", "+")}
END;
CREATE TRIGGER asset_recounted AFTER UPDATE OF root_id, state, is_missing, is_ignored, shared_by
ON assets WHEN
    (old.root_id, old.state, old.is_missing, old.is_ignored, old.shared_by <> '') IS NOT
    (new.root_id, new.state, new.is_missing, new.is_ignored, new.shared_by <> '')
BEGIN
    {_asset("old", "-")}
    {_asset("new", "+")}
END;
CREATE TRIGGER asset_uncounted AFTER DELETE ON assets BEGIN
    {_asset("old", "-")}
END;
CREATE TRIGGER asset_leaves BEFORE DELETE ON assets BEGIN
    DELETE FROM vectors WHERE asset_id = old.id;
END;
CREATE TRIGGER vector_counted AFTER INSERT ON vectors WHEN new.kind = 'image' BEGIN
    {_vector("new", "+")}
END;
CREATE TRIGGER vector_recounted AFTER UPDATE OF is_stored, content_hash
ON vectors WHEN new.kind = 'image' BEGIN
    {_vector("old", "-")}
    {_vector("new", "+")}
END;
CREATE TRIGGER vector_uncounted BEFORE DELETE ON vectors WHEN old.kind = 'image' BEGIN
    {_vector("old", "-")}
END;
CREATE TRIGGER vectors_recounted AFTER UPDATE OF content_hash, is_missing, is_ignored, state
ON assets WHEN
    (old.content_hash, {_OLD_FIT}) IS NOT
    (new.content_hash, {_NEW_FIT})
    AND EXISTS (SELECT 1 FROM vectors WHERE asset_id = new.id)
BEGIN
    {_vectors_of("old", _OLD_FIT, "-")}
    {_vectors_of("new", _NEW_FIT, "+")}
END;
"""
