"""HEIC, which telephones take pictures in, through Pillow's plug-in."""

# The libraries at this edge publish partial types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.iso_media import main_brand, stated_size

if TYPE_CHECKING:
    from PIL import Image

    from desktop.media.stated_colour import StatedColour

_BRANDS = frozenset(
    {
        *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
        *(b"mif1", b"mif2", b"msf1"),
    }
)

_DEEP_BYTES_A_PIXEL = 24
"""All bits and the 8 of Pillow, and what is made of them."""


def _open(encoded: Encoded) -> Source:
    """Raises: FileUnsupported: pillow-heif is not installed."""
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise encoded.lacking(tr("A HEIC picture"), "pillow-heif") from error
    from desktop.media.formats import pillow
    from desktop.media.formats.iso_colour import stated_colour

    # Its own limits the library calls broken boxes.
    encoded.check_size(stated_size(encoded.data))
    stated = stated_colour(encoded.data)
    image = HeifImageFile(io.BytesIO(encoded.data))
    source = pillow.opened(encoded, image, stated=stated)
    if stated is None or image.info.get("bit_depth", 8) <= 8:
        return source

    def load() -> Raster:
        raster = source.load()
        if raster.profile is not None:
            return raster
        return replace(raster, image=_deep_picture(encoded.data, stated), stated=None)

    memory = source.size[0] * source.size[1] * _DEEP_BYTES_A_PIXEL
    return replace(source, load=load, memory=memory)


def _deep_picture(data: bytes, stated: StatedColour) -> Image.Image:
    """All its bits, of which Pillow gets 8, as sRGB."""
    import numpy as np
    from PIL import Image
    from pillow_heif import open_heif

    pictures = open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    values = np.asarray(pictures[pictures.primary_index])
    picture = Image.fromarray(stated.converted(values[..., :3]))
    if values.shape[2] == 4:
        most = np.iinfo(values.dtype).max
        picture.putalpha(Image.fromarray((values[..., 3] * (255.0 / most) + 0.5).astype(np.uint8)))
    return picture


def _is_heif(data: bytes, _suffix: str) -> bool:
    return main_brand(data) in _BRANDS  # what is AVIF all the same was asked before


HEIC = PictureFormat(
    name="HEIC",
    label=marked("HEIC picture"),
    suffixes=(".heic", ".heics", ".heif", ".heifs", ".hif"),
    recognise=_is_heif,
    libraries=("pillow_heif", "desktop.media.formats.iso_colour", "numpy"),
    open=_open,
)
