"""What a reference is called for people."""

from __future__ import annotations

from desktop.core.asset import displayable_name
from desktop.core.generation_record import Reference
from desktop.core.text import tr
from desktop.core.timecode import timecode


def reference_name(reference: Reference) -> str:
    """Its file's name, with the moment of a video, and whether it is a part alone."""
    name = displayable_name(reference.path)
    if reference.moment_ms is not None:
        name = f"{name} @ {timecode(reference.moment_ms)}"
    return name if reference.crop is None else tr("{file}, a part of it", file=name)
