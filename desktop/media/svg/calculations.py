"""Numbers of CSS that are worked out: calc(), min(), max(), clamp() (Values and Units 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from desktop.media.svg.extent import PIXELS

_DEGREES = {"deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
_LONGEST = 1000
_CONSTANTS = {"pi": math.pi, "e": math.e, "none": 0.0}


Units = Mapping[str, float]


def calculated(
    token: Any, names: Mapping[str, float], whole: float, units: Units = _DEGREES
) -> float:
    """What a number, an angle (in degrees), a share or a calculation comes to.

    Args:
        token: tinycss2's.
        names: what words stand for.
        whole: what 100 % is.
        units: what one of each is.

    Raises:
        ValueError: it is nothing of that; ArithmeticError: it has no result.
    """
    if token.type == "number":
        return float(token.value)
    if token.type == "percentage":
        return float(token.value) / 100 * whole
    if token.type == "dimension" and token.lower_unit in units:
        return float(token.value) * units[token.lower_unit]
    if token.type == "ident":
        word = token.lower_value
        if word in names or word in _CONSTANTS:
            return names.get(word, _CONSTANTS.get(word, 0.0))
    if token.type == "() block":
        return _sum(meaningful(token.content), names, whole, units)
    if token.type == "function" and token.lower_name in FUNCTIONS:
        parts = separated(token.arguments)
        return FUNCTIONS[token.lower_name]([_sum(part, names, whole, units) for part in parts])
    raise ValueError("no number")


def length_of(text: str, whole: float | None) -> float:
    """A length in CSS pixels, whichever way it is written.

    Args:
        whole: what 100 % is; None where nobody knows.

    Raises:
        ValueError: it is none, or a share of what nobody knows; ArithmeticError.
    """
    if len(text) > _LONGEST:
        raise ValueError("too long for a length")
    with suppress(ValueError):
        return _finite(float(text))
    import tinycss2

    if whole is None and "%" in text:
        raise ValueError("a share of nothing known")
    token = tinycss2.parse_one_component_value(text, skip_comments=True)
    return _finite(calculated(token, {}, whole or 0.0, PIXELS))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise OverflowError("no such length")
    return value


def meaningful(tokens: Sequence[Any]) -> list[Any]:
    return [token for token in tokens if token.type not in {"whitespace", "comment"}]


def separated(tokens: Sequence[Any]) -> list[list[Any]]:
    """Arguments between commas."""
    parts: list[list[Any]] = [[]]
    for token in meaningful(tokens):
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _sum(tokens: list[Any], names: Mapping[str, float], whole: float, units: Units) -> float:
    """Products of values, added."""
    if len(tokens) % 2 == 0:
        raise ValueError("no sum")
    total, product, sign = 0.0, calculated(tokens[0], names, whole, units), 1.0
    for operator, token in zip(tokens[1::2], tokens[2::2], strict=True):
        value = calculated(token, names, whole, units)
        if operator == "*":
            product *= value
        elif operator == "/":
            product /= value
        elif operator in ("+", "-"):
            total += sign * product
            sign, product = 1.0 if operator == "+" else -1.0, value
        else:
            raise ValueError("no operator")
    return total + sign * product


def _only(values: list[float]) -> float:
    (value,) = values
    return value


def _clamp(values: list[float]) -> float:
    least, value, most = values
    return max(least, min(value, most))


FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "calc": _only,
    "min": min,
    "max": max,
    "clamp": _clamp,
}
