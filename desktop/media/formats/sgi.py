"""SGI: pictures of Silicon Graphics' workstations, and of effects made there."""

from __future__ import annotations

import struct
from typing import Any

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import BYTES_A_PIXEL, Encoded, PictureFormat, Raster, Source

_FORMS = {"gray", "gray16be", "gbrp", "gbrap", "gbrp16be", "gbrap16be"}


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileUnsupported: a number of channels that FFmpeg does not know.
        FileTooLarge: too many pixels.
    """
    import av

    from desktop.media.formats.float_pixels import picture_of_values

    depth, dimension, width, height, channels = struct.unpack_from(">xxxBHHHH", encoded.data)
    height = 1 if dimension == 1 else height
    encoded.check_size((width, height))
    if dimension == 3 and channels not in (1, 3, 4):
        raise FileUnsupported(
            encoded.path,
            tr("It is a rare kind of SGI picture that Plantain cannot read."),
            next_step=tr("Save it as JPEG, PNG, WebP or TIFF to have it in the library."),
        )

    def load() -> Raster:
        # FFmpeg's: Pillow gives up where a packed row ends in another place than it expects.
        decoder: Any = av.CodecContext.create("sgi", "r")
        decoder.thread_count = 1
        [frame] = decoder.decode(av.Packet(encoded.data))
        if frame.format.name not in _FORMS or (frame.width, frame.height) != (width, height):
            raise ValueError("not what its header says")
        return Raster(picture_of_values(frame.to_ndarray()))

    return Source((width, height), load, memory=width * height * 4 * depth * BYTES_A_PIXEL)


def _is_sgi(data: bytes, _suffix: str) -> bool:
    if len(data) < 12 or data[:2] != b"\x01\xda" or data[2] > 1 or data[3] not in (1, 2):
        return False
    dimension, width, height = struct.unpack_from(">HHH", data, 4)
    return dimension in (1, 2, 3) and width * height > 0


SGI = PictureFormat(
    name="SGI",
    label=marked("SGI picture"),
    suffixes=(".sgi", ".rgb", ".rgba", ".bw"),
    recognise=_is_sgi,
    libraries=("av", "desktop.media.formats.float_pixels"),
    open=_open,
)
