"""Bytes from a file that may be anything: a pipe, a folder, 80 GB, gone since the scan."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable, FileUnsupported
from desktop.core.system_errors import system_reason
from desktop.core.text import number, tr

MOST_BYTES_OF_TEXT = 16 * 1024 * 1024
"""Of a file of our own that is read whole; the largest have some kilobytes."""
_CHUNK = 8 * 1024 * 1024


class NotRegular(OSError):
    """A folder, pipe, socket or device, or a link where none may be followed."""


@contextmanager
def open_guarded(path: Path, *, follow_links: bool = True) -> Generator[FileIO]:
    """A regular file, open for reading without a buffer; never waits for a pipe or a device.

    Raises:
        NotRegular: something else has this name.
        OSError: not there, not allowed, the disk fails.
    """
    # Looked at before it is opened, because opening alone makes some devices act; opened
    # without blocking and looked at again, because the name may mean something else by then.
    _refuse_special(path.stat(follow_symlinks=follow_links))
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC", "O_NOCTTY"):
        flags |= getattr(os, name, 0)  # each system has some of them
    if not follow_links:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        _refuse_special(os.fstat(file.fileno()))
        yield file


def read_guarded(path: Path, max_bytes: int = MOST_BYTES_OF_TEXT) -> bytes:
    """The whole content of a small file: settings, a marker, a description.

    Raises:
        NotRegular, OSError: as ``open_guarded``; with ``EFBIG`` for more than ``max_bytes``.
    """
    with open_guarded(path) as file:
        data = read_up_to(file, max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    return data


@contextmanager
def open_regular_file(path: Path) -> Generator[FileIO]:
    """As ``open_guarded``, for a picture's file, links followed.

    Raises:
        FileUnreadable: not there, not allowed, the disk fails, then or while the file is read.
        FileUnsupported: a folder, pipe, socket or device.
        FileTooLarge: what was read does not fit into the memory.
    """
    try:
        with open_guarded(path) as file:
            yield file
    except NotRegular as error:
        if error.errno == errno.EISDIR:
            raise FileUnsupported(path, tr("This is a folder, not a picture.")) from error
        raise FileUnsupported(
            path, tr("This is a pipe or a device, not a picture file.")
        ) from error
    except FileNotFoundError as error:
        raise FileUnreadable(
            path, tr("The file is not there any more."), next_step=tr("Scan the folder again.")
        ) from error
    except PermissionError as error:
        raise FileUnreadable(
            path,
            tr("You do not have permission to read this file."),
            next_step=tr("Change its permissions, or ask its owner."),
        ) from error
    except (OSError, ValueError) as error:
        reason = tr("its name cannot be used on this system")
        if isinstance(error, OSError) and error.strerror:
            reason = system_reason(error)
        raise FileUnreadable(
            path,
            tr("The file could not be read ({reason}).", reason=reason),
            next_step=tr("Check that its drive is connected, then try again."),
        ) from error
    except MemoryError as error:
        raise FileTooLarge(path, tr("The file does not fit into the free memory.")) from error


def read_regular_file(path: Path, max_bytes: int) -> bytes:
    """The whole content of a regular file.

    Raises:
        FileUnreadable, FileUnsupported: as ``open_regular_file``.
        FileDamaged: the file is empty.
        FileTooLarge: more than ``max_bytes``, or than the memory.
    """
    with open_regular_file(path) as file:
        if os.fstat(file.fileno()).st_size > max_bytes:
            raise too_many_bytes(path, max_bytes)
        data = read_up_to(file, max_bytes + 1)
    if len(data) > max_bytes:
        raise too_many_bytes(path, max_bytes)
    if not data:
        raise FileDamaged(
            path,
            tr("The file is empty (0 bytes)."),
            next_step=tr("Copy it again from where it came from."),
        )
    return data


def read_up_to(file: FileIO | BinaryIO, count: int) -> bytes:
    """The next ``count`` bytes, fewer only where the file ends. Raises: OSError."""
    chunks: list[bytes] = []
    while count > 0 and (chunk := os.read(file.fileno(), min(count, _CHUNK))):
        chunks.append(chunk)
        count -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _refuse_special(status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    number = errno.EISDIR if stat.S_ISDIR(status.st_mode) else errno.EINVAL
    raise NotRegular(number, "not an ordinary file")


def too_many_bytes(path: Path, max_bytes: int) -> FileTooLarge:
    """The error for a picture of more bytes than are read."""
    return FileTooLarge(
        path,
        tr(
            "The file is larger than {megabytes} MB, the most that is read.",
            megabytes=number(max_bytes / 2**20),
        ),
        next_step=tr("Save a smaller copy to have it in the library."),
    )
