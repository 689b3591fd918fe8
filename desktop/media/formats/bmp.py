"""BMP, and the bitmaps of Windows without the header of a file."""

from __future__ import annotations

import io
import struct

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.jpeg import JPEG
from desktop.media.formats.png import PNG

_MARK = b"BM"
_FILE_HEADER = 14
_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_DEPTHS = (1, 2, 4, 8, 16, 24, 32)
_OF_FILES = (0, 16, 64)
"""Lengths and depths that are believed of a whole file alone."""


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileTooLarge: too many pixels.
        ValueError, struct.error: there is no header.
    """
    from PIL.BmpImagePlugin import BmpImageFile, DibImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.bmp_colour import colour_of
    from desktop.media.formats.bmp_pixels import read_header, read_pixels
    from desktop.media.formats.float_pixels import BYTES_A_VALUE

    is_file = encoded.data.startswith(_MARK)
    start = _FILE_HEADER if is_file else 0
    header = read_header(encoded.data, start)
    if header.holds_file:
        inside = encoded.holding(encoded.data[header.pixels :])
        for kind in (JPEG, PNG):
            if kind.matches(inside.data, ""):
                return kind.open(inside)
    profile, stated = colour_of(encoded.data, start)
    if header.is_unusual:
        size = header.width, header.height
        encoded.check_size(size)
        return Source(
            size,
            lambda: Raster(read_pixels(encoded.data, header), profile, stated=stated),
            memory=size[0] * size[1] * 4 * BYTES_A_VALUE,
        )
    plug_in = BmpImageFile if is_file else DibImageFile
    image = plug_in(io.BytesIO(encoded.data))
    return pillow.opened(encoded, image, profile=profile, stated=stated)


def _is_bmp(data: bytes, suffix: str) -> bool:
    """Two letters begin it, or nothing: all that a header must fulfil is asked where the name does
    not tell."""
    if data.startswith(_MARK):
        return suffix in _SUFFIXES or _is_header(data[14:], _OF_FILES)
    return _is_header(data)


def _is_header(data: bytes, more: tuple[int, ...] = ()) -> bool:
    if len(data) < 16:
        return False
    (length,) = struct.unpack_from("<I", data)
    if length not in (*_HEADERS, *more):
        return False
    planes, depth = struct.unpack_from("<HH", data, 8 if length == 12 else 12)
    return planes == 1 and depth in (*_DEPTHS, *more)


_SUFFIXES = (".bmp", ".dib")

BMP = PictureFormat(
    name="BMP",
    label=marked("BMP picture"),
    suffixes=_SUFFIXES,
    signatures=(_MARK,),
    recognise=_is_bmp,
    libraries=(
        *("PIL.BmpImagePlugin", "desktop.media.formats.bmp_colour"),
        *("desktop.media.formats.bmp_pixels", "desktop.media.formats.float_pixels"),
    ),
    open=_open,
)
