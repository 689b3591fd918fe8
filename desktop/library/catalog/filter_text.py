"""A filter as text, for whatever keeps one: canonical JSON of what it says, and nothing else."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, cast

import msgspec

from desktop.core.filter import Filter, Near, Range, Ratio
from desktop.core.text import marked, tr
from desktop.files.checked_json import MalformedJson, checked

UNREADABLE = marked("A search that was saved cannot be read; it may be from a newer Plantain.")


def dump_filter(wanted: Filter) -> str:
    """One text for one value: names sorted, no spaces, ASCII, so that any file name survives."""
    return json.dumps(_plain(wanted), sort_keys=True, separators=(",", ":"))


def load_filter(text: str) -> Filter:
    """What ``dump_filter`` made a text of.

    Raises:
        MalformedJson: the text is not one, or says what this Plantain does not know; to leave a
            condition out would mean more pictures than the person did.
    """
    try:
        # A bound may be beyond 64 bits ("size:>999999999TB"), and is looked at as if it were not.
        checked(json.loads(text, parse_int=_within_64_bits), Filter, names={"folder"})
        told = json.loads(text)
        wanted = msgspec.convert(told, Filter)
        if _plain(wanted) == told:
            return wanted
    except (ValueError, RecursionError) as error:
        raise MalformedJson(tr(UNREADABLE)) from error
    raise MalformedJson(tr(UNREADABLE))


def _within_64_bits(digits: str) -> int:
    return max(-(2**63), min(int(digits), 2**63 - 1))


def _plain(value: Any) -> Any:
    """Without what says nothing."""
    match value:
        case Filter():
            return {name: _plain(part) for name, part in value.said().items()}
        case Enum():
            return value.value
        case tuple():
            return [_plain(part) for part in cast("tuple[Any, ...]", value)]
        case Range() | Ratio():
            bounds = {"least": value.least, "most": value.most}
            return {name: bound for name, bound in bounds.items() if bound is not None}
        case Near():
            told = {"colour": value.colour, "distance": value.distance}
            return told | ({"share": value.share} if value.share else {})
        case _:
            return value
