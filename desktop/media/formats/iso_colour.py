"""How the colours of a HEIC or AVIF picture are meant, where it says so by code numbers (nclx)."""

from __future__ import annotations

import struct

from desktop.media.formats.iso_media import boxes
from desktop.media.stated_colour import StatedColour, stated_by_codes


def stated_colour(data: bytes) -> StatedColour | None:
    """How the colours of the main picture are meant, where it says it without a profile."""
    codes = _colour_codes(data)
    return stated_by_codes(*codes) if codes else None


def _colour_codes(data: bytes) -> tuple[int, int] | None:
    """Code numbers of the colours and of the curve of the main picture; None where it states none.

    ISO/IEC 14496-12, 12.1.5 (colr), and 23008-12, 6.5 and 9.3 (pitm, ipco, ipma).
    """
    meta = next((box for box in boxes(data, 0, len(data)) if box[0] == b"meta"), None)
    if meta is None:
        return None
    inside = {kind: (start, end) for kind, start, end in boxes(data, meta[1] + 4, meta[2])}
    properties = {
        kind: (start, end) for kind, start, end in boxes(data, *inside.get(b"iprp", (0, 0)))
    }
    stated: dict[int, tuple[int, int]] = {}
    every = boxes(data, *properties.get(b"ipco", (0, 0)))
    for number, (kind, start, end) in enumerate(every, start=1):
        if kind == b"colr" and data[start : start + 4] == b"nclx" and end - start >= 10:
            primaries, transfer = struct.unpack_from(">HH", data, start + 4)
            stated[number] = primaries, transfer
    try:
        main = _main_item(data, *inside[b"pitm"])
        belonging = _properties_of(data, *properties[b"ipma"], main)
    except (KeyError, struct.error):
        belonging = list(stated)
    return next((stated[number] for number in belonging if number in stated), None)


def _main_item(data: bytes, start: int, _end: int) -> int:
    return struct.unpack_from(">H" if data[start] == 0 else ">I", data, start + 4)[0]


def _properties_of(data: bytes, start: int, end: int, item: int) -> list[int]:
    """Numbers of the properties of an item, from 1 on. Raises: struct.error."""
    version, is_long = data[start], data[start + 3] & 1
    (count,) = struct.unpack_from(">I", data, start + 4)
    position = start + 8
    for _ in range(count):
        if position >= end:
            break
        (number,) = struct.unpack_from(">I" if version else ">H", data, position)
        position += 4 if version else 2
        (many,) = struct.unpack_from(">B", data, position)
        position += 1
        form, mask = (f">{many}H", 0x7FFF) if is_long else (f">{many}B", 0x7F)
        found = [value & mask for value in struct.unpack_from(form, data, position)]
        if number == item:
            return found
        position += struct.calcsize(form)
    return []
