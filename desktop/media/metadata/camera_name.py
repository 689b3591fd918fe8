"""What a camera is called, of the two names that files have of it, whatever they are written in."""

from __future__ import annotations

import re

_OF_THE_FIRM = re.compile(
    r"\s*,?\s*\b(corporation|corp|co|company|ltd|inc|gmbh|ag|imaging|optical|electric\w*"
    r"|techwin|computer|digital)\b.*",
    re.IGNORECASE,
)


def camera_name(make: str, model: str) -> str:
    """Of "OLYMPUS CORPORATION" and "E-M1": "OLYMPUS E-M1"; many models name their maker already."""
    make = _OF_THE_FIRM.sub("", make).strip()
    if not make or make.split()[0].casefold() in model.casefold():
        return model or make
    return f"{make} {model}".strip()
