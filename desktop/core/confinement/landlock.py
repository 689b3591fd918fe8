"""Linux's Landlock: which files a process may still reach, by paths.

https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""Numbers of the system calls, the same on every processor."""
_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_READING = _READ_FILE | _READ_DIR
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""Writing, and making and removing entries of folders of every kind."""
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_TCP = 0b11
"""Listening and connecting."""
_SCOPES = 0b11
"""Abstract sockets of others, and signals to others."""
_ALL_THREADS = 1 << 3

_LIBC: ctypes.CDLL | None = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    if _LIBC is None:
        return 0
    return max(0, _LIBC.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION))


def restrict(
    *, readable: Iterable[Path] | None = None, writable: Iterable[Path] = (), executes: bool = False
) -> bool:
    """Nothing on the disk, in TCP and among other processes is within reach any more, for this
    thread and those that it will start, but what is named. True where the system enforces it.

    Call it only with ``no_new_privileges`` set.

    Args:
        readable: files and folders with all that is in them; None: everything.
        writable: the same, to change.
        executes: programs may be started.
    """
    abi = version()
    if not abi or _LIBC is None:
        return False
    changes = _CHANGES | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    files = changes | (0 if executes else _EXECUTE) | (0 if readable is None else _READING)
    wanted = _Ruleset(files, _TCP if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = _LIBC.syscall(_CREATE, ctypes.byref(wanted), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for allowed, paths in ((_READING & files, readable or ()), (changes | _READING, writable)):
            for path in paths:
                _allow(ruleset, path, allowed & files)
        # Threads that run already are included from version 8 on.
        return not _LIBC.syscall(_RESTRICT, ruleset, _ALL_THREADS if abi >= 8 else 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    assert _LIBC is not None
    with suppress(OSError):  # what is not there needs no right
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType, reportUnknownVariableType]
        try:
            if not path.is_dir():
                rights &= _OF_FILES
            beneath = _Beneath(rights, opened)
            _LIBC.syscall(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0)
        finally:
            os.close(opened)
