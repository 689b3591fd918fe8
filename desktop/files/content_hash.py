"""Digests of files: what identifies a picture's content, and what proves that bytes arrived."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from functools import partial
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO, Protocol

from desktop.core.cancellation import CancelToken
from desktop.files.regular_file import open_guarded

DIGEST_BYTES = 16
_BLOCK = 1 << 22
_new_digest = partial(hashlib.blake2b, digest_size=DIGEST_BYTES)


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def content_hash(
    source: Path | FileIO | BufferedReader | bytes,
    *,
    cancel: CancelToken | None = None,
    max_bytes: int | None = None,
) -> str:
    """The identity of a content, the same whatever the file is called: BLAKE2b-128.

    Args:
        source: a file; an open one, of which the rest is read in pieces; or all the bytes.
        max_bytes: a file may have.

    Returns:
        32 hex digits.

    Raises:
        OSError: the file cannot be read, or is not a regular one, or has more than ``max_bytes``.
        Cancelled: meanwhile.
    """
    if isinstance(source, bytes):
        return _new_digest(source).hexdigest()
    if isinstance(source, Path):
        with open_guarded(source) as file:
            return content_hash(file, cancel=cancel, max_bytes=max_bytes)
    digest = _new_digest()
    count = 0
    for block in hashed_blocks(source, digest):
        count += len(block)
        if max_bytes is not None and count > max_bytes:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        if cancel is not None:
            cancel.raise_if_cancelled()
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex; about 1 GB/s. Raises: OSError."""
    with open_guarded(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashed_blocks(file: IO[bytes] | FileIO, digest: _Digest) -> Iterator[bytes]:
    """What is left to read of a file, in pieces that ``digest`` has been given already.

    Raises:
        OSError: as reading the file.
    """
    while block := file.read(_BLOCK):
        digest.update(block)
        yield block
