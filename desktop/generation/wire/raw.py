"""What a service answered, unread: for whoever wants to know more than our sentence says.

Without the key, without pictures, of a bounded length; it is shown, kept with the attempt it is
about, and never in a log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from desktop.files.checked_json import parse_json
from desktop.generation.wire.quoting import readable, without_key

if TYPE_CHECKING:
    from desktop.generation.wire.bounded import Answer

LONGEST = 20_000
"""Characters of one answer that are shown."""
_LONGEST_STRING = 1_000
"""A longer one is a picture or a signature, which nobody reads."""
_HEADERS = re.compile(r"content-type|retry-after|date|server|via|.*request-id|x-ratelimit-.*")
"""Headers that say something of a failure; cookies and what proxies add do not."""


def of_answer(answer: Answer, key: str) -> str:
    """Status, telling headers and body of a refusal."""
    lines = [f"HTTP {answer.status}"]
    lines += [f"{name}: {text}" for name, text in answer.headers.items() if _HEADERS.match(name)]
    return _bounded(f"{_hidden(chr(10).join(lines), key)}\n\n{of_body(answer.body, key)}".rstrip())


def of_body(body: bytes, key: str = "") -> str:
    """The JSON on its lines, long strings cut; what is no JSON as text."""
    try:
        shown = json.dumps(_shortened(parse_json(body), key), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = _hidden(body[: 4 * LONGEST].decode("utf-8", "replace"), key)
    return _bounded(shown)


def of_exception(error: BaseException, key: str) -> str:
    """What kept an answer from coming: each cause on a line, the outermost first."""
    told = (f"{type(cause).__name__}: {cause}".rstrip(": ") for cause in causes_of(error))
    return _bounded(_hidden("\n".join(dict.fromkeys(told)), key))


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, each once."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _bounded(text: str) -> str:
    shown = readable(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def _hidden(text: str, key: str) -> str:
    """As in an address, too, where a character may stand for itself in another way."""
    return without_key(without_key(text, quote(key, safe="")), key)


def _shortened(value: object, key: str) -> object:
    if isinstance(value, str):
        shown = _hidden(value, key)
        if len(shown) <= _LONGEST_STRING:
            return shown
        return f"{shown[:40]}… ({len(shown)} characters)"
    if isinstance(value, list):
        return [_shortened(item, key) for item in cast(list[object], value)]
    if isinstance(value, Mapping):
        fields = cast(Mapping[str, object], value)
        return {_hidden(name, key): _shortened(item, key) for name, item in fields.items()}
    return value
