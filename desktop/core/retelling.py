"""Sentences that are kept, and said in the language of whoever reads them later.

What is kept is how a ``Text`` was put together: its messages in English, which are the keys of the
catalogue, and what filled their places. A message that the catalogue does not have any more is said
in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from desktop.core.text import Text, clauses, date, listed, ngettext, number, tr

_WAYS: Mapping[str, Callable[..., Text]] = {
    "tr": tr,
    "ngettext": ngettext,
    "listed": lambda *parts: listed(parts),
    "clauses": lambda *parts: clauses(parts),
    "number": number,
    "date": date,
}


def kept(text: str) -> object:
    """The text as JSON's own types: a ``str`` for what is the same in every language."""
    if not isinstance(text, Text) or text.source is None:
        return str(text)
    way, parts, places = text.source
    plain: dict[str, object] = {"say": way, "of": [_kept_part(part) for part in parts]}
    if places:
        plain["with"] = {name: kept(value) for name, value in places.items()}
    return plain


def retold(plain: object) -> Text:
    """From ``kept``, in the language of this process.

    Raises:
        ValueError: it is nothing that ``kept`` gave.
    """
    if isinstance(plain, str):
        return Text(plain, plain)
    if not isinstance(plain, Mapping):
        raise ValueError("no text")
    fields = cast("Mapping[str, object]", plain)
    way, parts = _WAYS.get(str(fields.get("say"))), fields.get("of")
    places = fields.get("with", {})
    if way is None or not isinstance(parts, list) or not isinstance(places, Mapping):
        raise ValueError("no text")
    given = [_retold_part(part) for part in cast("list[object]", parts)]
    filling = cast("Mapping[str, object]", places)
    try:
        return way(*given, **{name: retold(value) for name, value in filling.items()})
    except (TypeError, AttributeError) as error:
        raise ValueError("no text") from error


def _kept_part(part: object) -> object:
    return kept(part) if isinstance(part, str) else part


def _retold_part(part: object) -> object:
    """A message stays a plain ``str``: ``tr`` takes a ``Text`` for one that is translated."""
    return part if isinstance(part, (str, int, float)) else retold(part)
