"""The system's own trash: the only way in which Plantain takes a person's file away."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from desktop.core.errors import FileError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.rename import rename_new
from desktop.library.folders.scan import identity


def move_to_trash(path: Path) -> Path | None:
    """Put one file into the trash, from where the person can take it back.

    Returns:
        Where it lies there, for ``take_back``; None where the system does not tell.

    Raises:
        FileError: the file is where it was.
    """
    before = _identity(path)
    # With the first file: on Linux it asks the desktop's libraries.
    from send2trash import TrashPermissionError, send2trash

    try:
        send2trash(path)
    except TrashPermissionError as error:
        raise FileError(
            path,
            tr("It was not moved to the trash: its drive has none that you may use."),
            next_step=tr("Move it to another drive first, or delete it in your file manager."),
        ) from error
    except OSError as error:
        raise FileError(
            path,
            tr("It was not moved to the trash: {reason}.", reason=_reason(path, error)),
            next_step=tr("Check that its drive is connected and that you may change the folder."),
        ) from error
    if os.path.lexists(path):
        raise FileError(path, tr("It was not moved to the trash; the system did not say why."))
    return next((place for place in _places(path) if _identity(place) == before), None)


def take_back(trashed: Path, path: Path) -> None:
    """Put a file from the trash back to where it was.

    Raises:
        FileError: it is not in the trash any more, something else is at its place, or the disk
            refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rename_new(trashed, path)
    except FileNotFoundError as error:
        raise FileError(path, tr("It is not in the trash any more.")) from error
    except FileExistsError as error:
        raise FileError(
            path,
            tr("Another file has its name now."),
            next_step=tr("Take it back from the trash under another name."),
        ) from error
    except OSError as error:
        reason = system_reason(error)
        raise FileError(
            path, tr("It could not be taken back from the trash: {reason}.", reason=reason)
        ) from error
    # What freedesktop's trash keeps beside it: where it was, and when it was deleted.
    (trashed.parent.parent / "info" / f"{trashed.name}.trashinfo").unlink(missing_ok=True)


def _identity(path: Path) -> str | None:
    """Of the file or link itself; None where there is none."""
    try:
        return identity(path.lstat())
    except OSError:
        return None


def _places(path: Path) -> Iterator[Path]:
    """What is in the trashes that a file may have been moved to, the likeliest first."""
    for folder in _trashes(path):
        try:
            entries = [entry for entry in folder.iterdir() if entry.name.startswith(path.stem)]
        except OSError:  # there is none, or macOS lets nobody look
            continue
        yield from entries


def _trashes(path: Path) -> Iterator[Path]:
    above = next((parent for parent in path.parents if parent.is_mount()), path.parent)
    if sys.platform == "darwin":
        yield Path.home() / ".Trash"
        yield above / ".Trashes" / str(os.getuid())
    elif sys.platform != "win32":
        own: bytes = import_module("send2trash.plat_other").HOMETRASH_B
        yield Path(os.fsdecode(own)) / "files"
        yield above / ".Trash" / str(os.getuid()) / "files"
        yield above / f".Trash-{os.getuid()}" / "files"


def _reason(path: Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return (
                tr("there is no trash") if os.path.lexists(path) else tr("it is not there any more")
            )
        case errno.EACCES | errno.EPERM:
            return tr("you may not change it")
        case errno.EROFS:
            return tr("its drive can only be read")
        case errno.ENOSPC:
            return tr("the drive is full")
        case _:
            return system_reason(error)
