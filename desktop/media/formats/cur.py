"""Cursors of Windows: icons, with a point to click with."""

from __future__ import annotations

import struct

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source
from desktop.media.formats.ico import ICO


def _open(encoded: Encoded) -> Source:
    """As an icon, whose list has planes and depth where the point is."""
    data = bytearray(encoded.data)
    data[2] = 1
    (count,) = struct.unpack_from("<H", data, 4)
    for index in range(count):
        (start,) = struct.unpack_from("<I", data, 18 + 16 * index)
        (depth,) = struct.unpack_from("<H", data, start + 14)  # of a bitmap; PNG tells by itself
        struct.pack_into("<HH", data, 10 + 16 * index, 1, depth)
    return ICO.open(encoded.holding(bytes(data)))


def _is_cursor(data: bytes, suffix: str) -> bool:
    return data[:4] == b"\x00\x00\x02\x00" and ICO.matches(b"\x00\x00\x01" + data[3:], suffix)


CUR = PictureFormat(
    name="CUR",
    label=marked("cursor"),
    suffixes=(".cur",),
    recognise=_is_cursor,
    libraries=("PIL.IcoImagePlugin",),
    open=_open,
)
