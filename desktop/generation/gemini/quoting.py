"""Words of a service, made fit to stand in a sentence of ours."""

from __future__ import annotations

import re

from desktop.core.text import marked

KEPT = marked("Your prompt and references are kept; nothing was saved.")

_GOOGLE_KEY = re.compile(r"AIza[0-9A-Za-z_\-]{20,}")
_HIDDEN = "[key]"


def one_line(text: str, limit: int = 240) -> str:
    """The text with all runs of white space as one space, cut at ``limit`` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def readable(text: str) -> str:
    """The text on its lines, without what would command a terminal or is half a character."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def without_key(text: str, key: str) -> str:
    """The text with the key, and whatever looks like a Google key, taken out.

    Google repeats the key in some refusals ("Consumer 'api_key:AIza…' has been suspended").
    """
    if key:
        text = text.replace(key, _HIDDEN)
    return _GOOGLE_KEY.sub(_HIDDEN, text)
