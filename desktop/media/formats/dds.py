"""DDS: textures of games, the largest level, what is packed for graphics cards included."""

from __future__ import annotations

import io

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileUnsupported: packed in a way that Pillow does not know.
        FileTooLarge: too many pixels.
    """
    from PIL.DdsImagePlugin import DdsImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.dds_pixels import known_to_pillow, pixels_of
    from desktop.media.formats.float_pixels import BYTES_A_VALUE

    pixels = pixels_of(encoded.data)
    if pixels is not None:
        width, height = pixels.size
        encoded.check_size(pixels.size)
        memory = width * height * (pixels.bytes_a_pixel + 3 * BYTES_A_VALUE)
        return Source(pixels.size, lambda: Raster(pixels.picture(encoded.data)), memory=memory)
    try:
        image = DdsImageFile(io.BytesIO(known_to_pillow(encoded.data)))
    except NotImplementedError as error:
        raise FileUnsupported(
            encoded.path,
            tr("The texture is stored in a way that Plantain does not know."),
            next_step=tr("Save it as PNG, or as DDS with BC1 to BC7, to have it in the library."),
        ) from error
    return pillow.opened(encoded, image)


DDS = PictureFormat(
    name="DDS",
    label=marked("DDS texture"),
    suffixes=(".dds",),
    signatures=(b"DDS \x7c\x00\x00\x00",),
    libraries=("PIL.DdsImagePlugin", "desktop.media.formats.dds_pixels", "numpy"),
    open=_open,
)
