"""The order in which people expect names."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+")


def natural(text: str) -> str:
    """A key by which "Look 2" comes before "look 10"."""
    return _NUMBER.sub(lambda number: number[0].zfill(12), text.casefold())
