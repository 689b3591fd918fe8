"""Renaming a file without taking the place of another one."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_RENAME_NOREPLACE = 1
"""linux/fs.h"""
_RENAME_EXCL = 4
"""macOS, sys/stdio.h"""
_AT_FDCWD = -100
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}
"""The file system, or an old kernel, knows no such renaming."""


def rename_new(source: Path, target: Path) -> None:
    """Give a file another name, on the same disk, where nothing has that name.

    A name that differs in its case alone is free for its own file.

    Raises:
        FileExistsError: something is there already.
        OSError: the disk refuses; everything is as it was.
    """
    if not _is_itself(source, target):
        renamed = _renamed_by_system(os.fsencode(source), os.fsencode(target))
        if renamed:
            return
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    os.rename(source, target)  # noqa: PTH104 - on Windows it refuses by itself what is there


def _is_itself(source: Path, target: Path) -> bool:
    """Two spellings of one entry, on a disk that does not tell upper from lower case."""
    if source.parent != target.parent or source.name.casefold() != target.name.casefold():
        return False
    try:
        return os.path.samestat(os.lstat(source), os.lstat(target))
    except OSError:
        return False


def _renamed_by_system(source: bytes, target: bytes) -> bool:
    """In one step, with the check; False where the system has no such call.

    Raises:
        OSError: it refused.
    """
    if sys.platform.startswith("linux"):
        call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        arguments = (_AT_FDCWD, source, _AT_FDCWD, target, _RENAME_NOREPLACE)
    elif sys.platform == "darwin":
        call = getattr(ctypes.CDLL(None, use_errno=True), "renamex_np", None)
        arguments = (source, target, _RENAME_EXCL)
    else:
        return False
    if call is None:
        return False
    if call(*arguments) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), os.fsdecode(target))
