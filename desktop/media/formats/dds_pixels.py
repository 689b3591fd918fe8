"""Textures that are not packed, in formats that Pillow does not know.

By Microsoft's "Programming Guide for DDS", DXGI_FORMAT and D3DFORMAT. Whole numbers are sRGB,
floats are light.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from desktop.media.formats.float_pixels import picture_of_values

if TYPE_CHECKING:
    from PIL import Image

_HEADER_BYTES, _MORE_BYTES = 128, 20
_FOUR_CODE = 0x4
_SAME_AS = {72: 71, 75: 74, 78: 77}
"""DXGI_FORMAT of BC1 to BC3 that say they are sRGB, and of those that Pillow knows."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Of a pixel: the type of its numbers, how many, and which of them are R, G, B (and A)."""

    kind: str
    channels: int
    order: tuple[int, ...]


_DXGI = {
    2: _Layout("<f4", 4, (0, 1, 2, 3)),
    6: _Layout("<f4", 3, (0, 1, 2)),
    10: _Layout("<f2", 4, (0, 1, 2, 3)),
    11: _Layout("<u2", 4, (0, 1, 2, 3)),
    41: _Layout("<f4", 1, (0,)),
    54: _Layout("<f2", 1, (0,)),
    56: _Layout("<u2", 1, (0,)),
    61: _Layout("u1", 1, (0,)),
    65: _Layout("u1", 1, (0,)),
    87: _Layout("u1", 4, (2, 1, 0, 3)),
    88: _Layout("u1", 4, (2, 1, 0)),
    91: _Layout("u1", 4, (2, 1, 0, 3)),
    93: _Layout("u1", 4, (2, 1, 0)),
}
_D3D = {36: _DXGI[11], 111: _DXGI[54], 113: _DXGI[10], 114: _DXGI[41], 116: _DXGI[2]}


@dataclass(frozen=True, slots=True)
class Pixels:
    """A texture that is not packed."""

    size: tuple[int, int]
    bytes_a_pixel: int
    layout: _Layout
    start: int

    def picture(self, data: bytes) -> Image.Image:
        """Its largest level. Raises: ValueError: it breaks off."""
        width, height = self.size
        count = width * height * self.layout.channels
        values = np.frombuffer(data, self.layout.kind, count, self.start)
        values = values.reshape(height, width, self.layout.channels)[..., list(self.layout.order)]
        return picture_of_values(values)


def pixels_of(data: bytes) -> Pixels | None:
    """None for what is packed, or of no layout that is known here.

    Raises:
        struct.error: it breaks off in its header.
    """
    height, width = struct.unpack_from("<II", data, 12)
    flags, code = struct.unpack_from("<I4s", data, 80)
    if not flags & _FOUR_CODE:
        return None
    start = _HEADER_BYTES
    if code == b"DX10":
        layout = _DXGI.get(struct.unpack_from("<I", data, start)[0])
        start += _MORE_BYTES
    else:
        layout = _D3D.get(int.from_bytes(code, "little"))
    if layout is None:
        return None
    each = np.dtype(layout.kind).itemsize * layout.channels
    return Pixels((width, height), each, layout, start)


def known_to_pillow(data: bytes) -> bytes:
    """The same texture by the name that Pillow knows it by."""
    if data[84:88] != b"DX10" or len(data) < _HEADER_BYTES + _MORE_BYTES:
        return data
    (kind,) = struct.unpack_from("<I", data, _HEADER_BYTES)
    other = struct.pack("<I", _SAME_AS.get(kind, kind))
    return data[:_HEADER_BYTES] + other + data[_HEADER_BYTES + 4 :]
