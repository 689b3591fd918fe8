"""What the program and its decoder processes say to each other.

A decoder process works on bytes that a stranger wrote, so its replies are not trusted: reading one
makes nothing but numbers, text, arrays, pictures and the data classes of this room.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One call to make.

    Attributes:
        function: of a module; called with the bytes or the open file first.
        file: path of the file to open where open files cannot be sent; empty for one that
            follows, None when bytes follow.
        seconds: after which the process must be gone if it has not answered.
        with_room: give it a ``room`` that asks over there.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    file: str | None
    seconds: float
    with_room: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """The libraries are loaded and the limits set."""


@dataclass(frozen=True, slots=True)
class RoomWanted:
    """May so many bytes be taken? Anything that comes back is a yes."""

    amount: int


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
    """Nobody foresaw this; ``trace`` is for the log."""

    trace: str


Reply = Ready | RoomWanted | Done | Refused | OutOfMemory | Failed

_ROOM = "desktop.media."
_ALLOWED = frozenset(
    {
        ("PIL.Image", "Image"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        *(
            (f"numpy.{core}.{module}", name)
            for core in ("core", "_core")
            for module, name in (("multiarray", "_reconstruct"), ("numeric", "_frombuffer"))
        ),
    }
)


class _Reader(pickle.Unpickler):
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


def write_reply(reply: Reply) -> bytes:
    """A reply as bytes."""
    return pickle.dumps(reply, protocol=5)


def read_reply(data: bytes) -> Reply:
    """A reply from its bytes.

    Raises:
        pickle.UnpicklingError: it is none, or names what no reply may.
    """
    try:
        reply: object = _Reader(io.BytesIO(data)).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:
        raise pickle.UnpicklingError("not a reply") from error
    if not isinstance(reply, Reply):
        raise pickle.UnpicklingError("not a reply")
    return reply
