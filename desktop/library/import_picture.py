"""8 · a generated picture becomes a file: whole or not at all, never over another one."""

from __future__ import annotations

import errno
import re
import time
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import try_writing, write_file
from desktop.files.new_file import new_file
from desktop.files.regular_file import read_guarded

_UNFIT = re.compile(r"[^\w\-]+")
_MAX_STEM = 48


def save_picture(
    folder: Path, data: bytes, *, title: str, suffix: str, at: float | None = None
) -> Path:
    """Write ``data`` into ``folder`` under a name made from the moment ``at`` and ``title``.

    A kill leaves either nothing visible or the whole picture, and the same picture saved again is
    the file that is there.

    Args:
        at: seconds since the epoch; None for now.

    Raises:
        LibraryError: the disk is full or the folder cannot be written to.
    """
    try:
        folder.mkdir(exist_ok=True)  # alone: a library that was moved away is not begun anew
        stem = _stem(title, at)
        for number in range(1, 10_000):
            path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
            try:
                write_file(path, data, replace=False)
            except FileExistsError:
                if not _holds(path, data):
                    continue
            return path
        raise FileExistsError(errno.EEXIST, tr("too many pictures of one name"), str(folder))
    except OSError as error:
        raise LibraryError(
            tr(
                "The picture could not be saved in {folder}: {reason}.",
                folder=folder,
                reason=system_reason(error),
            ),
            safe=tr("Nothing was overwritten."),
            next_step=tr("Free some space or check the folder's permissions, then try again."),
        ) from error


def check_writable(folder: Path) -> None:
    """Try to write in ``folder`` (made if needed), before something costly depends on it.

    Raises:
        LibraryError: it cannot be written to.
    """
    try:
        try_writing(folder)
    except OSError as error:
        raise LibraryError(
            tr(
                "The folder {folder} cannot be written to: {reason}.",
                folder=folder,
                reason=system_reason(error),
            ),
            safe=tr("Nothing was sent or changed."),
            next_step=tr("Choose another place, or check the folder's permissions."),
        ) from error


def save_picture_as(path: Path, data: bytes) -> Path:
    """Write ``data`` to exactly ``path``; refuses to replace an existing file, unless it is this
    very picture, saved before.

    Raises:
        LibraryError: something is there already, or the disk refuses.
    """
    if _holds(path, data):
        return path
    with new_file(path, tr("The picture")) as file:
        file.write(data)
    return path


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and read_guarded(path, len(data)) == data
    except OSError:
        return False


def _stem(title: str, at: float | None) -> str:
    words = _UNFIT.sub("-", title).strip("-")
    # Cut by bytes: file systems limit names to 255 of them, and a Chinese character takes three.
    cut = words.encode()[: _MAX_STEM * 2].decode(errors="ignore")[:_MAX_STEM].strip("-")
    return f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(at))}-{cut or 'picture'}"
