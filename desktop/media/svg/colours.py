"""CSS colours to the hexadecimal sRGB that resvg knows.

Parsing is tinycss2's; the arithmetic is that of CSS Color 4 (sections 10, 11 and the sample code of
section 18) and, for mixtures and CMYK, of CSS Color 5. What lies outside sRGB is clipped, as
browsers do.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

Triple = tuple[float, float, float]
_Matrix = tuple[Triple, Triple, Triple]

_SYSTEM_COLOURS = {
    **dict.fromkeys(("canvas", "field", "buttonface", "window"), "#ffffff"),
    **dict.fromkeys(("canvastext", "fieldtext", "buttontext", "windowtext"), "#000000"),
    **dict.fromkeys(("accentcolor", "highlight", "selecteditem"), "#0078d7"),
    **dict.fromkeys(("accentcolortext", "highlighttext", "selecteditemtext"), "#ffffff"),
    **{"linktext": "#0000ee", "visitedtext": "#551a8b", "activetext": "#ff0000"},
    **{"graytext": "#808080", "mark": "#ffff00", "marktext": "#000000"},
}
"""Light ones, section 6.2."""

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


class Colour(NamedTuple):
    """Linear-light sRGB, unclipped, and opacity from 0 to 1."""

    light: Triple
    alpha: float


@lru_cache(maxsize=4096)
def srgb(text: str) -> str | None:
    """ "#rrggbb", "#rrggbbaa" or "currentColor" for any CSS colour; None for what is none."""
    import tinycss2

    tokens = _meaningful(tinycss2.parse_component_value_list(text[:1000]))
    if len(tokens) != 1:
        return None
    if tokens[0].type == "ident" and tokens[0].lower_value == "currentcolor":
        return "currentColor"
    colour = _colour(tokens[0])
    return None if colour is None else _hexadecimal(colour)


def _hexadecimal(colour: Colour) -> str:
    # A little more, because 127.5 comes out of the arithmetic as a little less.
    levels = [
        int(255 * min(1.0, max(0.0, _encode_srgb(part))) + 0.5 + 1e-6) for part in colour.light
    ]
    alpha = round(255 * min(1.0, max(0.0, colour.alpha)))
    return f"#{bytes(levels).hex()}" + (f"{alpha:02x}" if alpha < 255 else "")


def _meaningful(tokens: Sequence[Any]) -> list[Any]:
    return [token for token in tokens if token.type not in {"whitespace", "comment"}]


def _colour(token: Any) -> Colour | None:
    from tinycss2 import color5

    if token.type == "ident" and token.lower_value in _SYSTEM_COLOURS:
        return _of_hexadecimal(_SYSTEM_COLOURS[token.lower_value])
    if token.type == "function":
        arguments = _split(token.arguments)
        if token.lower_name == "color-mix":
            return _mixture(arguments)
        if token.lower_name == "light-dark":
            usable = len(arguments) == 2 and all(len(each) == 1 for each in arguments)
            return _colour(arguments[0][0]) if usable else None
    try:
        parsed = color5.parse_color(token)
    except (ValueError, TypeError, IndexError, AttributeError, AssertionError):
        return None
    if not isinstance(parsed, color5.color4.Color):  # "currentcolor", or none
        return None
    colour = cast("Any", parsed)  # whose attributes the library does not declare
    coordinates = [float(part or 0) for part in colour.coordinates]
    if not all(map(math.isfinite, (*coordinates, colour.alpha))):
        return None
    if colour.space == "device-cmyk":
        cyan, magenta, yellow, black = coordinates
        inks = (cyan, magenta, yellow)
        light = _triple(_decode_srgb(1 - min(1.0, ink * (1 - black) + black)) for ink in inks)
        return Colour(light, colour.alpha)
    to_light = _TO_LIGHT.get(colour.space)
    if to_light is None or len(coordinates) != 3:
        return None
    try:
        return Colour(to_light(_triple(coordinates)), colour.alpha)
    except (OverflowError, ValueError):
        return None


def _split(tokens: Sequence[Any]) -> list[list[Any]]:
    """Arguments between commas."""
    parts: list[list[Any]] = [[]]
    for token in _meaningful(tokens):
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _mixture(arguments: list[list[Any]]) -> Colour | None:
    """color-mix() of two colours: CSS Color 5, section 3; the shorter way round a hue."""
    if len(arguments) != 3 or len(arguments[0]) < 2:
        return None
    space = getattr(arguments[0][1], "lower_value", "")
    colours: list[Colour] = []
    shares: list[float | None] = []
    for argument in arguments[1:]:
        plain = [token for token in argument if token.type != "percentage"]
        percent = [token.value / 100 for token in argument if token.type == "percentage"]
        colour = _colour(plain[0]) if len(plain) == 1 else None
        if colour is None or len(percent) > 1:
            return None
        colours.append(colour)
        shares.append(percent[0] if percent else None)
    first = shares[0] if shares[0] is not None else 1 - (0.5 if shares[1] is None else shares[1])
    second = shares[1] if shares[1] is not None else 1 - first
    total = first + second
    if total <= 0 or min(first, second) < 0 or space not in _MIXED_IN:
        return None
    return _mixed(colours[0], colours[1], second / total, space, min(1.0, total))


def _mixed(one: Colour, other: Colour, share: float, space: str, opacity: float) -> Colour:
    from_light, hue = _MIXED_IN[space]
    ours, theirs = list(from_light(one.light)), list(from_light(other.light))
    if hue is not None:
        theirs[hue] = ours[hue] + (theirs[hue] - ours[hue] + 180) % 360 - 180
    alpha = one.alpha * (1 - share) + other.alpha * share
    mixed: list[float] = []
    for at, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if at == hue or not alpha:
            mixed.append(a * (1 - share) + b * share)
        else:
            mixed.append((a * one.alpha * (1 - share) + b * other.alpha * share) / alpha)
    return Colour(_TO_LIGHT[space](_triple(mixed)), alpha * opacity)


def _of_hexadecimal(text: str) -> Colour:
    levels = bytes.fromhex(text[1:])
    return Colour(_triple(_decode_srgb(level / 255) for level in levels), 1.0)


def _triple(parts: Any) -> Triple:
    a, b, c = parts
    return a, b, c


def _times(matrix: _Matrix, vector: Triple) -> Triple:
    return _triple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _decode_srgb(part: float) -> float:
    size = abs(part)
    return math.copysign(size / 12.92 if size <= 0.04045 else ((size + 0.055) / 1.055) ** 2.4, part)


def _encode_srgb(part: float) -> float:
    size = abs(part)
    encoded = 12.92 * size if size <= 0.0031308 else 1.055 * size ** (1 / 2.4) - 0.055
    return math.copysign(encoded, part)


def _decode_prophoto(part: float) -> float:
    size = abs(part)
    return math.copysign(size / 16 if size <= 16 / 512 else size**1.8, part)


def _decode_rec2020(part: float) -> float:
    """CSS Color 4 defines it by the display's gamma of BT.1886 since 2024."""
    return math.copysign(abs(part) ** 2.4, part)


