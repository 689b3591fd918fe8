"""A time in a video, as players write it."""

from __future__ import annotations

import re

_TIME = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d{1,3})?)", re.ASCII)


def timecode(milliseconds: int) -> str:
    """7,400 -> "0:07"; 3,723,000 -> "1:02:03"; whole seconds, not rounded up."""
    minutes, seconds = divmod(milliseconds // 1_000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def milliseconds(written: str) -> int:
    """ "7.4", "0:07.4" and "1:02:03" as ms. Raises: ValueError: it is no time."""
    found = _TIME.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no time")
    hours, minutes, seconds = found.groups("0")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)
