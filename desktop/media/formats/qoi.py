"""QOI."""

from __future__ import annotations

import struct

from desktop.core.text import marked, tr
from desktop.media.formats.format import BYTES_A_PIXEL, Encoded, PictureFormat, Raster, Source


def _open(encoded: Encoded) -> Source:
    """Read the size.

    Raises:
        FileUnsupported: imagecodecs is not installed; Pillow's own decoder takes seconds.
        FileTooLarge: too many pixels.
    """
    try:
        import imagecodecs
    except ImportError as error:
        raise encoded.lacking(tr("A QOI picture"), "imagecodecs") from error
    from desktop.media.formats.float_pixels import picture_of_values

    size: tuple[int, int] = struct.unpack_from(">II", encoded.data, 4)
    encoded.check_size(size)
    if not encoded.data.rstrip(b"\x00").endswith(b"\x01"):
        raise ValueError("breaks off before its end marker")

    def load() -> Raster:
        return Raster(picture_of_values(imagecodecs.qoi_decode(encoded.data)))

    return Source(size, load, memory=size[0] * size[1] * 2 * BYTES_A_PIXEL)


QOI = PictureFormat(
    name="QOI",
    label=marked("QOI picture"),
    suffixes=(".qoi",),
    signatures=(b"qoif",),
    libraries=("imagecodecs", "imagecodecs._qoi", "desktop.media.formats.float_pixels"),
    open=_open,
)
