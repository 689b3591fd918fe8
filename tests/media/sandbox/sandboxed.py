"""What the tests of the sandbox run in it: well-behaved, slow, greedy, crashing, lying.

As a program (``python -m tests.media.sandbox.sandboxed FUNCTION NOTE``): runs one of them in a
sandbox, having written the decoder's process id to NOTE, and waits to be killed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.core.errors import FileDamaged, FileError
from desktop.core.text import tr
from desktop.media.confinement import files_allowed
from desktop.media.decode import decode_bytes
from desktop.media.formats.format import DecodeLimits, Needed, PictureFormat, Room
from desktop.media.formats.registry import find_format
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox
from tests import attempts

_C = ctypes.PyDLL(None) if sys.platform != "win32" else None
_LATE: list[str] = []
_LOADED: dict[str, int] = {"is_spoiled": False, "threads": 0}


def prepare() -> None:
    """Nothing to load."""


def prepare_all() -> None:
    """What the program has its decoders load; this module came with the name of the function."""
    load_libraries()


def prepare_watched() -> None:
    """Load everything, then note what Python loads and opens all the same."""
    load_libraries()
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"import", "open"} and not isinstance(arguments[0], int):  # one handed over
        _LATE.append(f"{event} {arguments[0]}")


def decode_watched(data: bytes, name: str, shorter: int) -> tuple[Any, list[str]]:
    """What decoding gives: pixels or the reason why not; and what was loaded for it."""
    _LATE.clear()
    return outcome(data, name, shorter), list(_LATE)


def forget_late(_: bytes) -> list[str]:
    """What was loaded since it was last asked."""
    late = list(_LATE)
    _LATE.clear()
    return late


def outcome(data: bytes, name: str, shorter: int) -> Any:
    """The pixels, or the reason why there are none."""
    format_found = find_format(data, name)
    if not isinstance(format_found, PictureFormat):
        return "not a picture"
    needed, limits = Needed(shorter=shorter), DecodeLimits()
    try:
        picture = decode_bytes(data, Path(name), needed, limits, room=nullcontext)
    except FileError as error:
        return f"{error.kind}: {error.message} {error.next_step}"
    return np.asarray(picture.image)


def draw(_: bytes, mode: str, size: tuple[int, int]) -> Image.Image:
    """No two rows or columns near each other are alike."""
    across, down = (np.arange(side, dtype=np.uint32) for side in size)
    values = across[np.newaxis, :] * 7 + down[:, np.newaxis] * 13
    bands = [Image.fromarray((values * (band + 1) % 251).astype(np.uint8)) for band in range(4)]
    return Image.merge(mode, bands[: len(mode)])


class _Claimed(Image.Image):
    """A picture that says that it is another size than it is."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self._mode, self._size = "RGB", size


def claim(_: bytes, size: tuple[int, int]) -> Image.Image:
    return _Claimed(size)


def prepare_all_and_count() -> None:
    load_libraries()
    _LOADED["threads"] = len(list(Path("/proc/self/task").iterdir()))


def count_of_threads_at_first(_: bytes) -> int:
    return _LOADED["threads"]


def run_out_of_descriptors(_: bytes) -> None:
    try:
        raise OSError(errno.EMFILE, "Too many open files")
    except OSError as error:
        raise SyntaxError("broken picture") from error  # as decoders pass it on


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


def refuse_in_the_persons_language(_: bytes) -> None:
    raise FileDamaged(Path(), tr("The document has no pages."))


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


def attempt(_: bytes, folder: str) -> list[str]:
    """All that whoever has taken over a decoder would try, with files allowed as well."""
    with files_allowed():
        return attempts.reached(folder)


def look_while_files_are_allowed(_: bytes, path: str) -> list[str]:
    with files_allowed():
        found = open_doors(b"", path)
        if list(Path("/usr/share/fonts").iterdir()):
            found.append("the fonts")
    return found


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
    # By its name, by which the decoder knows it, too.
    from tests.media.sandbox import sandboxed

    sandboxed.main(*sys.argv[1:])
