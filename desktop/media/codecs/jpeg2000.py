"""What Pillow does not tell about a JPEG 2000 picture: its colour profile, how far it reduces.

Boxes and markers as in ISO/IEC 15444-1, annexes A and I.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MAX_PROFILE = 8 * 1024 * 1024
_CODESTREAM = b"\xff\x4f\xff\x51"
_COD = 0xFF52
_START_OF_TILE = 0xFF90


def colour_profile(data: bytes) -> bytes | None:
    """The ICC profile in the header, if it has one."""
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind != b"jp2h":
            continue
        for inner, first, last in _boxes(data, start, end):
            is_restricted_icc = inner == b"colr" and data[first : first + 1] in (b"\x02", b"\x03")
            if is_restricted_icc and last - first <= _MAX_PROFILE:
                return data[first + 3 : last]
    return None


def resolution_levels(data: bytes) -> int:
    """How many times both sides can be halved while decoding; 0 when it is not said."""
    start = data.find(_CODESTREAM, 0, 1 << 20)
    position = start + 2
    while 2 <= position <= len(data) - 14:
        marker, length = struct.unpack_from(">HH", data, position)
        if marker == _COD:
            return min(32, data[position + 9])
        if marker == _START_OF_TILE or length < 2:
            break
        position += 2 + length
    return 0


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where the content of each box begins and ends."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        first = start + 8
        if length == 1 and start + 16 <= end:
            (length,) = struct.unpack_from(">Q", data, first)
            first += 8
        last = end if length == 0 else start + length
        if last > end or last < first:
            return
        yield kind, first, last
        start = last
