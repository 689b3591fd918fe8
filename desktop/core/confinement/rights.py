"""What a process of ours gives up before it touches a stranger's data, on each system.

| | Linux | macOS | Windows |
|---|---|---|---|
| changing files | Landlock, seccomp | sandbox profile | low integrity |
| reading files | Landlock | sandbox profile | – |
| network | seccomp, Landlock | sandbox profile | – |
| other processes, programs | seccomp, Landlock | sandbox profile | no child processes |
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from pathlib import Path

from desktop.core.confinement import landlock, macos, seccomp, windows
from desktop.core.confinement.system_calls import ALLOWED_TO_DECODERS, DENIED_TO_ENCODERS

_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITIES = 0x20080522
"""The version of the structure that ``capset`` is told."""


def give_up_all_but_decoding(readable: Iterable[Path]) -> None:
    """No file is changed, none but ``readable`` opened, no program started, no other process or
    computer reached, from now on; of threads that run already only where that can be had.

    What the system does not offer is left out, so that pictures can be read everywhere;
    ``held`` says what it offers.
    """
    if sys.platform == "linux":
        _no_new_privileges()
        landlock.restrict(readable=readable)
        seccomp.allow_only(ALLOWED_TO_DECODERS)
    elif sys.platform == "darwin":
        macos.restrict(has_files=False)
    elif sys.platform == "win32":
        windows.restrict(has_files=False)


def give_up_changing(writable: Iterable[Path]) -> None:
    """No file is changed but in ``writable``, and no other process signalled or computer reached
    by TCP, by this thread and those it starts. Linux alone can do this to a process that still
    has to load its libraries."""
    if sys.platform == "linux":
        _no_new_privileges()
        landlock.restrict(writable=writable, executes=True)


def give_up_starting() -> None:
    """No program is started any more, no other process or computer reached, and on Linux no name
    on the disk changed, by any thread."""
    if sys.platform == "linux":
        seccomp.deny(DENIED_TO_ENCODERS)
    elif sys.platform == "darwin":
        macos.restrict(has_files=True)
    elif sys.platform == "win32":
        windows.restrict(has_files=True)


def held() -> dict[str, bool]:
    """What this system keeps decoders from, as far as is known without trying."""
    by_path, by_call = bool(landlock.version()), seccomp.is_there()
    on_mac, on_windows = sys.platform == "darwin", sys.platform == "win32"
    return {
        "change_files": by_path or by_call or on_mac or on_windows,
        "read_files": by_path or on_mac,
        "use_the_network": by_call or on_mac,
        "start_programs": by_call or on_mac or on_windows,
        "reach_other_processes": by_call or on_mac,
        "take_all_memory": sys.platform == "linux",
    }


def _no_new_privileges() -> None:
    """Not even by starting a program that has some; and those of an administrator are gone."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    none = (ctypes.c_uint32 * 6)()
    libc.capset(ctypes.byref(header), ctypes.byref(none))
