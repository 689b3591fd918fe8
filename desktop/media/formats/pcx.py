"""PCX, of Paintbrush."""

from __future__ import annotations

import io
import struct

from desktop.core.text import marked
from desktop.media.formats.format import BYTES_A_PIXEL, Encoded, PictureFormat, Raster, Source

_OF_PILLOW = {(1, 1), (8, 1), (8, 3)}
_KINDS = _OF_PILLOW | {(1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (4, 1), (4, 3), (4, 4), (8, 4)}
"""Bits and planes."""


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileTooLarge: too many pixels.
    """
    from PIL.PcxImagePlugin import PcxImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.pcx_pixels import read_pixels, size_of

    kind = encoded.data[3], encoded.data[65]
    if kind in _OF_PILLOW or kind not in _KINDS:
        return pillow.opened(encoded, PcxImageFile(io.BytesIO(encoded.data)))
    size = size_of(encoded.data)
    encoded.check_size(size)
    return Source(
        size,
        lambda: Raster(read_pixels(encoded.data)),
        memory=size[0] * size[1] * 4 * BYTES_A_PIXEL,
    )


def _is_pcx(data: bytes, _suffix: str) -> bool:
    """Its signature is a line feed: all that a header must fulfil is asked."""
    if len(data) < 68 or data[0] != 10 or data[1] not in (0, 2, 3, 4, 5) or data[2] > 1:
        return False
    left, top, right, bottom = struct.unpack_from("<4H", data, 4)
    (stride,) = struct.unpack_from("<H", data, 66)
    is_sized = left <= right and top <= bottom and stride * 8 >= (right - left + 1) * data[3]
    return data[64] == 0 and (data[3], data[65]) in _KINDS and is_sized


PCX = PictureFormat(
    name="PCX",
    label=marked("PCX picture"),
    suffixes=(".pcx", ".pcc"),
    recognise=_is_pcx,
    libraries=("PIL.PcxImagePlugin", "desktop.media.formats.pcx_pixels"),
    open=_open,
)
