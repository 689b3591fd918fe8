"""The parts of a Photoshop document, so that one that is damaged does not cost the merged picture.

As Adobe's "Photoshop File Formats Specification" has them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_HEADER_BYTES = 26
_LARGE_DOCUMENT = 2
_MARKS = frozenset({b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"})
_ABOUT_THE_PICTURE = frozenset({1033, 1036, 1039, 1046, 1047, 1053, 1057})
"""Previews, profile, what is clear of a palette and by which channel, whether it was merged."""


def with_less(data: bytes) -> Iterator[bytes]:
    """The document without the notes that could do harm; then without its layers, too.

    Raises:
        struct.error: it breaks off before its picture.
    """
    (version,) = struct.unpack_from(">H", data, 4)
    (length,) = struct.unpack_from(">I", data, _HEADER_BYTES)
    start = _HEADER_BYTES + 4 + length
    (length,) = struct.unpack_from(">I", data, start)
    at = start + 4 + length
    notes = b"".join(_sound_resources(data[start + 4 : at]))
    head = data[:start] + struct.pack(">I", len(notes)) + notes
    layers = struct.Struct(">Q" if version == _LARGE_DOCUMENT else ">I")
    (length,) = layers.unpack_from(data, at)
    picture = data[at + layers.size + length :]
    yield head + data[at:]
    yield head + layers.pack(0) + picture


def _sound_resources(block: bytes) -> Iterator[bytes]:
    at = 0
    while at + 12 <= len(block) and block[at : at + 4] in _MARKS:
        (number,) = struct.unpack_from(">H", block, at + 4)
        start = at + 6 + -(-(1 + block[at + 6]) // 2) * 2  # behind a name
        if start + 4 > len(block):
            return
        (length,) = struct.unpack_from(">I", block, start)
        end = start + 4 + length
        if end > len(block):
            return
        end += length % 2
        if number in _ABOUT_THE_PICTURE:
            yield block[at:end]
        at = end
