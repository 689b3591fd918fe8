"""How far apart two colours are to the eye, and in which direction, in words.

G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula: implementation notes,
supplementary test data, and mathematical observations", Color Research & Application 30 (2005).
"""

from __future__ import annotations

import math
from enum import StrEnum

Lab = tuple[float, float, float]
"""CIELAB under D65: lightness 0–100, the green–red and the blue–yellow axis."""

_SRGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_XYZ_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
_WHITE = tuple(sum(row) for row in _SRGB_TO_XYZ)
_25_TO_7 = 25.0**7


class Direction(StrEnum):
    """In which way one colour differs most from another."""

    LIGHTER = "lighter"
    DARKER = "darker"
    MORE_VIVID = "more vivid"
    PALER = "paler"
    WARMER = "warmer"
    """Towards yellow and orange."""
    COOLER = "cooler"
    """Towards blue."""
    GREENER = "greener"
    REDDER = "redder"


def lab(red: float, green: float, blue: float) -> Lab:
    """CIELAB of sRGB levels, 0–255 (IEC 61966-2-1, CIE 15)."""
    linear = [_linear(level / 255) for level in (red, green, blue)]
    x, y, z = (
        _cube_root(sum(k * each for k, each in zip(row, linear, strict=True)) / white)
        for row, white in zip(_SRGB_TO_XYZ, _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def srgb(colour: Lab) -> tuple[int, int, int]:
    """The nearest levels, 0–255, of a CIELAB colour."""
    y = (colour[0] + 16) / 116
    roots = y + colour[1] / 500, y, y - colour[2] / 200
    xyz = [_cube(root) * white for root, white in zip(roots, _WHITE, strict=True)]
    red, green, blue = (
        round(255 * _level(sum(k * each for k, each in zip(row, xyz, strict=True))))
        for row in _XYZ_TO_SRGB
    )
    return red, green, blue


def difference(one: Lab, other: Lab) -> float:
    """ΔE2000; an eye can just tell 1 apart side by side, and sees 5 at once."""
    lightness, chroma, hue, turn = _parts(one, other)
    return math.sqrt(lightness**2 + chroma**2 + hue**2 + turn * chroma * hue)


def direction(of: Lab, from_: Lab) -> Direction:
    """In which way ``of`` differs most from ``from_``."""
    lightness, chroma, hue, _ = _parts(from_, of)
    if abs(lightness) >= max(abs(chroma), abs(hue)):
        return Direction.LIGHTER if lightness > 0 else Direction.DARKER
    is_coloured = min(math.hypot(*of[1:]), math.hypot(*from_[1:])) >= _COLOURED
    if abs(chroma) >= abs(hue) and is_coloured:
        return Direction.MORE_VIVID if chroma > 0 else Direction.PALER
    angle = math.degrees(math.atan2(of[2] - from_[2], of[1] - from_[1])) % 360
    if 25 <= angle < 115:
        return Direction.WARMER
    if 115 <= angle < 215:
        return Direction.GREENER
    return Direction.COOLER if 215 <= angle < 315 else Direction.REDDER


_COLOURED = 12.0
"""Chroma from which a colour has a hue to speak of; a grey that takes on one becomes warmer or
cooler, and not more vivid."""


def _parts(one: Lab, other: Lab) -> tuple[float, float, float, float]:
    """Differences in lightness, chroma and hue, each as the eye weighs it; and the rotation term
    that couples the last two in the blue."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + _25_TO_7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    turned = h2 - h1
    h = (h1 + h2) / 2
    if c1 * c2 == 0:
        turned, h = 0.0, h1 + h2
    elif abs(turned) > 180:
        turned -= math.copysign(360, turned)
        h += 180 if h1 + h2 < 360 else -180
    across = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turned / 2))
    light, c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(h - 30))
        + 0.24 * math.cos(math.radians(2 * h))
        + 0.32 * math.cos(math.radians(3 * h + 6))
        - 0.20 * math.cos(math.radians(4 * h - 63))
    )
    s_l = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c, 1 + 0.015 * c * t
    r_c = 2 * math.sqrt(c**7 / (c**7 + _25_TO_7))
    r_t = -math.sin(math.radians(60 * math.exp(-(((h - 275) / 25) ** 2)))) * r_c
    return (l2 - l1) / s_l, (c2 - c1) / s_c, across / s_h, r_t


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def _cube_root(value: float) -> float:
    return math.cbrt(value) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _cube(root: float) -> float:
    return root**3 if root**3 > 216 / 24389 else (116 * root - 16) * 27 / 24389


def _level(light: float) -> float:
    light = min(1.0, max(0.0, light))
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
