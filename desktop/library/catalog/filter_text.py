"""A filter as text, for whatever keeps one: canonical JSON of what it says, and nothing else."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, cast

import msgspec

from desktop.core.errors import LibraryError
from desktop.core.filter import Filter, Near, Range, Ratio
from desktop.core.text import tr


def dump_filter(wanted: Filter) -> str:
    """One text for one value: names sorted, no spaces, ASCII, so that any file name survives."""
    return json.dumps(_plain(wanted), sort_keys=True, separators=(",", ":"))


def load_filter(text: str) -> Filter:
    """What ``dump_filter`` made a text of.

    Raises:
        LibraryError: the text is not one, or says what this Plantain does not know; to leave a
            condition out would mean more pictures than the person did.
    """
    try:
        told = json.loads(text)
        wanted = msgspec.convert(told, Filter)
        if _plain(wanted) == told:
            return wanted
    except (ValueError, RecursionError, msgspec.ValidationError):
        pass  # and not by way of ``checked``: a bound of a filter may be beyond 64 bits
    raise LibraryError(
        tr("A search that was saved cannot be read; it may be from a newer Plantain."),
        safe=tr("It was not changed."),
        next_step=tr("Update Plantain."),
    )


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
