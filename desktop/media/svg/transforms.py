"""Transforms of CSS in the words of SVG's attribute, which are all that resvg knows.

By CSS Transforms 1 (section 13) and 2 (section 5): units, axes of their own, the properties
``translate``, ``rotate`` and ``scale``, calculations, shares of a box. What is left of a third
dimension on paper is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from desktop.media.svg.calculations import calculated, meaningful
from desktop.media.svg.extent import PIXELS, Box

PROPERTIES = ("translate", "rotate", "scale", "transform")
"""In the order in which they act, the outermost first."""
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z%]*)", re.IGNORECASE)
_DEGREES = {"": 1.0, "deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
_NOTHING = ""
_LONGEST = 10_000


def transform_attribute(properties: dict[str, str], box: Box | None = None) -> str | None:
    """One attribute ``transform`` for what an element states; None where it cannot be said.

    Args:
        properties: some of ``PROPERTIES`` and their values.
        box: of which shares are; None where nobody knows it.
    """
    parts: list[str] = []
    for name in PROPERTIES:
        value = properties.get(name, "none").strip()
        if value.lower() == "none":
            continue
        part = _functions(value if name == "transform" else f"{name}({value})", box)
        if part is None:
            return None
        parts.append(part)
    return " ".join(filter(None, parts))


def _functions(text: str, box: Box | None) -> str | None:
    """A row of functions in those that SVG has; None when one of them is not known."""
    if len(text) > _LONGEST:
        return None
    import tinycss2

    parts: list[str] = []
    for token in meaningful(tinycss2.parse_component_value_list(text, skip_comments=True)):
        if token == ",":
            continue
        convert = _CONVERTED.get(token.lower_name) if token.type == "function" else None
        if convert is None:
            return None
        try:
            parts.append(convert(_arguments(token, box)))
        except (ValueError, ArithmeticError, IndexError, KeyError):
            return None
    return " ".join(filter(None, parts))


def _arguments(function: Any, box: Box | None) -> list[str]:
    """As they are written, but for what is to be worked out. Raises: ValueError."""
    given = [token for token in meaningful(function.arguments) if token != ","]
    is_move = function.lower_name.startswith("translate")
    arguments: list[str] = []
    for place, token in enumerate(given):
        is_worked_out = token.type == "function" or (is_move and token.type == "percentage")
        if not is_worked_out:
            arguments.append(token.serialize())
            continue
        whole = 1.0
        if is_move and "%" in token.serialize():
            if box is None:
                raise ValueError("a share of nothing known")
            is_across = place == 0 and function.lower_name != "translatey"
            whole = box.width if is_across else box.height
        arguments.append(repr(calculated(token, {}, whole, PIXELS | _DEGREES)))
    return arguments


def _measure(text: str, units: dict[str, float]) -> float:
    """Raises: ValueError, KeyError: no number, or of another unit."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    number = float(found[1])
    value = number * units[found[2].lower()] if number else 0.0
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _length(arguments: Sequence[str], at: int) -> float:
    return _measure(arguments[at], PIXELS) if at < len(arguments) else 0.0


def _angle(arguments: Sequence[str], at: int) -> float:
    return _measure(arguments[at], _DEGREES) if at < len(arguments) else 0.0


def _factor(text: str) -> float:
    return _measure(text, {"": 1.0, "%": 0.01})


def _written(name: str, *numbers: float) -> str:
    return f"{name}({' '.join(f'{number:.9g}' for number in numbers)})"


def _rotate(arguments: Sequence[str]) -> str:
    if len(arguments) == 3:  # as SVG has it: about a point
        return _written("rotate", *(_measure(each, _DEGREES | PIXELS) for each in arguments))
    return _written("rotate", _measure(arguments[0], _DEGREES))


def _scale(arguments: Sequence[str]) -> str:
    x = _factor(arguments[0])
    return _written("scale", x, _factor(arguments[1]) if len(arguments) > 1 else x)


def _skew(arguments: Sequence[str]) -> str:
    across, down = (math.tan(math.radians(_angle(arguments, at))) for at in (0, 1))
    return _written("matrix", 1, down, across, 1, 0, 0)


def _turned_away(arguments: Sequence[str]) -> float:
    """How much is left of a length that is turned away from the paper."""
    return math.cos(math.radians(_angle(arguments, 0)))


def _translate(arguments: Sequence[str]) -> str:
    return _written("translate", _length(arguments, 0), _length(arguments, 1))


_CONVERTED: dict[str, Callable[[Sequence[str]], str]] = {
    "matrix": lambda given: _written("matrix", *(_measure(each, PIXELS) for each in given[:6])),
    "translate": _translate,
    "translate3d": _translate,
    "translatex": lambda given: _written("translate", _length(given, 0), 0),
    "translatey": lambda given: _written("translate", 0, _length(given, 0)),
    "translatez": lambda _given: _NOTHING,
    "rotate": _rotate,
    "rotatez": _rotate,
    "rotatex": lambda given: _written("scale", 1, _turned_away(given)),
    "rotatey": lambda given: _written("scale", _turned_away(given), 1),
    "scale": _scale,
    "scale3d": _scale,
    "scalex": lambda given: _written("scale", _factor(given[0]), 1),
    "scaley": lambda given: _written("scale", 1, _factor(given[0])),
    "scalez": lambda _given: _NOTHING,
    "skew": _skew,
    "skewx": lambda given: _written("skewX", _angle(given, 0)),
    "skewy": lambda given: _written("skewY", _angle(given, 0)),
}
