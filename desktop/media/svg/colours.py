"""CSS colours to the hexadecimal sRGB that resvg knows.

Parsing is tinycss2's; colours that are made of others, and CMYK, are those of CSS Color 5. What
lies outside sRGB is clipped, as browsers do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

from desktop.media.svg.calculations import calculated, meaningful, separated
from desktop.media.svg.colour_spaces import (
    SPACES,
    Triple,
    decode_srgb,
    encode_srgb,
    triple,
)

_SYSTEM_COLOURS = {
    **dict.fromkeys(("canvas", "field", "buttonface", "window"), "#ffffff"),
    **dict.fromkeys(("canvastext", "fieldtext", "buttontext", "windowtext"), "#000000"),
    **dict.fromkeys(("accentcolor", "highlight", "selecteditem"), "#0078d7"),
    **dict.fromkeys(("accentcolortext", "highlighttext", "selecteditemtext"), "#ffffff"),
    **{"linktext": "#0000ee", "visitedtext": "#551a8b", "activetext": "#ff0000"},
    **{"graytext": "#808080", "mark": "#ffff00", "marktext": "#000000"},
}
"""Light ones: CSS Color 4, section 6.2."""
_NO_NAMES: Mapping[str, float] = {}
_NUMBERS_OF_RGB = 255.0


class _Function(NamedTuple):
    """A function that names a colour: its space, what 100 % of each coordinate is, and by what
    they are divided."""

    space: str
    wholes: Triple
    divisor: float = 1.0


_FUNCTIONS = {
    **dict.fromkeys(("rgb", "rgba"), _Function("srgb", (255.0, 255.0, 255.0), _NUMBERS_OF_RGB)),
    **dict.fromkeys(("hsl", "hsla"), _Function("hsl", (360.0, 100.0, 100.0))),
    "hwb": _Function("hwb", (360.0, 100.0, 100.0)),
    "lab": _Function("lab", (100.0, 125.0, 125.0)),
    "lch": _Function("lch", (100.0, 150.0, 360.0)),
    "oklab": _Function("oklab", (1.0, 0.4, 0.4)),
    "oklch": _Function("oklch", (1.0, 0.4, 360.0)),
}


class Colour(NamedTuple):
    """Linear-light sRGB, unclipped, and opacity from 0 to 1."""

    light: Triple
    alpha: float


@lru_cache(maxsize=4096)
def srgb(text: str) -> str | None:
    """ "#rrggbb", "#rrggbbaa" or "currentColor" for any CSS colour; None for what is none."""
    import tinycss2

    tokens = meaningful(tinycss2.parse_component_value_list(text[:1000]))
    if len(tokens) != 1:
        return None
    if tokens[0].type == "ident" and tokens[0].lower_value == "currentcolor":
        return "currentColor"
    try:
        colour = _colour(tokens[0])
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return None if colour is None else _hexadecimal(colour)


def _hexadecimal(colour: Colour) -> str:
    # A little more, because 127.5 comes out of the arithmetic as a little less.
    levels = [
        int(255 * min(1.0, max(0.0, encode_srgb(part))) + 0.5 + 1e-6) for part in colour.light
    ]
    alpha = round(255 * min(1.0, max(0.0, colour.alpha)))
    return f"#{bytes(levels).hex()}" + (f"{alpha:02x}" if alpha < 255 else "")


def _colour(token: Any) -> Colour | None:
    from tinycss2 import color5

    if token.type == "ident" and token.lower_value in _SYSTEM_COLOURS:
        return _of_hexadecimal(_SYSTEM_COLOURS[token.lower_value])
    if token.type == "function":
        arguments = separated(token.arguments)
        if token.lower_name == "color-mix":
            return _mixture(arguments)
        if token.lower_name == "light-dark":
            usable = len(arguments) == 2 and all(len(each) == 1 for each in arguments)
            return _colour(arguments[0][0]) if usable else None
        if _is_worked_out(token):
            return _worked_out(token)
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
        light = triple(decode_srgb(1 - min(1.0, ink * (1 - black) + black)) for ink in inks)
        return Colour(light, colour.alpha)
    if colour.space not in SPACES or len(coordinates) != 3:
        return None
    return Colour(SPACES[colour.space].to_light(triple(coordinates)), colour.alpha)


def _is_worked_out(function: Any) -> bool:
    """True when a colour is made of another one, or its numbers are calculated."""
    tokens = meaningful(function.arguments)
    is_relative = bool(tokens) and getattr(tokens[0], "lower_value", "") == "from"
    is_named = function.lower_name in _FUNCTIONS or function.lower_name == "color"
    return is_named and (is_relative or any(token.type == "function" for token in tokens))


def _worked_out(function: Any) -> Colour | None:
    """CSS Color 5, section 4. Raises: ValueError, ArithmeticError: no colour."""
    tokens = [token for token in meaningful(function.arguments) if token != ","]
    origin: Colour | None = None
    if tokens[0].type == "ident" and tokens[0].lower_value == "from":
        origin = _colour(tokens[1])
        if origin is None:
            return None
        tokens = tokens[2:]
    known = _FUNCTIONS.get(function.lower_name)
    if known is None:  # color(), which names its space
        known = _Function(tokens[0].lower_value if tokens[0].type == "ident" else "", (1, 1, 1))
        tokens = tokens[1:]
    space = SPACES.get(known.space)
    if space is None:
        return None
    names = {} if origin is None else dict(_named(origin, known))
    values = [token for token in tokens if token != "/"]
    if not 3 <= len(values) <= 4:
        return None
    coordinates = [
        calculated(token, names, whole) / known.divisor
        for token, whole in zip(values[:3], known.wholes, strict=True)
    ]
    alpha = names.get("alpha", 1.0)
    if len(values) == 4:
        alpha = calculated(values[3], names, 1.0)
    if not all(map(math.isfinite, (*coordinates, alpha))):
        return None
    return Colour(space.to_light(triple(coordinates)), min(1.0, max(0.0, alpha)))


def _named(origin: Colour, known: _Function) -> Iterator[tuple[str, float]]:
    """What each channel of a colour is called, and what it is."""
    space = SPACES[known.space]
    values = space.from_light(origin.light)
    yield from zip(space.channels, (value * known.divisor for value in values), strict=True)
    yield "alpha", origin.alpha


def _mixture(arguments: list[list[Any]]) -> Colour | None:
    """color-mix() of two colours: CSS Color 5, section 3. Raises: ValueError: no numbers."""
    words = [getattr(token, "lower_value", "") for token in arguments[0]]
    if words[:1] == ["in"]:
        space, ways = (words[1] if len(words) > 1 else ""), words[2:]
        arguments = arguments[1:]
    else:
        space, ways = "oklab", []
    if len(arguments) != 2 or space not in SPACES or ways not in _WAYS_ROUND:
        return None
    colours: list[Colour] = []
    shares: list[float | None] = []
    for argument in arguments:
        plain = [token for token in argument if not _is_share(token)]
        given = [calculated(token, _NO_NAMES, 1.0) for token in argument if _is_share(token)]
        colour = _colour(plain[0]) if len(plain) == 1 else None
        if colour is None or len(given) > 1:
            return None
        colours.append(colour)
        shares.append(given[0] if given else None)
    first = shares[0] if shares[0] is not None else 1 - (0.5 if shares[1] is None else shares[1])
    second = shares[1] if shares[1] is not None else 1 - first
    total = first + second
    if total <= 0 or min(first, second) < 0:
        return None
    mixed = _mixed(colours[0], colours[1], second / total, space, ways[:1] == ["longer"])
    return mixed._replace(alpha=mixed.alpha * min(1.0, total))


_WAYS_ROUND: list[list[str]] = [[], ["shorter", "hue"], ["longer", "hue"]]


def _is_share(token: Any) -> bool:
    return token.type == "percentage" or (token.type == "function" and token.lower_name == "calc")


def _mixed(one: Colour, other: Colour, share: float, name: str, is_longer: bool) -> Colour:
    space = SPACES[name]
    ours, theirs = list(space.from_light(one.light)), list(space.from_light(other.light))
    hue = space.hue
    if hue is not None:
        way = (theirs[hue] - ours[hue] + 180) % 360 - 180
        if is_longer and way:
            way -= math.copysign(360, way)
        theirs[hue] = ours[hue] + way
    alpha = one.alpha * (1 - share) + other.alpha * share
    mixed: list[float] = []
    for at, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if at == hue or not alpha:
            mixed.append(a * (1 - share) + b * share)
        else:
            mixed.append((a * one.alpha * (1 - share) + b * other.alpha * share) / alpha)
    return Colour(space.to_light(triple(mixed)), alpha)


def _of_hexadecimal(text: str) -> Colour:
    levels = bytes.fromhex(text[1:])
    return Colour(triple(decode_srgb(level / 255) for level in levels), 1.0)
