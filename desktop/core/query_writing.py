"""A query as the text that a person could have typed for it; ``core.query_language`` reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from desktop.core.filter import ALIKE, EVERYTHING, Filter, Near, Range, Ratio
from desktop.core.query_fields import LESS_ALIKE, STATES
from desktop.core.query_language import Parsed


class _Unwritable(Exception):
    """There is no text for it."""


def written(parsed: Parsed, zone: tzinfo | None = None) -> str | None:
    """The text of which ``parse`` makes the same again.

    Args:
        zone: as for ``parse``.

    Returns:
        None where the filter holds what cannot be typed: a list of ids, one of several, part of a
        day.
    """
    try:
        terms = _terms(parsed.filter, zone)
    except _Unwritable:
        return None
    return " ".join(part for part in (parsed.words, *terms) if part)


def _terms(wanted: Filter, zone: tzinfo | None) -> list[str]:
    states = [f"is:{name}" for name, state in STATES.items() if state == wanted]
    if states:
        return states[:1]
    terms: list[str] = []
    for name, value in wanted.said().items():
        if name == "every":
            terms += [term for part in value for term in _terms(part, zone)]
        elif name == "none_of":
            terms += [f"-{_single(part, zone)}" for part in value]
        elif name in ("dated", "modified", "added"):
            terms.append(f"{'date' if name == 'dated' else name}:{_days(value, zone)}")
        elif name.startswith("is_"):
            if len(wanted.said()) == 1:
                _refuse()  # it is none of the states that have a name
            terms += _terms(replace(EVERYTHING, **{name: value}), zone)
        else:
            terms.append(_WRITERS.get(name, _refuse)(value))
    return terms


def _single(wanted: Filter, zone: tzinfo | None) -> str:
    terms = _terms(wanted, zone)
    return terms[0] if len(terms) == 1 else _refuse()


def _refuse(*_: object) -> Any:
    raise _Unwritable


def value_written(text: str) -> str | None:
    """What stands behind the colon of a condition for this text; None: it cannot be typed."""
    if '"' in text or text != text.strip():
        return None
    return f'"{text}"' if not text or any(c.isspace() for c in text) else text


def _quoted(text: str) -> str:
    value = value_written(text)
    return _refuse() if value is None else value


def _phrase(text: str) -> str:
    return f'"{text}"' if '"' not in text else _refuse()


def _only(values: tuple[Any, ...]) -> str:
    return str(values[0]).lower() if len(values) == 1 else _refuse()


def _bounds(unit: str) -> Callable[[Range], str]:
    def write(bounds: Range) -> str:
        least, most = (
            "" if bound is None else f"{bound}{unit}" for bound in (bounds.least, bounds.most)
        )
        return least if least == most else f"{least}..{most}"

    return write


def _ratio(ratio: Ratio) -> str:
    ends = ["" if bound is None else f"{bound!r}" for bound in (ratio.least, ratio.most)]
    return "..".join(ends) if not any("e" in end for end in ends) else _refuse()


def _colour(near: Near) -> str:
    marks = {ALIKE: "", LESS_ALIKE: "~"}
    mark = marks.get(near.distance, f"~{round(near.distance * 100)}")
    if near.distance not in marks and near.distance != int(mark[1:]) / 100:
        _refuse()
    return near.colour.lower() + mark + (f">{near.share}%" if near.share else "")


def _days(when: Range, zone: tzinfo | None) -> str:
    first = "" if when.least is None else _day(when.least, zone)
    last = "" if when.most is None else _day(when.most + 1, zone, is_end=True)
    return f"{first}..{last}"


def _day(stamp: int, zone: tzinfo | None, *, is_end: bool = False) -> str:
    try:
        moment = datetime.fromtimestamp(stamp, zone)
    except (OverflowError, ValueError, OSError):
        _refuse()
        raise
    if (moment.hour, moment.minute, moment.second) != (0, 0, 0):
        _refuse()
    day = moment - timedelta(days=1) if is_end else moment
    return f"{day:%Y-%m-%d}" if day.year >= 1000 else _refuse()


_WRITERS: dict[str, Callable[[Any], str]] = {
    "phrase": _phrase,
    **{
        name: lambda words, name=name: f"{name}:{_quoted(words)}"
        for name in (
            *("folder", "board", "tag", "text", "camera", "lens", "copyright", "keyword"),
            *("prompt", "model", "kit"),
        )
    },
    "made_from": lambda words: f"from:{_quoted(words)}",
    "rating": lambda stars: f"rating:{_bounds('')(stars)}",
    "kinds": lambda kinds: f"type:{_only(kinds)}",
    "formats": lambda names: f"type:{_only(names)}",
    "size": lambda size: f"size:{_bounds('B')(size)}",
    "pixels": lambda pixels: f"pixels:{_bounds('px')(pixels)}",
    "shape": lambda shape: f"shape:{shape}",
    "ratio": lambda ratio: f"ratio:{_ratio(ratio)}",
    "near": lambda near: f"color:{_colour(near)}",
}
