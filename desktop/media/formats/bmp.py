"""BMP, and the bitmaps of Windows without the header of a file."""

from __future__ import annotations

import io
import struct

from desktop.core.text import marked
from desktop.media.formats.format import Encoded, PictureFormat, Source

_MARK = b"BM"
_FILE_HEADER = 14
_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_DEPTHS = (1, 2, 4, 8, 16, 24, 32)


def _open(encoded: Encoded) -> Source:
    from PIL.BmpImagePlugin import BmpImageFile, DibImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.bmp_colour import colour_of

    is_file = encoded.data.startswith(_MARK)
    kind = BmpImageFile if is_file else DibImageFile
    profile, stated = colour_of(encoded.data, _FILE_HEADER if is_file else 0)
    image = kind(io.BytesIO(encoded.data))
    return pillow.opened(encoded, image, profile=profile, stated=stated)


def _is_bmp(data: bytes, suffix: str) -> bool:
    """Two letters begin it, or nothing: all that a header must fulfil is asked where the name does
    not tell."""
    if data.startswith(_MARK):
        return suffix in _SUFFIXES or _is_header(data[14:])
    return _is_header(data)


def _is_header(data: bytes) -> bool:
    if len(data) < 16:
        return False
    (length,) = struct.unpack_from("<I", data)
    if length not in _HEADERS:
        return False
    planes, depth = struct.unpack_from("<HH", data, 8 if length == 12 else 12)
    return planes == 1 and depth in _DEPTHS


_SUFFIXES = (".bmp", ".dib")

BMP = PictureFormat(
    name="BMP",
    label=marked("BMP picture"),
    suffixes=_SUFFIXES,
    signatures=(_MARK,),
    recognise=_is_bmp,
    libraries=("PIL.BmpImagePlugin", "desktop.media.formats.bmp_colour"),
    open=_open,
)
