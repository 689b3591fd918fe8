"""Files that are written whole or not at all; the only place where one takes another's name.

What is written goes to a hidden temporary file in the target's folder first. A kill leaves that
file at most, and ``leftovers`` finds it.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".plantain-"
_LEFTOVERS = (f"{_PREFIX}*", ".settings-*", f"{'[0-9a-f]' * 32}.*.tmp")
"""The second and the third are how versions up to 0.9 named those of settings and thumbnails."""
_BLOCK = 1 << 20


@contextmanager
def atomic_path(
    path: Path, *, replace: bool, sync: bool = True, mode: int = 0o644
) -> Generator[Path]:
    """An empty temporary file, which becomes ``path`` when the block ends without an error.

    Args:
        path: the target; its folder is there.
        replace: may take the place of a file that is there.
        sync: wait until the bytes are on the disk, so that after a power cut there is the old
            file or the new one. Without, there may be an empty one: for what can be made again.
        mode: permissions of the new file.

    Raises:
        FileExistsError: something is there, and ``replace`` is False.
        OSError: the disk is full or the folder cannot be written. Nothing is left either way.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        if sync:
            sync_file(temporary)
        temporary.chmod(mode)
        if replace:
            temporary.replace(path)
        else:
            _name_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_file(
    path: Path, data: bytes, *, replace: bool, sync: bool = True, mode: int = 0o644
) -> None:
    """Write a whole file. Args and raises: as ``atomic_path``."""
    with atomic_path(path, replace=replace, sync=sync, mode=mode) as temporary:
        temporary.write_bytes(data)


def try_writing(folder: Path) -> None:
    """Make ``folder`` if needed, and a file in it that is gone again. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(prefix=_PREFIX, dir=folder):
        pass


@contextmanager
def temporary_folder(parent: Path) -> Generator[Path]:
    """A hidden folder for what is only needed meanwhile. Raises: OSError."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as folder:
        yield Path(folder)


def leftovers(*folders: Path) -> list[Path]:
    """The temporary files and folders in these folders; none of them may be in use."""
    return [path for folder in folders for name in _LEFTOVERS for path in folder.glob(name)]


def remove(path: Path) -> None:
    """Delete a file, a link or a whole folder, if it is there. Raises: OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Wait until the bytes of a file are on the disk. Raises: OSError."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk. Raises: OSError."""
    if sys.platform == "win32":
        return  # folders cannot be opened there; NTFS journals the rename
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name_new(temporary: Path, path: Path) -> None:
    """Give a finished file its name. Raises: OSError; FileExistsError when it is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network drives have no hard links; exclusive creation still never replaces.
        target = path.open("xb")
        try:
            with target, temporary.open("rb") as source:
                shutil.copyfileobj(source, target, _BLOCK)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)  # half of it, and made here
            raise
