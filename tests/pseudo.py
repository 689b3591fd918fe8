"""A language that nobody speaks: every sentence of the catalogue in brackets and a third longer.

What is shown without brackets was not marked for translation, and what is cut off is too narrow for
a language that needs more room than English.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog

from desktop.core.text import DOMAIN, Language
from tests.translations import compiled, extract, messages

CODE = "xx"
_OPEN, _CLOSE = "⟦", "⟧"
_NEVER_WORDS = frozenset({",", ".", ", ", "; "})
"""Marks of numbers and lists."""
_INNERMOST = re.compile(f"{_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE}")


def write_pseudo(folder: Path) -> Language:
    """Make its catalogue below ``folder``."""
    catalog = Catalog(fuzzy=False)
    for message in messages(extract()):
        form = message.id
        shown = tuple(map(_longer, form)) if isinstance(form, tuple | list) else _longer(str(form))
        catalog.add(message.id, shown, context=message.context)
    path = folder / CODE / "LC_MESSAGES" / f"{DOMAIN}.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(compiled(catalog))
    return Language(CODE, folder)


def unmarked(text: str) -> str:
    """What of a text stands outside all brackets."""
    before = ""
    while before != text:
        before, text = text, _INNERMOST.sub("", text)
    return text.strip()


def _longer(text: str) -> str:
    if text in _NEVER_WORDS:
        return text
    words = re.sub(r"\{\w*\}|%(?:\(\w+\))?[sdr]", "", text)
    return f"{_OPEN}{text}{'·' * (len(words) * 3 // 10)}{_CLOSE}"
