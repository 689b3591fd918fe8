"""What the tests of the sandbox run in it: well-behaved, slow, greedy, crashing, lying.

As a program (``python -m tests.media.sandboxed FUNCTION NOTE``): runs one of them in a sandbox,
having written the decoder's process id to NOTE, and waits to be killed.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import FileDamaged
from desktop.media.decode_limits import Room
from desktop.media.sandbox.pool import Sandbox

_C = ctypes.PyDLL(None) if sys.platform != "win32" else None
_LOADED: dict[str, bool] = {"is_spoiled": False}


def prepare() -> None:
    """Nothing to load."""


def process_id(_: bytes) -> int:
    return os.getpid()


def modules(_: bytes) -> list[str]:
    return sorted(sys.modules)


def reverse(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)[::-1]


def read(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def refuse(_: bytes) -> None:
    raise FileDamaged(Path("somewhere else"), "It is bent.", next_step="Unbend it.")


def fail(_: bytes) -> None:
    raise KeyError("nobody foresaw this")


def hang(_: bytes) -> None:
    time.sleep(3600)


def hang_holding_everything(_: bytes) -> None:
    """In C code that never lets another thread of the process run."""
    if _C is None:
        time.sleep(3600)
    else:
        _C.sleep(3600)


def crash(_: bytes) -> None:
    ctypes.string_at(0)


def crash_second_time(data: bytes) -> bytes:
    """As a decoder whose memory an earlier file has spoiled."""
    if _LOADED["is_spoiled"]:
        ctypes.string_at(0)
    _LOADED["is_spoiled"] = True
    return data


def take_memory(_: bytes, amount: int) -> int:
    return len(bytearray(amount))


def take_with_room(data: bytes, amount: int, *, room: Room) -> bytes:
    with room(amount):
        return data


class Attack:
    """Runs a program when it is unpickled."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[list[str]]]:
        return subprocess.call, (["touch", self._mark],)


def smuggle(_: bytes, mark: str) -> Attack:
    return Attack(mark)


def open_doors(_: bytes, path: str) -> list[str]:
    """What of the world is within reach."""
    reached: list[str] = []
    for what, attempt in (
        ("a file to read", lambda: open(path, "rb").close()),  # noqa: PTH123
        ("a file to write", lambda: open(path + ".new", "wb").close()),  # noqa: PTH123
        ("the network", lambda: socket.socket().close()),
        ("a folder", lambda: list(Path("/").iterdir())),
    ):
        try:
            attempt()
        except OSError:
            continue
        reached.append(what)
    return reached


def main(function: str, note: str) -> None:
    sandbox = Sandbox(prepare, seconds=1.0)
    process = sandbox.run(process_id, b"", Path("x"))
    with open(note, "w") as file:  # noqa: PTH123 - a plain string
        file.write(f"{process}\n")
    try:
        sandbox.run(globals()[function], b"", Path("x"), seconds=None if "hold" in function else 60)
    finally:
        time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
