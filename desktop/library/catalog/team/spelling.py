"""Paths below a shared root, as the team spells them and as this system does."""

from __future__ import annotations

import os
import unicodedata


def local_path(relative_path: str) -> bytes:
    """As this system spells it."""
    return os.fsencode(relative_path.replace("/", os.sep))


def shared_path(relative_path: bytes) -> str | None:
    """As the team spells it; None for a name that is not text."""
    try:
        text = os.fsdecode(relative_path).encode().decode()
    except UnicodeError:
        return None
    return unicodedata.normalize("NFC", text.replace(os.sep, "/"))
