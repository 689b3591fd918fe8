"""How far apart colours look, and what a palette has of one, without the catalogue's shortcuts."""

from __future__ import annotations

import math

from desktop.core.colour import Palette, oklab


def difference(one: str, other: str) -> float:
    """Euclidean in Oklab; an eye can just tell 0.02."""
    return math.dist(oklab(one), oklab(other))


def palette_share(palette: Palette, colour: str, tolerance: float) -> int:
    """How much of a picture is no further from this colour, percent."""
    return sum(swatch.share for swatch in palette if difference(swatch.colour, colour) <= tolerance)
