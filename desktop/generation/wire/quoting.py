"""Words of a service, made fit to stand in a sentence of ours."""

from __future__ import annotations

import re

from desktop.core.text import marked

KEPT = marked("Your prompt and references are kept; nothing was saved.")

_LOOKS_SECRET = re.compile(r"AIza[\w\-]{20,}|ya29\.[\w\-.]{10,}|\bsk-[\w\-]{16,}")
"""Keys and tokens of Google, keys of OpenAI."""
HIDDEN = "[key]"
_SHORTEST_KEY = 8


def one_line(text: str, limit: int = 240) -> str:
    """The text with all runs of white space as one space, cut at ``limit`` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def readable(text: str) -> str:
    """The text on its lines, without what would command a terminal or is half a character."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def without_key(text: str, key: str) -> str:
    """The text with the key, and whatever looks like one, taken out.

    Google repeats the key in some refusals ("Consumer 'api_key:AIza…' has been suspended").
    """
    if key:
        text = text.replace(key, HIDDEN)
    return _LOOKS_SECRET.sub(HIDDEN, text)


def body_without_key(body: bytes, key: str) -> bytes:
    """The same for an answer that is going to be kept as it came.

    A key that is shorter than any might stand in a picture by chance.
    """
    return body.replace(key.encode(), HIDDEN.encode()) if len(key) >= _SHORTEST_KEY else body
