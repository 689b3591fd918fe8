"""Oklab, in which equal distances look about equally large; and what pictures have of a colour.

B. Ottosson, "A perceptual color space for image processing" (2020), https://bottosson.github.io/.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

LINEAR_SRGB_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
"""Rows by columns; the cube root of each of the three is taken next."""
LMS_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
"""To lightness 0–1, and the green–red and blue–yellow axes."""

SAME_NAME = 0.08
"""Distance up to which two colours go by the same name for most people."""
PALETTE_VERSION = 1
"""Of how main colours are found (``media.palette``); those found in another way are found again."""


class Swatch(NamedTuple):
    """One of the main colours of a picture.

    Attributes:
        colour: "#1A2B3C", sRGB.
        share: of what the picture shows before its ground, percent, 1 to 100.
    """

    colour: str
    share: int


Palette = tuple[Swatch, ...]
"""The largest share first."""


def oklab(colour: str) -> tuple[float, float, float]:
    """Of "#1A2B3C": lightness 0–1, and the green–red and blue–yellow axes."""
    light = [_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    lms = [
        math.cbrt(sum(k * each for k, each in zip(row, light, strict=True)))
        for row in LINEAR_SRGB_TO_LMS
    ]
    first, second, third = (
        sum(k * each for k, each in zip(row, lms, strict=True)) for row in LMS_TO_OKLAB
    )
    return first, second, third


def merged_palette(palettes: Sequence[Palette], count: int = 6) -> Palette:
    """The main colours of several pictures, of which each counts the same; the largest share first.

    Colours that go by the same name for most people become that of the largest of them.
    """
    total = len(palettes)
    swatches = sorted((swatch for palette in palettes for swatch in palette), key=_share)
    kept: list[tuple[str, tuple[float, float, float], list[int]]] = []
    for swatch in reversed(swatches):
        place = oklab(swatch.colour)
        near = next((each for each in kept if math.dist(each[1], place) <= SAME_NAME), None)
        if near is None:
            kept.append((swatch.colour, place, [swatch.share]))
        else:
            near[2].append(swatch.share)
    found = [Swatch(colour, round(sum(shares) / total)) for colour, _, shares in kept]
    shown = [swatch for swatch in found if swatch.share]
    return tuple(sorted(shown, key=_share, reverse=True)[:count])


def _share(swatch: Swatch) -> int:
    return swatch.share


def _linear(level: float) -> float:
    """sRGB's level as light (IEC 61966-2-1)."""
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