def _from_xyz(xyz: Triple) -> Triple:
    return _times(_XYZ_TO_SRGB, xyz)


def _from_xyz_d50(xyz: Triple) -> Triple:
    return _from_xyz(_times(_D50_TO_D65, xyz))


def _rgb_space(
    decode: Callable[[float], float], matrix: _Matrix, to_light: Callable[[Triple], Triple]
) -> Callable[[Triple], Triple]:
    return lambda rgb: to_light(_times(matrix, _triple(map(decode, rgb))))


def _from_lab(lab: Triple) -> Triple:
    lightness, a, b = lab
    lightness = min(100.0, max(0.0, lightness))
    y = (lightness + 16) / 116
    kappa, epsilon = 24389 / 27, 216 / 24389
    parts = [
        f**3 if f**3 > epsilon else (116 * f - 16) / kappa for f in (a / 500 + y, y, y - b / 200)
    ]
    white = (0.3457 / 0.3585, 1.0, (1 - 0.3457 - 0.3585) / 0.3585)
    return _from_xyz_d50(_triple(part * of for part, of in zip(parts, white, strict=True)))


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
    lms = _triple(part**3 for part in _times(_inverse(_LMS_TO_OKLAB), lab))
    return _times(_inverse(_SRGB_TO_LMS), lms)


def _to_oklab(light: Triple) -> Triple:
    return _times(_LMS_TO_OKLAB, _triple(map(math.cbrt, _times(_SRGB_TO_LMS, light))))


def _rectangular(polar: Triple) -> Triple:
    lightness, chroma, hue = polar
    chroma, angle = max(0.0, chroma), math.radians(hue)
    return lightness, chroma * math.cos(angle), chroma * math.sin(angle)


def _polar(lab: Triple) -> Triple:
    return lab[0], math.hypot(lab[1], lab[2]), math.degrees(math.atan2(lab[2], lab[1]))


def _from_srgb(rgb: Triple) -> Triple:
    return _triple(map(_decode_srgb, rgb))


def _to_srgb(light: Triple) -> Triple:
    return _triple(map(_encode_srgb, light))


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
    return _from_srgb(_triple((part * (100 - white - black) + white) / 100 for part in pure))


_TO_LIGHT: dict[str, Callable[[Triple], Triple]] = {
    "srgb": _from_srgb,
    "srgb-linear": lambda light: light,
    "hsl": _from_hsl,
    "hwb": _from_hwb,
    "display-p3": _rgb_space(_decode_srgb, _P3_TO_XYZ, _from_xyz),
    "a98-rgb": _rgb_space(
        lambda part: math.copysign(abs(part) ** (563 / 256), part), _A98_TO_XYZ, _from_xyz
    ),
    "prophoto-rgb": _rgb_space(_decode_prophoto, _PROPHOTO_TO_XYZ_D50, _from_xyz_d50),
    "rec2020": _rgb_space(_decode_rec2020, _REC2020_TO_XYZ, _from_xyz),
    "xyz": _from_xyz,
    "xyz-d65": _from_xyz,
    "xyz-d50": _from_xyz_d50,
    "lab": _from_lab,
    "lch": lambda polar: _from_lab(_rectangular(polar)),
    "oklab": _from_oklab,
    "oklch": lambda polar: _from_oklab(_rectangular(polar)),
}
"""From the coordinates of a space to linear-light sRGB."""

_MIXED_IN: dict[str, tuple[Callable[[Triple], Triple], int | None]] = {
    "srgb": (_to_srgb, None),
    "srgb-linear": (lambda light: light, None),
    "xyz": (lambda light: _times(_SRGB_TO_XYZ, light), None),
    "xyz-d65": (lambda light: _times(_SRGB_TO_XYZ, light), None),
    "oklab": (_to_oklab, None),
    "oklch": (lambda light: _polar(_to_oklab(light)), 2),
    "hsl": (_to_hsl, 0),
}
"""Spaces to mix in: from linear-light sRGB, and which coordinate is a hue."""
