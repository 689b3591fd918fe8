"""PCX, of Paintbrush."""

from __future__ import annotations

import io
import struct

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Source

_KINDS = {(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (4, 1), (8, 1), (8, 3), (8, 4)}
"""Bits and planes."""


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileUnsupported: a kind that Pillow does not know.
        FileTooLarge: too many pixels.
    """
    from PIL.PcxImagePlugin import PcxImageFile

    from desktop.media.formats import pillow

    try:
        image = PcxImageFile(io.BytesIO(encoded.data))
    except OSError as error:
        if "unknown PCX mode" not in str(error):
            raise
        raise FileUnsupported(
            encoded.path,
            tr("It is a rare kind of PCX picture that Plantain cannot read."),
            next_step=tr("Save it as JPEG, PNG, WebP or TIFF to have it in the library."),
        ) from error
    return pillow.opened(encoded, image)


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
    libraries=("PIL.PcxImagePlugin",),
    open=_open,
)
