"""The identity of a file's content."""

from __future__ import annotations

import hashlib
from io import BufferedReader, FileIO
from pathlib import Path

DIGEST_BYTES = 16


def content_hash(path: Path) -> str:
    """BLAKE2b-128 of the file's bytes, as ``decode`` gives it, without keeping them in memory.

    Returns:
        32 hex digits.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hash_of(file)


def hash_of(file: FileIO | BufferedReader) -> str:
    """As ``content_hash``, of what follows in an open file."""
    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=DIGEST_BYTES)).hexdigest()
