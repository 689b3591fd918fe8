"""Linux's seccomp: which system calls a process may still make.

The filter is a program for the classic Berkeley packet filter, built here and given to the kernel:
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Mapping

from desktop.core.confinement.system_calls import CALLS, OWN_ID, Check

_ARCHITECTURES = {"x86_64": (0xC000003E, 0, 317), "aarch64": (0xC00000B7, 1, 277)}
"""``AUDIT_ARCH`` of a processor, its column in ``CALLS``, and its number of ``seccomp``."""
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets in ``struct seccomp_data``; both processors have the low half of an argument first."""
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_DENIED, _UNKNOWN = _ERROR | errno.EPERM, _ERROR | errno.ENOSYS
_OTHER_INTERFACE = 0x40000000
"""From here on are the calls of x86-64's second interface."""
_NEWER = 424
"""From here on libraries try a call, and do without where there is none."""
_SET_FILTER, _IN_ALL_THREADS, _ASK_FOR = 1, 1, 2

_Step = tuple[int, int, int, int]
"""Operation, how far to jump when true and when false, operand."""

_LIBC: ctypes.CDLL | None = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _Program(ctypes.Structure):
    _fields_ = (("count", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_there() -> bool:
    """This kernel filters system calls, and we know those of this processor."""
    known = _ARCHITECTURES.get(platform.machine())
    if _LIBC is None or known is None:
        return False
    action = ctypes.c_uint32(_KILL)
    return not _LIBC.syscall(known[2], _ASK_FOR, 0, ctypes.byref(action))


def allow_only(calls: Mapping[str, Check | None]) -> bool:
    """All threads of this process may make these system calls and no others, which fail.

    Call it only with ``no_new_privileges`` set. True where the system enforces it.
    """
    return _install(calls, is_allowed=True)


def deny(calls: Mapping[str, Check | None]) -> bool:
    """As ``allow_only``, the other way round: these fail, unless they pass their check."""
    return _install(calls, is_allowed=False)


def _install(calls: Mapping[str, Check | None], *, is_allowed: bool) -> bool:
    if not is_there() or _LIBC is None:
        return False
    architecture, column, number = _ARCHITECTURES[platform.machine()]
    steps = _steps(calls, architecture, column, is_allowed=is_allowed)
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    return not _LIBC.syscall(number, _SET_FILTER, _IN_ALL_THREADS, ctypes.byref(program))


def _steps(
    calls: Mapping[str, Check | None], architecture: int, column: int, *, is_allowed: bool
) -> list[_Step]:
    found: list[_Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _OTHER_INTERFACE),
        (_RETURN, 0, 0, _UNKNOWN),
    ]
    for name, check in calls.items():
        number = CALLS[name][column]
        if number < 0:
            continue
        answer = _UNKNOWN if number >= _NEWER else _DENIED
        if check is None:
            body: list[_Step] = [(_RETURN, 0, 0, _ALLOW if is_allowed else answer)]
        else:
            body = _checking(check, answer)
        found += [(_EQUAL, 0, len(body), number), *body]
    if not is_allowed:
        return [*found, (_RETURN, 0, 0, _ALLOW)]
    rest: list[_Step] = [(_AT_LEAST, 0, 1, _NEWER), (_RETURN, 0, 0, _UNKNOWN)]
    return [*found, *rest, (_RETURN, 0, 0, _DENIED)]


def _checking(check: Check, answer: int) -> list[_Step]:
    argument, mask, values = check
    wanted = sorted(os.getpid() if value == OWN_ID else value for value in values)
    return [
        (_LOAD, 0, 0, _ARGUMENTS + 8 * argument),
        (_AND, 0, 0, mask),
        *((_EQUAL, len(wanted) - at, 0, value) for at, value in enumerate(wanted)),
        (_RETURN, 0, 0, answer),
        (_RETURN, 0, 0, _ALLOW),
    ]
