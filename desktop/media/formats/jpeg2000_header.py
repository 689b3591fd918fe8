"""What a JPEG 2000 file says of its picture: boxes and markers as in ISO/IEC 15444-1, annexes A
and I. Pillow tells neither the colour profile, nor how deep and how far apart the samples are."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from desktop.media.formats.iso_media import boxes

CODESTREAM = b"\xff\x4f\xff\x51"
_COD, _COC = 0xFF52, 0xFF53
_START_OF_TILE = 0xFF90
_MAX_PROFILE = 8 * 1024 * 1024
_BY_NUMBER, _ICC = b"\x01", (b"\x02", b"\x03")
_CMYK = 12


@dataclass(frozen=True, slots=True)
class Jpeg2000Header:
    """What it says.

    Attributes:
        depths: bits of each component.
        is_signed: some component has numbers below zero.
        halvings: how many times both sides can be halved while decoding; 0 also for a picture that
            does not begin in the corner of its grid, for Pillow compares places on the reduced
            grid with some on the full one, and for components of different sizes.
        profile: the ICC profile.
        is_cmyk: its numbers are those of printing inks.
    """

    depths: tuple[int, ...]
    is_signed: bool
    halvings: int
    profile: bytes | None
    is_cmyk: bool


def read_header(data: bytes) -> Jpeg2000Header:
    """Raises: ValueError, struct.error: there is no picture in it."""
    start = data.find(CODESTREAM, 0, 1 << 20)
    if start < 0:
        raise ValueError("no codestream")
    (count,) = struct.unpack_from(">H", data, start + 40)
    components = data[start + 42 : start + 42 + 3 * count]
    steps = set(components[1::3]) | set(components[2::3])
    is_plain = steps == {1} and not any(data[start + 16 : start + 24])
    profile, is_cmyk = _colours(data)
    return Jpeg2000Header(
        depths=tuple((depth & 127) + 1 for depth in components[::3]),
        is_signed=any(depth & 128 for depth in components[::3]),
        halvings=_resolutions(data, start, count) if is_plain else 0,
        profile=profile,
        is_cmyk=is_cmyk,
    )


def _colours(data: bytes) -> tuple[bytes | None, bool]:
    """The profile, and whether the colours are those of inks."""
    for kind, start, end in boxes(data, 0, len(data)):
        if kind != b"jp2h":
            continue
        for inner, first, last in boxes(data, start, end):
            if inner != b"colr":
                continue
            method = data[first : first + 1]
            if method in _ICC and last - first <= _MAX_PROFILE:
                return data[first + 3 : last], data[first + 19 : first + 23] == b"CMYK"
            if method == _BY_NUMBER and last - first >= 7:
                return None, int.from_bytes(data[first + 3 : first + 7], "big") == _CMYK
    return None, False


def _resolutions(data: bytes, start: int, count: int) -> int:
    """The least of what is said of all components and of single ones; 0 when it is not said."""
    found: list[int] = []
    position = start + 2
    while position <= len(data) - 14:
        marker, length = struct.unpack_from(">HH", data, position)
        if marker == _COD:
            found.append(data[position + 9])
        elif marker == _COC:  # whose number takes a byte or, of many, two
            found.append(data[position + (6 if count < 257 else 7)])
        elif marker == _START_OF_TILE or length < 2:
            break
        position += 2 + length
    return min(32, *found) if found else 0
