"""The version of a library's folder: what is in it, and under which names.

The catalogue has a version of its own. This one covers everything beside it: how thumbnails are
made and named, where generated pictures and back-ups are, and that the vectors are a Milvus Lite
file. It stands in ``library.json``; a library without that file has version 1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from desktop.core.errors import LibraryError

LAYOUT_VERSION = 1


def check_layout(marker: Path) -> None:
    """Refuse a folder that a newer Plantain has arranged.

    Raises:
        LibraryError: it is from a newer Plantain.
    """
    version = _version(marker)
    if version > LAYOUT_VERSION:
        raise LibraryError(
            f"The library at {marker.parent} was arranged by a newer Plantain "
            f"(version {version}; this one knows up to {LAYOUT_VERSION}).",
            safe="Nothing was changed.",
            next_step="Update Plantain, or open another library with --library.",
        )


def write_layout(marker: Path) -> None:
    """Say which version the folder has, where nothing says it.

    Written once the catalogue is there: later it tells a library that lost its catalogue from a
    folder that is none yet.

    Raises:
        OSError: the folder cannot be written.
    """
    if _version(marker):
        return
    text = json.dumps({"format": "plantain-library", "version": LAYOUT_VERSION})
    temporary = marker.with_name(f".plantain-{marker.name}")
    temporary.write_text(f"{text}\n", "utf-8")
    temporary.replace(marker)


def _version(marker: Path) -> int:
    """0 where the file is not there, or says nothing."""
    try:
        raw: Any = json.loads(marker.read_text("utf-8"))
    except (OSError, ValueError):
        return 0
    version = cast("dict[str, Any]", raw).get("version") if isinstance(raw, dict) else None
    return version if isinstance(version, int) else 0
