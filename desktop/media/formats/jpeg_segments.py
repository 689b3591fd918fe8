"""JPEG files that are whole but for what does not matter: a segment of notes, the end marker.

Segments and markers as in ITU-T T.81, annex B.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_NEEDED = frozenset({*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xE0, 0xEE})
"""Frames, tables, the restart interval, and by what JFIF and Adobe name the colour space."""
_LEAST_LENGTH = {0xE0: 14, 0xEE: 12}
_KEPT_IF_SOUND = {0xE1: b"Exif\0\0", 0xE2: b"ICC_PROFILE\0"}
_MARKER = re.compile(rb"\xff[\xc0-\xd8\xda-\xfe]")
_SCAN = re.compile(rb"\xff\xda\x00.[\x01-\x04]", re.DOTALL)
_PADDING = b"\x55\xa6\x93" * 64
"""Reads as coefficients of some kind, whatever the Huffman tables."""


def without_notes(data: bytes) -> bytes:
    """The file without what its pixels do not need, where a segment's length may be wrong."""
    parts = [data[:2]]
    for marker, start, end in segments(data):
        body = data[start + 4 : end]
        if marker == _START_OF_SCAN:
            return b"".join([*parts, data[start:]])
        if len(body) < _LEAST_LENGTH.get(marker, 0):
            continue
        note = _KEPT_IF_SOUND.get(marker)
        if marker in _NEEDED or (note and body.startswith(note)):
            parts.append(data[start:end])
    return data


def has_end(data: bytes) -> bool:
    """True when an end marker follows the first scan."""
    scan = next((start for kind, start, _ in segments(data) if kind == _START_OF_SCAN), 0)
    return data.rfind(END) > scan


def possible_ends(data: bytes) -> tuple[bytes, ...]:
    """Endings for a file that has none.

    What comes after the last pixel has no say in it. So if all pixels are there, the picture is the
    same with each of these; if not, what is missing is grey with one and noise with the others. The
    last one is for a file that stops between two restart intervals.
    """
    at = max(data.rfind(bytes((0xFF, marker))) for marker in range(0xD0, 0xD8))
    following = 0xD0 + (data[at + 1] - 0xD0 + 1) % 8 if at >= 0 else 0xD0
    return END, _PADDING + END, bytes((0xFF, following)) + _PADDING + END


def has_all_scans(data: bytes) -> bool:
    """True when the scans of a progressive picture bring every bit of every coefficient.

    One that was cut off between two scans looks whole, only blurred.
    """
    missing: dict[int, set[int]] = {}
    first_scan = next((start for kind, start, _ in segments(data) if kind == _START_OF_SCAN), 0)
    for found in _SCAN.finditer(data, first_scan):
        count = data[found.start() + 4]
        start = found.start() + 5
        parameters = data[start : start + 2 * count + 3]
        if len(parameters) < 2 * count + 3:
            return False
        first, last, precision = parameters[-3:]
        for component in parameters[0 : 2 * count : 2]:
            left = missing.setdefault(component, set(range(64)))
            if not precision & 15:
                left.difference_update(range(first, last + 1))
    return bool(missing) and not any(missing.values())


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, and where each begins and ends, to the first scan.

    A segment is believed when another marker follows it. Where none does, the next one is searched
    for, past any whole picture in between, as EXIF has one.
    """
    position = 2
    while found := _MARKER.search(data, position):
        start = found.start()
        marker = data[start + 1]
        if marker == 0xD8:
            end = data.find(END, start)
            position = end + 2 if end > 0 else start + 2
            continue
        if start + 4 > len(data):
            return
        (length,) = struct.unpack_from(">H", data, start + 2)
        end = start + 2 + length
        if marker == _START_OF_SCAN or (length >= 2 and data[end : end + 1] == b"\xff"):
            yield marker, start, end
            if marker == _START_OF_SCAN:
                return
            position = end
        else:
            position = start + 2
