"""DDS: textures of games, the largest level, what is packed for graphics cards included."""

from __future__ import annotations

import io

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Source


def _open(encoded: Encoded) -> Source:
    """Read the header.

    Raises:
        FileUnsupported: packed in a way that Pillow does not know.
        FileTooLarge: too many pixels.
    """
    from PIL.DdsImagePlugin import DdsImageFile

    from desktop.media.formats import pillow

    try:
        image = DdsImageFile(io.BytesIO(encoded.data))
    except NotImplementedError as error:
        raise FileUnsupported(
            encoded.path,
            tr("The texture is compressed in a way that Plantain does not know."),
            next_step=tr("Save it as PNG, or as DDS with BC1 to BC7, to have it in the library."),
        ) from error
    return pillow.opened(encoded, image)


DDS = PictureFormat(
    name="DDS",
    label=marked("DDS texture"),
    suffixes=(".dds",),
    signatures=(b"DDS \x7c\x00\x00\x00",),
    libraries=("PIL.DdsImagePlugin",),
    open=_open,
)
