"""How the colours of a PNG picture are meant.

The chunks, and which of them counts: "Portable Network Graphics (PNG) Specification", third
edition, W3C 2025, sections 4.3 and 11.3.2.
"""

from __future__ import annotations

import io
import struct
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.media.formats.png_chunks import Purified
from desktop.media.stated_colour import (
    Chromaticities,
    StatedColour,
    stated_by_codes,
    stated_by_gamma,
)

_GREY_AND_ALPHA = 4
_LOWER_BYTES = {"RGB": "RGB;16L", "RGBA": "RGBA;16L"}
"""Modes whose numbers of 16 bits Pillow halves, and how to read the halves that it drops."""


def colour_of(png: Purified) -> tuple[bytes | None, StatedColour | None]:
    """The ICC profile, or what else is stated: cICP counts before iCCP, sRGB, gAMA and cHRM."""
    codes = png.statements.get(b"cICP")
    if codes is not None and codes[2] == 0:  # its pixels are RGB, or the chunk is nonsense
        return None, stated_by_codes(codes[0], codes[1], is_narrow=not codes[3])
    if png.profile is not None or b"sRGB" in png.statements:
        return png.profile, None
    gamma, colours = png.statements.get(b"gAMA"), png.statements.get(b"cHRM")
    if gamma is None and colours is None:
        return None, None
    power = struct.unpack(">I", gamma[:4])[0] / 100_000 if gamma else 0
    chromaticities: Chromaticities | None = None
    if colours is not None:
        white_first = [value / 100_000 for value in struct.unpack(">8I", colours)]
        chromaticities = cast("Chromaticities", (*white_first[2:], *white_first[:2]))
    return None, stated_by_gamma(1 / power if power else 0, chromaticities)


def deep_picture(upper: Image.Image, data: bytes, stated: StatedColour) -> Image.Image:
    """All 16 bits of a picture, of which Pillow keeps 8, as sRGB.

    Args:
        upper: mode RGB or RGBA, as Pillow reads the file.
    """
    from PIL.PngImagePlugin import PngImageFile

    again = PngImageFile(io.BytesIO(data))
    again.tile = [tile._replace(args=_LOWER_BYTES[upper.mode]) for tile in again.tile]
    high: NDArray[np.uint8] = np.asarray(upper)
    low: NDArray[np.uint8] = np.asarray(again)
    values = high[..., :3].astype(np.uint16) << 8 | low[..., :3]
    picture = Image.fromarray(stated.converted(values))
    if upper.mode == "RGBA":
        picture.putalpha(upper.getchannel("A"))
    return picture


def is_halved(image: Image.Image, png: Purified) -> bool:
    """True when Pillow keeps 8 of 16 bits of its colours; those of grey it gives no way to."""
    return png.depth == 16 and png.colour_type != _GREY_AND_ALPHA and image.mode in _LOWER_BYTES
