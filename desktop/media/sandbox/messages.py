"""The messages between the program and its decoder processes.

A decoder process works on untrusted bytes, so its replies are not trusted either: reading one
makes nothing but numbers, text, arrays, pictures and the data classes of this room.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image


@dataclass(frozen=True, slots=True)
class Task:
    """One call to make.

    Attributes:
        function: of a module; called with the bytes or the open file first.
        file: path of the file to open where open files cannot be sent; empty for one that
            follows, None when bytes follow.
        seconds: after which the process must be gone if it has not answered.
        with_room: give it a ``room`` that asks over there.
        in_parts: give it ``hand_over``, by which it sends one result after the other.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    file: str | None
    seconds: float
    with_room: bool
    in_parts: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """The libraries are loaded and the limits set."""


@dataclass(frozen=True, slots=True)
class RoomWanted:
    """Asks whether so many bytes may be taken; any answer means yes."""

    amount: int


@dataclass(frozen=True, slots=True)
class Part:
    """One of several results. The process waits for an answer, or for ``Stop``."""

    result: Any


@dataclass(frozen=True, slots=True)
class Stop:
    """Instead of an answer: no more parts are wanted."""


@dataclass(frozen=True, slots=True)
class Done:
    result: Any


@dataclass(frozen=True, slots=True)
class Refused:
    """A ``FileError``, without the path, which only the program knows."""

    kind: str
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """More than the process may have."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An unexpected error; ``trace`` is for the log."""

    trace: str


Reply = Ready | RoomWanted | Part | Done | Refused | OutOfMemory | Failed

SIZE_BYTES = 8
"""What is sent over is the size of each part of a reply; the part lies in the memory that both
share until the next one is asked for."""
NEXT = b"next"
"""Asks for the next part."""
SHARED_BYTES = 4 << 20
MOST_BYTES = 1 << 30
"""Of a reply; a picture of the most pixels that are decoded has a third of it."""
_PIXEL_BYTES = 1 << 20
"""Of a picture at once, so that what copies them never holds up another thread for long: a hundred
megapixels in one piece take longer than a window may stand still. A thumbnail fits in."""
_MODES = {"L": 1, "RGB": 3, "RGBA": 4}
"""Of the pictures that are told, and their bytes a pixel."""

_ROOM = "desktop.media."
_ALLOWED = frozenset(
    {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("desktop.core.text", "Text"),
        ("desktop.core.metadata", "Metadata"),
        *(
            (f"numpy.{core}.{module}", name)
            for core in ("core", "_core")
            for module, name in (("multiarray", "_reconstruct"), ("numeric", "_frombuffer"))
        ),
    }
)


class _Writer(pickle.Pickler):
    """Leaves the pixels of pictures out."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.pictures: list[Image.Image] = []

    def persistent_id(self, obj: Any, /) -> Any:
        if not (isinstance(obj, Image.Image) and obj.mode in _MODES):
            return None
        self.pictures.append(obj)
        return obj.mode, *obj.size


class _Reader(pickle.Unpickler):
    """Makes pictures that wait for their pixels."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.pictures: list[Image.Image] = []
        self._most_bytes = MOST_BYTES

    def persistent_load(self, pid: Any, /) -> Image.Image:
        match pid:
            case (str(mode), int(width), int(height)) if mode in _MODES and min(width, height) > 0:
                self._most_bytes -= width * height * _MODES[mode]
            case _:
                raise pickle.UnpicklingError("not a picture")
        if self._most_bytes < 0:
            raise pickle.UnpicklingError("more pixels than any picture has")
        self.pictures.append(Image.new(mode, (width, height), None))
        return self.pictures[-1]

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        key = module_name, global_name
        is_ours = module_name.startswith(_ROOM) and "." not in global_name
        if not (is_ours or key in _ALLOWED):
            if key == ("dataclasses", "_dataclass_setstate"):
                return super().find_class(module_name, global_name)
            raise pickle.UnpicklingError(f"a reply may not name {module_name}.{global_name}")
        found: Any = super().find_class(module_name, global_name)
        if is_ours and not (isinstance(found, type) and dataclasses.is_dataclass(found)):
            raise pickle.UnpicklingError(f"{global_name} is no data class")
        return found


def write_reply(reply: Reply) -> Iterator[bytes]:
    """A reply in parts of at most ``SHARED_BYTES``: those of its pickle, of which the last is
    shorter, then the pixels of its pictures, box by box.

    Raises:
        MemoryError: before the first part.
    """
    file = io.BytesIO()
    writer = _Writer(file)
    writer.dump(reply)
    return _parts(file.getvalue(), writer.pictures)


def _parts(data: bytes, pictures: Iterable[Image.Image]) -> Iterator[bytes]:
    for start in range(0, len(data) + 1, SHARED_BYTES):
        yield data[start : start + SHARED_BYTES]
    for picture in pictures:
        if _is_small(picture):
            yield picture.tobytes()
            continue
        for box in _boxes(picture):
            yield picture.crop(box).tobytes()


def read_reply(parts: Iterator[memoryview]) -> Reply:
    """A reply from its parts, each of which is read before the next is asked for.

    Raises:
        pickle.UnpicklingError: not a reply, or it names a type that no reply may.
    """
    data = bytearray()
    for part in parts:
        data += part
        if len(part) < SHARED_BYTES:
            break
        if len(data) > MOST_BYTES:
            raise pickle.UnpicklingError("larger than any reply")
    reader = _Reader(io.BytesIO(data))
    try:
        reply: object = reader.load()
        for picture in reader.pictures:
            if _is_small(picture):
                picture.frombytes(next(parts))
                continue
            for box in _boxes(picture):
                size = box[2] - box[0], box[3] - box[1]
                picture.paste(Image.frombytes(picture.mode, size, next(parts)), box[:2])
    except (pickle.UnpicklingError, OSError):
        raise
    except Exception as error:
        raise pickle.UnpicklingError("not a reply") from error
    if not isinstance(reply, Reply):
        raise pickle.UnpicklingError("not a reply")
    return reply


def _is_small(picture: Image.Image) -> bool:
    return picture.width * picture.height * _MODES[picture.mode] <= _PIXEL_BYTES


def _boxes(picture: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of its parts."""
    width, height = picture.size
    most = _PIXEL_BYTES // _MODES[picture.mode]
    across = min(width, most)
    down = most // across
    for top in range(0, height, down):
        for left in range(0, width, across):
            yield left, top, min(width, left + across), min(height, top + down)
