"""JPEG XR (HD Photo), floats of light included."""

from __future__ import annotations

import struct

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source

_MARK = b"II\xbc"
_WIDTH, _HEIGHT = 0xBC80, 0xBC81
_START, _LENGTH = 0xBCC0, 0xBCC1
_CODES = {1: "B", 3: "H", 4: "I"}


def _open(encoded: Encoded) -> Source:
    """Read the size.

    Raises:
        FileUnsupported: a kind of pixels that is not known here, or no imagecodecs.
        FileTooLarge: too many pixels.
    """
    try:
        import imagecodecs
    except ImportError as error:
        raise encoded.lacking(tr("A JPEG XR picture"), "imagecodecs") from error
    from desktop.media.formats.float_pixels import BYTES_A_VALUE, picture_of_values

    facts = _directory(encoded.data)
    size = facts[_WIDTH], facts[_HEIGHT]
    encoded.check_size(size)
    if facts.get(_START, 0) + facts.get(_LENGTH, 0) > len(encoded.data):
        raise ValueError("breaks off")  # the decoder would fill the rest with something

    def load() -> Raster:
        try:
            values = imagecodecs.jpegxr_decode(encoded.data)
        except ValueError as error:  # before any pixel was decoded
            raise FileUnsupported(
                encoded.path,
                tr("It is a rare kind of JPEG XR picture that Plantain cannot read."),
                next_step=tr("Save it as JPEG, PNG, WebP or TIFF to have it in the library."),
            ) from error
        return Raster(picture_of_values(values))

    return Source(size, load, memory=size[0] * size[1] * 4 * BYTES_A_VALUE)


def _directory(data: bytes) -> dict[int, int]:
    """Numbers of the first directory, which is one of TIFF."""
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    facts: dict[int, int] = {}
    for index in range(min(count, 512)):
        tag, kind, _ = struct.unpack_from("<HHI", data, start + 2 + 12 * index)
        if kind in _CODES:
            (facts[tag],) = struct.unpack_from("<" + _CODES[kind], data, start + 10 + 12 * index)
    return facts


JPEG_XR = PictureFormat(
    name="JXR",
    label=marked("JPEG XR picture"),
    suffixes=(".jxr", ".wdp", ".hdp"),
    signatures=(_MARK + b"\x01", _MARK + b"\x00"),
    libraries=(
        *("imagecodecs", "imagecodecs._jpegxr"),
        *("desktop.media.formats.float_pixels", "desktop.media.light"),
    ),
    open=_open,
)
