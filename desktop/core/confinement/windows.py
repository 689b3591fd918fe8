"""Windows: low integrity, and no child processes. Not tested: nobody here has Windows."""

from __future__ import annotations

import ctypes
import sys

_LOW = b"\x01\x01\x00\x00\x00\x00\x00\x10\x00\x10\x00\x00"
"""S-1-16-4096 as its bytes: a process of this integrity changes nothing of the person's."""
_INTEGRITY_LEVEL, _IS_INTEGRITY = 25, 0x20
_ADJUST = 0x0080 | 0x0008
_CHILD_PROCESSES = 13


class _Label(ctypes.Structure):
    _fields_ = (("sid", ctypes.c_void_p), ("attributes", ctypes.c_uint32))


def restrict(*, has_files: bool) -> bool:
    """Start no program; unless ``has_files``, change no file of the person's. True where the
    system enforces it."""
    if sys.platform != "win32":
        return False
    try:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        none_started = ctypes.c_uint32(1)
        is_alone = kernel.SetProcessMitigationPolicy(
            _CHILD_PROCESSES, ctypes.byref(none_started), ctypes.sizeof(none_started)
        )
        return bool(is_alone) and (has_files or _lower_integrity(kernel))
    except (OSError, AttributeError):
        return False


def _lower_integrity(kernel: ctypes.CDLL) -> bool:
    if sys.platform != "win32":
        return False
    advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    token = ctypes.c_void_p()
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not advapi.OpenProcessToken(process, _ADJUST, ctypes.byref(token)):
        return False
    sid = ctypes.create_string_buffer(_LOW, len(_LOW))
    label = _Label(ctypes.addressof(sid), _IS_INTEGRITY)
    size = ctypes.sizeof(label) + len(_LOW)
    is_low = advapi.SetTokenInformation(token, _INTEGRITY_LEVEL, ctypes.byref(label), size)
    kernel.CloseHandle(token)
    return bool(is_low)
