"""8 · a generated picture comes home: written whole or not at all, never over another file."""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.library.new_file import name_new, new_file

_UNFIT = re.compile(r"[^\w\-]+")
_MAX_STEM = 48


def save_picture(folder: Path, data: bytes, *, title: str, suffix: str) -> Path:
    """Write ``data`` into ``folder`` under a new name made from the date and ``title``.

    The bytes go to a hidden temporary file, reach the disk, and get their name by a link that
    refuses to replace anything; a kill leaves either nothing visible or the whole picture.

    Raises:
        LibraryError: the disk is full or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _link_new(folder, _write_temporary(folder, data), _stem(title), suffix)
    except OSError as error:
        raise LibraryError(
            f"The picture could not be saved in {folder}: {error.strerror or error}.",
            safe="Nothing was overwritten.",
            next_step="Free some space or check the folder's permissions, then try again.",
        ) from error


def check_writable(folder: Path) -> None:
    """Try to write in ``folder`` (made if needed), before something costly depends on it.

    Raises:
        LibraryError: it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_temporary(folder, b"").unlink()
    except OSError as error:
        raise LibraryError(
            f"The folder {folder} cannot be written to: {error.strerror or error}.",
            safe="Nothing was sent or changed.",
            next_step="Choose another place, or check the folder's permissions.",
        ) from error


def save_picture_as(path: Path, data: bytes) -> Path:
    """Write ``data`` to exactly ``path``; refuses to replace an existing file.

    Raises:
        LibraryError: something is there already, or the disk says no.
    """
    with new_file(path, "The picture") as file:
        file.write(data)
    return path


def _write_temporary(folder: Path, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=".plantain-", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o644)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _link_new(folder: Path, temporary: Path, stem: str, suffix: str) -> Path:
    try:
        for number in range(1, 10_000):
            path = folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
            try:
                name_new(temporary, path)
            except FileExistsError:
                continue
            return path
        raise FileExistsError(17, "too many pictures of one name", str(folder))
    finally:
        temporary.unlink(missing_ok=True)


def _stem(title: str) -> str:
    words = _UNFIT.sub("-", title).strip("-")
    # Cut by bytes: file systems limit names to 255 of them, and a Chinese character takes three.
    cut = words.encode()[: _MAX_STEM * 2].decode(errors="ignore")[:_MAX_STEM].strip("-")
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{cut or 'picture'}"
