"""PCX of kinds that Pillow does not know, by ZSoft's "Technical Reference Manual" (revision 5):
pixels whose bits lie in several planes or side by side, with the palette of the header."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

_PIXELS = 128
_PALETTE = slice(16, 64)
_NO_PALETTE = 3
"""The version whose palette is that of the adapter."""
_EGA = (
    *((0, 0, 0), (0, 0, 170), (0, 170, 0), (0, 170, 170), (170, 0, 0), (170, 0, 170)),
    *((170, 85, 0), (170, 170, 170), (85, 85, 85), (85, 85, 255), (85, 255, 85)),
    *((85, 255, 255), (255, 85, 85), (255, 85, 255), (255, 255, 85), (255, 255, 255)),
)
_RUN = 0xC0


def size_of(data: bytes) -> tuple[int, int]:
    left, top, right, bottom = struct.unpack_from("<4H", data, 4)
    return right - left + 1, bottom - top + 1


def read_pixels(data: bytes) -> Image.Image:
    """Raises: ValueError: pixels are missing."""
    import numpy as np
    from PIL import Image

    width, height = size_of(data)
    bits, planes = data[3], data[65]
    (stride,) = struct.unpack_from("<H", data, 66)
    rows = _unpacked(data, stride * planes * height).reshape(height, planes, stride)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    samples = (rows[..., np.newaxis] >> shifts) & ((1 << bits) - 1)
    samples = samples.reshape(height, planes, -1)[..., :width]
    if bits * planes <= 4:
        weights = np.left_shift(1, bits * np.arange(planes)).astype(np.uint8)
        numbers = (samples * weights[:, np.newaxis]).sum(axis=1, dtype=np.uint8)
        return Image.fromarray(_colours(data)[numbers])
    channels = np.moveaxis(samples, 1, 2) * (255 // ((1 << bits) - 1))
    if planes == 4 and not channels[..., 3].any():
        channels = channels[..., :3]  # a plane that nobody has filled
    return Image.fromarray(np.ascontiguousarray(channels.astype(np.uint8)))


def _colours(data: bytes) -> NDArray[Any]:
    """(16, 3)"""
    import numpy as np

    stated = np.frombuffer(data[_PALETTE], np.uint8).reshape(16, 3)
    if data[1] == _NO_PALETTE or not stated.any():
        return np.array(_EGA, np.uint8)
    return stated


def _unpacked(data: bytes, size: int) -> NDArray[Any]:
    import numpy as np

    if not data[2]:
        return np.frombuffer(data, np.uint8, size, _PIXELS)
    made = bytearray()
    at = _PIXELS
    while len(made) < size:
        if at + 1 > len(data):
            raise ValueError("breaks off")
        value = data[at]
        at += 1
        if value >= _RUN:
            made += data[at : at + 1] * (value - _RUN)
            at += 1
        else:
            made.append(value)
    return np.frombuffer(made, np.uint8, size)
