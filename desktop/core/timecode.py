"""A time in a video, as players write it."""

from __future__ import annotations


def timecode(milliseconds: int) -> str:
    """7,400 -> "0:07"; 3,723,000 -> "1:02:03"; whole seconds, not rounded up."""
    minutes, seconds = divmod(milliseconds // 1_000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
