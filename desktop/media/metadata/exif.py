"""EXIF: what cameras write, as CIPA DC-008 (Exif 3.0) numbers it; Pillow takes it apart."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, cast

from PIL import Image

from desktop.core.metadata import NO_METADATA, Metadata
from desktop.media.formats.pillow import quiet_decoders
from desktop.media.metadata.camera_name import camera_name

_EXIF, _GPS = 0x8769, 0x8825
_MOST_DIRECTORIES = 8
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Type of a value -> bytes (TIFF 6.0, section 2)."""
_ALWAYS_ALLOWED = 1 << 20
_DATE = re.compile(r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_SAYS_NOTHING = frozenset(
    {
        *("olympus digital camera", "minolta digital camera", "konica minolta digital camera"),
        *("sony dsc", "dcim", "samsung", "digital camera", "default", "untitled"),
    }
)
"""Descriptions that cameras put into each of their pictures."""

Directory = Mapping[int, Any]

_DAMAGE = (
    *(SyntaxError, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(ArithmeticError, RuntimeError, struct.error),
)
"""What Pillow raises over directories that are none."""


def read_exif(data: bytes) -> Metadata:
    """Of a block of EXIF, or of a file made like TIFF.

    What is damaged is left out, and what is not kept.
    """
    found = _directory(data)
    if found is None:
        return NO_METADATA
    return _from_directories(found, _inside(found, _EXIF), _inside(found, _GPS))


def read_camera(data: bytes) -> Metadata:
    """Of a block that is the camera's directory alone; as ``read_exif``."""
    return _from_directories({}, _directory(data) or {}, {})


def read_place(data: bytes) -> Metadata:
    """Of a block that is the directory of the place alone; as ``read_exif``."""
    return _from_directories({}, {}, _directory(data) or {})


def is_modest(data: bytes) -> bool:
    """What the directories of a block say that they hold is no more than there is room for.

    Pillow copies each value, and a short file can say of thousands that each is all of the file.
    """
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)

    waiting, seen, total = [number(4, 4)], set[int](), 0
    while waiting and len(seen) < _MOST_DIRECTORIES:
        start = waiting.pop()
        if start in seen or not 0 < start < len(data):
            continue
        seen.add(start)
        for entry in range(start + 2, start + 2 + 12 * number(start, 2), 12):
            tag, kind, count = number(entry, 2), number(entry + 2, 2), number(entry + 4, 4)
            total += count * _SIZES.get(kind, 8)
            if tag in {_EXIF, _GPS}:
                waiting.append(number(entry + 8, 4))
    return total <= 2 * len(data) + _ALWAYS_ALLOWED


def _directory(data: bytes) -> Image.Exif | None:
    if not data or not is_modest(data):
        return None
    quiet_decoders()
    found = Image.Exif()
    try:
        found.load(data)
    except _DAMAGE:
        return None
    return found


def _from_directories(first: Directory, exif: Directory, gps: Directory) -> Metadata:
    """Of three directories of tags: the picture's, the camera's, the place's."""
    place = _degrees(gps, 1, "S", 90), _degrees(gps, 3, "W", 180)
    latitude, longitude = place if None not in place else (None, None)
    description = _text(first, 0x010E)
    if description.casefold() in _SAYS_NOTHING:
        description = ""
    authors = _text(first, 0x013B) or _wide(first, 0x9C9D)
    return Metadata(
        camera=camera_name(_text(first, 0x010F), _text(first, 0x0110)),
        lens=_text(exif, 0xA434),
        focal_length=_number(exif, 0x920A),
        focal_length_35=_number(exif, 0xA405),
        aperture=_number(exif, 0x829D),
        exposure=_number(exif, 0x829A),
        iso=int(_number(exif, 0x8827)),
        taken_at=_moment(exif),
        software=_text(first, 0x0131),
        title=_wide(first, 0x9C9B),
        description=description or _wide(first, 0x9C9C) or _comment(exif),
        creator=tuple(filter(None, (each.strip() for each in authors.split(";")))),
        copyright=_copyright(first),
        keywords=tuple(_wide(first, 0x9C9E).split(";")),
        latitude=latitude,
        longitude=longitude,
    )


def _inside(found: Image.Exif, tag: int) -> Directory:
    try:
        return cast("Directory", found.get_ifd(tag))
    except _DAMAGE:
        return {}


def _value(directory: Directory, tag: int) -> Any:
    try:
        return directory.get(tag)
    except _DAMAGE:
        return None


def _text(directory: Directory, tag: int) -> str:
    value = _value(directory, tag)
    if isinstance(value, tuple):
        value = next(iter(cast("tuple[Any, ...]", value)), "")
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    # ASCII it should be, and UTF-8 it is as a rule where it is not; Pillow takes it for Latin-1.
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    return value.split("\x00", 1)[0].strip()


def _wide(directory: Directory, tag: int) -> str:
    """Of the tags of Windows, which are UTF-16."""
    value = _value(directory, tag)
    if isinstance(value, tuple):
        with suppress(ValueError, TypeError):
            value = bytes(cast("tuple[int, ...]", value))
    return value.decode("utf-16-le", "replace").rstrip("\x00") if isinstance(value, bytes) else ""


def _comment(exif: Directory) -> str:
    value = _value(exif, 0x9286)
    if not isinstance(value, bytes):
        return ""
    code, body = value[:8], value[8:]
    if code.startswith(b"UNICODE"):
        text = body.decode("utf-16-be" if body[:1] == b"\x00" else "utf-16-le", "replace")
    elif code.startswith((b"ASCII", bytes(8))):
        text = body.decode("utf-8", "replace")
    else:
        return ""
    return text.strip("\x00 \n")


def _copyright(first: Directory) -> str:
    """The photographer's and the editor's, with a zero between them."""
    value = _value(first, 0x8298)
    if isinstance(value, tuple):
        value = "\x00".join(map(str, cast("tuple[object, ...]", value)))
    if isinstance(value, str) and "\x00" in value.strip("\x00 "):
        both = [part.strip() for part in value.split("\x00")]
        value = ", ".join(dict.fromkeys(filter(None, both)))
        return _text({0: value}, 0)
    return _text(first, 0x8298)


def _number(directory: Directory, tag: int) -> float:
    value = _value(directory, tag)
    if isinstance(value, tuple):
        value = next(iter(cast("tuple[Any, ...]", value)), 0)
    with suppress(*_DAMAGE):
        number = float(value)
        return round(number, 7) if 0 < number < 1e9 else 0.0
    return 0.0


def _moment(exif: Directory) -> str:
    for tag, of_offset in ((0x9003, 0x9011), (0x9004, 0x9012)):
        found = _DATE.match(_text(exif, tag))
        if found:
            year, month, day, hour, minute, second = found.groups()
            offset = _OFFSET.fullmatch(_text(exif, of_offset))
            shown = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
            return shown + (offset.group() if offset else "")
    return ""


def _degrees(gps: Directory, tag: int, negative: str, most: float) -> float | None:
    parts = _value(gps, tag + 1)
    if not isinstance(parts, tuple):
        return None
    try:
        degrees, minutes, seconds = (
            float(part) for part in (*cast("tuple[Any, ...]", parts), 0, 0)[:3]
        )
    except _DAMAGE:
        return None
    whole = degrees + minutes / 60 + seconds / 3600
    if not 0 <= whole <= most:
        return None
    return -whole if _text(gps, tag).upper().startswith(negative) else whole
