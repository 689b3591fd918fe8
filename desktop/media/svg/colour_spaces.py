"""The colour spaces of CSS: coordinates to linear-light sRGB, and back.

The arithmetic is that of CSS Color 4 (sections 10, 11 and the sample code of section 18).
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Triple = tuple[float, float, float]
_Matrix = tuple[Triple, Triple, Triple]

_D50: Triple = (0.3457 / 0.3585, 1.0, (1 - 0.3457 - 0.3585) / 0.3585)
_D50_TO_D65: _Matrix = (
    (0.955473421488075, -0.02309845494876471, 0.06325924320057072),
    (-0.0283697093338637, 1.0099953980813041, 0.021041441191917323),
    (0.012314014864481998, -0.020507649298898964, 1.330365926242124),
)
_XYZ_TO_SRGB: _Matrix = (
    (12831 / 3959, -329 / 214, -1974 / 3959),
    (-851781 / 878810, 1648619 / 878810, 36519 / 878810),
    (705 / 12673, -2585 / 12673, 705 / 667),
)
_SRGB_TO_XYZ: _Matrix = (
    (506752 / 1228815, 87881 / 245763, 12673 / 70218),
    (87098 / 409605, 175762 / 245763, 12673 / 175545),
    (7918 / 409605, 87881 / 737289, 1001167 / 1053270),
)
_P3_TO_XYZ: _Matrix = (
    (608311 / 1250200, 189793 / 714400, 198249 / 1000160),
    (35783 / 156275, 247089 / 357200, 198249 / 2500400),
    (0.0, 32229 / 714400, 5220557 / 5000800),
)
_A98_TO_XYZ: _Matrix = (
    (573536 / 994567, 263643 / 1420810, 187206 / 994567),
    (591459 / 1989134, 6239551 / 9945670, 374412 / 4972835),
    (53769 / 1989134, 351524 / 4972835, 4929758 / 4972835),
)
_PROPHOTO_TO_XYZ_D50: _Matrix = (
    (0.79776664490064230, 0.13518129740053308, 0.03134773412839220),
    (0.28807482881940130, 0.71183523424187300, 0.00008993693872564),
    (0.0, 0.0, 0.82510460251046020),
)
_REC2020_TO_XYZ: _Matrix = (
    (63426534 / 99577255, 20160776 / 139408157, 47086771 / 278816314),
    (26158966 / 99577255, 472592308 / 697040785, 8267143 / 139408157),
    (0.0, 19567812 / 697040785, 295819943 / 278816314),
)
_SRGB_TO_LMS: _Matrix = (
    (0.4122214694707629, 0.5363325372617349, 0.0514459932675022),
    (0.2119034958178251, 0.6806995506452344, 0.1073969535369405),
    (0.0883024591900564, 0.2817188391361215, 0.6299787016738222),
)
_LMS_TO_OKLAB: _Matrix = (
    (0.2104542683093140, 0.7936177747023054, -0.0040720430116193),
    (1.9779985324311684, -2.4285922420485799, 0.4505937096174110),
    (0.0259040424655478, 0.7827717124575296, -0.8086757549230774),
)


def triple(parts: Any) -> Triple:
    """Of any three numbers."""
    a, b, c = parts
    return a, b, c


def _times(matrix: _Matrix, vector: Triple) -> Triple:
    return triple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def decode_srgb(part: float) -> float:
    size = abs(part)
    return math.copysign(size / 12.92 if size <= 0.04045 else ((size + 0.055) / 1.055) ** 2.4, part)


def encode_srgb(part: float) -> float:
    size = abs(part)
    encoded = 12.92 * size if size <= 0.0031308 else 1.055 * size ** (1 / 2.4) - 0.055
    return math.copysign(encoded, part)


def _decode_prophoto(part: float) -> float:
    size = abs(part)
    return math.copysign(size / 16 if size <= 16 / 512 else size**1.8, part)


def _encode_prophoto(part: float) -> float:
    size = abs(part)
    return math.copysign(size * 16 if size < 1 / 512 else size ** (1 / 1.8), part)


def _power(exponent: float) -> Callable[[float], float]:
    return lambda part: math.copysign(abs(part) ** exponent, part)


def _from_xyz(xyz: Triple) -> Triple:
    return _times(_XYZ_TO_SRGB, xyz)


def _to_xyz(light: Triple) -> Triple:
    return _times(_SRGB_TO_XYZ, light)


def _to_xyz_d50(light: Triple) -> Triple:
    return _times(_inverse(_D50_TO_D65), _to_xyz(light))


def _from_xyz_d50(xyz: Triple) -> Triple:
    return _from_xyz(_times(_D50_TO_D65, xyz))


@dataclass(frozen=True, slots=True)
class Space:
    """One space.

    Attributes:
        to_light: from its coordinates to linear-light sRGB, unclipped.
        from_light: back.
        channels: what its coordinates are called, in functions that take a colour apart.
        hue: which coordinate is an angle; None for none.
    """

    to_light: Callable[[Triple], Triple]
    from_light: Callable[[Triple], Triple]
    channels: tuple[str, str, str] = ("r", "g", "b")
    hue: int | None = None


def _rgb_space(
    decode: Callable[[float], float],
    encode: Callable[[float], float],
    matrix: _Matrix,
    white: _Matrix | None = None,
) -> Space:
    """By a curve and primaries, seen under another white than D65 where ``white`` is given."""
    there = matrix if white is None else _product(white, matrix)
    back = _inverse(there)
    return Space(
        lambda rgb: _from_xyz(_times(there, triple(map(decode, rgb)))),
        lambda light: triple(map(encode, _times(back, _times(_SRGB_TO_XYZ, light)))),
    )


def _from_lab(lab: Triple) -> Triple:
    lightness, a, b = lab
    lightness = min(100.0, max(0.0, lightness))
    y = (lightness + 16) / 116
    kappa, epsilon = 24389 / 27, 216 / 24389
    parts = [
        f**3 if f**3 > epsilon else (116 * f - 16) / kappa for f in (a / 500 + y, y, y - b / 200)
    ]
    return _from_xyz_d50(triple(part * of for part, of in zip(parts, _D50, strict=True)))


def _to_lab(light: Triple) -> Triple:
    kappa, epsilon = 24389 / 27, 216 / 24389
    ratios = (part / of for part, of in zip(_to_xyz_d50(light), _D50, strict=True))
    x, y, z = (math.cbrt(part) if part > epsilon else (kappa * part + 16) / 116 for part in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _product(one: _Matrix, other: _Matrix) -> _Matrix:
    columns = list(zip(*other, strict=True))
    a, b, c = (triple(_dot(row, column) for column in columns) for row in one)
    return a, b, c


def _dot(one: Triple, other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _inverse(matrix: _Matrix) -> _Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


def _from_oklab(lab: Triple) -> Triple:
    lab = (min(1.0, max(0.0, lab[0])), lab[1], lab[2])
    lms = triple(part**3 for part in _times(_inverse(_LMS_TO_OKLAB), lab))
    return _times(_inverse(_SRGB_TO_LMS), lms)


def _to_oklab(light: Triple) -> Triple:
    return _times(_LMS_TO_OKLAB, triple(map(math.cbrt, _times(_SRGB_TO_LMS, light))))


def _rectangular(polar: Triple) -> Triple:
    lightness, chroma, hue = polar
    chroma, angle = max(0.0, chroma), math.radians(hue)
    return lightness, chroma * math.cos(angle), chroma * math.sin(angle)


def _polar(lab: Triple) -> Triple:
    return lab[0], math.hypot(lab[1], lab[2]), math.degrees(math.atan2(lab[2], lab[1]))


def _from_srgb(rgb: Triple) -> Triple:
    return triple(map(decode_srgb, rgb))


def _to_srgb(light: Triple) -> Triple:
    return triple(map(encode_srgb, light))


def _from_hsl(hsl: Triple) -> Triple:
    hue, saturation, lightness = hsl
    return _from_srgb(colorsys.hls_to_rgb(hue / 360 % 1, lightness / 100, saturation / 100))


def _to_hsl(light: Triple) -> Triple:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_to_srgb(light))
    return hue * 360, saturation * 100, lightness * 100


def _from_hwb(hwb: Triple) -> Triple:
    hue, white, black = hwb
    if white + black >= 100:
        grey = white / (white + black)
        return _from_srgb((grey, grey, grey))
    pure = colorsys.hls_to_rgb(hue / 360 % 1, 0.5, 1)
    return _from_srgb(triple((part * (100 - white - black) + white) / 100 for part in pure))


def _to_hwb(light: Triple) -> Triple:
    rgb = _to_srgb(light)
    return _to_hsl(light)[0], min(rgb) * 100, (1 - max(rgb)) * 100


def _same(light: Triple) -> Triple:
    return light


_XYZ = Space(_from_xyz, _to_xyz, ("x", "y", "z"))
SPACES: dict[str, Space] = {
    "srgb": Space(_from_srgb, _to_srgb),
    "srgb-linear": Space(_same, _same),
    "hsl": Space(_from_hsl, _to_hsl, ("h", "s", "l"), 0),
    "hwb": Space(_from_hwb, _to_hwb, ("h", "w", "b"), 0),
    "display-p3": _rgb_space(decode_srgb, encode_srgb, _P3_TO_XYZ),
    "a98-rgb": _rgb_space(_power(563 / 256), _power(256 / 563), _A98_TO_XYZ),
    "prophoto-rgb": _rgb_space(
        _decode_prophoto, _encode_prophoto, _PROPHOTO_TO_XYZ_D50, _D50_TO_D65
    ),
    # CSS Color 4 defines it by the display's gamma of BT.1886 since 2024.
    "rec2020": _rgb_space(_power(2.4), _power(1 / 2.4), _REC2020_TO_XYZ),
    "xyz": _XYZ,
    "xyz-d65": _XYZ,
    "xyz-d50": Space(_from_xyz_d50, _to_xyz_d50, ("x", "y", "z")),
    "lab": Space(_from_lab, _to_lab, ("l", "a", "b")),
    "lch": Space(
        lambda polar: _from_lab(_rectangular(polar)),
        lambda light: _polar(_to_lab(light)),
        ("l", "c", "h"),
        2,
    ),
    "oklab": Space(_from_oklab, _to_oklab, ("l", "a", "b")),
    "oklch": Space(
        lambda polar: _from_oklab(_rectangular(polar)),
        lambda light: _polar(_to_oklab(light)),
        ("l", "c", "h"),
        2,
    ),
}
"""By their names in CSS."""
