"""PNG, animated ones included."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.core.errors import FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import Encoded, PictureFormat, Raster, Source
from desktop.media.formats.png_chunks import SIGNATURE, purified

if TYPE_CHECKING:
    from PIL import Image

_DEEP_BYTES_A_PIXEL = 24
"""Both halves of the numbers, the whole ones, and what is made of them."""
_OF_PHONES = b"CgBI"
"""A chunk before the header; what comes after it is packed in another way."""
_LEVELS_OF_8_BITS = {2: 85, 4: 17}
"""Bits of a grey pixel -> by what Pillow multiplies it; not so the colour that is clear."""


def _open(encoded: Encoded) -> Source:
    from PIL.PngImagePlugin import PngImageFile

    from desktop.media.formats import pillow
    from desktop.media.formats.animation import showing_something
    from desktop.media.formats.png_colour import colour_of, deep_picture, is_halved

    if encoded.data[12:16] == _OF_PHONES:
        raise FileUnsupported(
            encoded.path,
            tr("It is a PNG picture packed for iPhones, which only Apple's programs read."),
            next_step=tr("Open it in Preview on a Mac, and export it as PNG."),
        )
    pure = purified(encoded.data)
    image = PngImageFile(io.BytesIO(pure.data))
    clear: object = image.info.get("transparency")
    is_of_16_bits = pure.depth == 16 and clear is not None
    if is_of_16_bits:
        del image.info["transparency"]
    elif isinstance(clear, int) and image.mode == "L":
        image.info["transparency"] = clear * _LEVELS_OF_8_BITS.get(pure.depth, 1)
    profile, stated = colour_of(pure)
    source = pillow.opened(encoded, image, profile=profile, stated=stated)
    is_halved_in_vain = stated is not None and is_halved(image, pure)
    if not (is_of_16_bits or is_halved_in_vain):
        return showing_something(source)

    def load() -> Raster:
        raster = source.load()
        pixels = raster.image
        if is_of_16_bits:
            pixels = _with_clear(pixels, pure.data, clear)
        if stated is not None and is_halved_in_vain and pixels.mode in {"RGB", "RGBA"}:
            return replace(raster, image=deep_picture(pixels, pure.data, stated), stated=None)
        return replace(raster, image=pixels)

    memory = source.size[0] * source.size[1] * _DEEP_BYTES_A_PIXEL
    return Source(source.size, load, source.original, memory)


def _with_clear(image: Image.Image, data: bytes, clear: object) -> Image.Image:
    """16 bits a channel, of which one colour is clear, as 8 bits and alpha.

    Pillow keeps the upper bytes of RGB, and both of grey. So where it is RGB the lower ones, which
    decide whether a pixel is of that colour, are decoded by themselves.
    """
    import numpy as np
    from PIL import Image
    from PIL.PngImagePlugin import PngImageFile

    if image.mode == "RGB":
        again = PngImageFile(io.BytesIO(data))
        again.tile = [tile._replace(args="RGB;16L") for tile in again.tile]
        upper, lower = np.asarray(image), np.asarray(again)
        key = np.asarray(clear, np.uint16)
        is_clear = ((upper == key >> 8) & (lower == key & 255)).all(axis=2)
        pixels = image
    else:
        grey = np.asarray(image)
        is_clear = grey == clear
        pixels = Image.fromarray(((grey.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8))
    pixels.putalpha(Image.fromarray(np.where(is_clear, np.uint8(0), np.uint8(255))))
    return pixels


PNG = PictureFormat(
    name="PNG",
    label=marked("PNG picture"),
    suffixes=(".png", ".apng", ".png_large"),
    signatures=(SIGNATURE,),
    libraries=(
        "PIL.PngImagePlugin",
        "desktop.media.formats.animation",
        "desktop.media.formats.png_colour",
        "numpy",
    ),
    open=_open,
)
