"""Bytes from a file that may be anything: a pipe, a folder, 80 GB, gone since the scan."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable, FileUnsupported

_CHUNK = 8 * 1024 * 1024


@contextmanager
def open_regular_file(path: Path) -> Generator[FileIO]:
    """A regular file, links followed; never waits for a pipe or a device.

    Raises:
        FileUnreadable: not there, not allowed, the disk fails, then or while the file is read.
        FileUnsupported: a folder, pipe, socket or device.
        FileTooLarge: what was read does not fit into the memory.
    """
    try:
        # Looked at before it is opened, because opening alone makes some devices act; opened
        # without blocking and looked at again, because the name may mean something else by then.
        _refuse_special(path, path.stat())
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
        with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
            _refuse_special(path, os.fstat(file.fileno()))
            yield file
    except FileNotFoundError as error:
        raise FileUnreadable(
            path, "The file is not there any more.", next_step="Scan the folder again."
        ) from error
    except PermissionError as error:
        raise FileUnreadable(
            path,
            "You do not have permission to read this file.",
            next_step="Change its permissions, or ask its owner.",
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used on this system"
        raise FileUnreadable(
            path,
            f"The file could not be read ({reason}).",
            next_step="Check that its drive is connected, then try again.",
        ) from error
    except MemoryError as error:
        raise FileTooLarge(path, "The file does not fit into the free memory.") from error


def read_regular_file(path: Path, max_bytes: int) -> bytes:
    """The whole content of a regular file.

    Raises:
        FileUnreadable, FileUnsupported: as ``open_regular_file``.
        FileDamaged: the file is empty.
        FileTooLarge: more than ``max_bytes``, or than the memory.
    """
    with open_regular_file(path) as file:
        if os.fstat(file.fileno()).st_size > max_bytes:
            raise _too_many_bytes(path, max_bytes)
        data = _read_up_to(file.fileno(), max_bytes + 1)
    if len(data) > max_bytes:
        raise _too_many_bytes(path, max_bytes)
    if not data:
        raise FileDamaged(
            path,
            "The file is empty (0 bytes).",
            next_step="Copy it again from where it came from.",
        )
    return data


def _read_up_to(descriptor: int, count: int) -> bytes:
    chunks: list[bytes] = []
    while count > 0 and (chunk := os.read(descriptor, min(count, _CHUNK))):
        chunks.append(chunk)
        count -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _refuse_special(path: Path, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    if stat.S_ISDIR(status.st_mode):
        raise FileUnsupported(path, "This is a folder, not a picture.")
    raise FileUnsupported(path, "This is a pipe or a device, not a picture file.")


def _too_many_bytes(path: Path, max_bytes: int) -> FileTooLarge:
    return FileTooLarge(
        path,
        f"The file is larger than {max_bytes / 2**20:.0f} MB, the most that is read.",
        next_step="Save a smaller copy to have it in the library.",
    )
