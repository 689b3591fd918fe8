"""A row of the catalogue as an ``Asset``."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Collection, Sequence

from desktop.core.asset import Asset
from desktop.library.catalog.moved_files import last_place

_STORED = Asset._fields[: Asset._fields.index("is_missing")]
_ELSEWHERE = "is_missing AND shared_by <> ''"
COLUMNS = ", ".join(
    (
        *({"folder": "roots.path", "name": "relative_path"}.get(n, f"assets.{n}") for n in _STORED),
        *(f"is_missing AND NOT ({_ELSEWHERE})", "is_generated", "is_ignored", _ELSEWHERE),
        "has_alpha",
    )
)
"""What ``to_assets`` takes, in the order in which ``Asset`` has it."""
FROM = "FROM assets JOIN roots ON roots.id = assets.root_id"
_SEPARATOR = os.fsencode(os.sep)
_FILE_NAMES = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
"""How ``os.fsdecode`` decodes."""


def to_assets(rows: Sequence[sqlite3.Row], away: Collection[bytes]) -> list[Asset]:
    """Rows of ``COLUMNS``; a hundred thousand of them are made each time the window opens.

    Args:
        away: paths of the roots that are not there now.
    """
    places: dict[tuple[bytes, bytes], tuple[str, bool]] = {}
    assets: list[Asset] = []
    for row in rows:
        asset_id, root, relative, *stored, missing, generated, ignored, elsewhere, alpha = row
        below, _, name = relative.rpartition(_SEPARATOR)
        place = places.get((root, below))
        if place is None:
            place = places[root, below] = (_folder(root, below), root in away)
        folder, is_away = place
        assets.append(
            Asset._make(
                (
                    asset_id,
                    folder,
                    last_place(name).decode(*_FILE_NAMES),
                    *stored,
                    missing == 1,
                    generated == 1,
                    ignored == 1,
                    elsewhere == 1,
                    is_away or elsewhere == 1,
                    alpha == 1,
                )
            )
        )
    return assets


def _folder(root: bytes, below: bytes) -> str:
    """Without ``Path``, which takes a millisecond for the folders of a hundred hits."""
    return os.fsdecode(os.path.join(root, below) if below else root)  # noqa: PTH118
