"""What a scan passes over without a word."""

from __future__ import annotations

from collections.abc import Collection

_SYSTEM_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "@eaDir"})


def is_ignored(name: str) -> bool:
    """Hidden files, macOS resource forks (``._x``) and the systems' own folders.

    A folder that the person adds by name is scanned even when its own name would be ignored;
    this is asked only about what lies inside.
    """
    return name.startswith(".") or name in _SYSTEM_FOLDERS


def is_library(names: Collection[str]) -> bool:
    """True for a folder with these entries when it is a library of Plantain's (see config.paths).

    Its thumbnails are not the person's pictures, whichever library they belong to and by
    whichever link the scan came there.
    """
    return "catalog.sqlite" in names and "in-use.lock" in names
