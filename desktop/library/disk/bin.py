"""The system's own bin: the only way in which Plantain takes a person's file away."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from desktop.core.errors import FileError


def move_to_bin(path: Path) -> None:
    """Put one file into the bin, from where the person can take it back.

    Raises:
        FileError: the file is where it was.
    """
    # With the first file: on Linux it asks the desktop's libraries.
    from send2trash import TrashPermissionError, send2trash

    try:
        send2trash(path)
    except TrashPermissionError as error:
        raise FileError(
            path,
            "It was not moved to the bin: its drive has none that you may use.",
            next_step="Move it to another drive first, or delete it in your file manager.",
        ) from error
    except OSError as error:
        raise FileError(
            path,
            f"It was not moved to the bin: {_reason(path, error)}.",
            next_step="Check that its drive is connected and that you may change the folder.",
        ) from error
    if os.path.lexists(path):
        raise FileError(path, "It was not moved to the bin; the system did not say why.")


def _reason(path: Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "there is no bin" if os.path.lexists(path) else "it is not there any more"
        case errno.EACCES | errno.EPERM:
            return "you may not change it"
        case errno.EROFS:
            return "its drive can only be read"
        case errno.ENOSPC:
            return "the drive is full"
        case _:
            return error.strerror or str(error)
