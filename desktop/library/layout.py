"""The version of a library's folder: what is in it, and under which names.

The catalogue has a version of its own. This one covers everything beside it: how thumbnails are
made and named, where generated pictures and backups are, and that the vectors are a Milvus Lite
file. It stands in ``library.json``; a library without that file has version 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.core.text import tr
from desktop.files.atomic import write_file
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.regular_file import read_guarded

LAYOUT_VERSION = 1


def check_layout(marker: Path) -> None:
    """Refuse a folder that a newer Plantain has arranged.

    Raises:
        LibraryError: it is from a newer Plantain.
    """
    version = _version(marker)
    if version > LAYOUT_VERSION:
        raise LibraryError(
            tr(
                "The library at {folder} was written by a newer Plantain "
                "(version {version}; this one knows up to {known}).",
                folder=marker.parent,
                version=version,
                known=LAYOUT_VERSION,
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain, or open another library."),
            at_terminal=tr("Update Plantain, or open another library with --library."),
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
    write_file(marker, f"{text}\n".encode(), replace=True)


@dataclass(frozen=True, slots=True)
class _Marker:
    version: int = 0


def _version(marker: Path) -> int:
    """0 where the file is not there, or says nothing."""
    try:
        return decode_json(read_guarded(marker), _Marker).version
    except (OSError, MalformedJson):
        return 0
