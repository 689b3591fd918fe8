"""What has changed for people, from the changelog that comes with the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from desktop.config.paths import resource

UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## \[?([^\]\s]+)\]?.*$", re.M)


@dataclass(frozen=True, slots=True)
class Release:
    """One version and what it brought.

    Attributes:
        version: or ``UNRELEASED``.
        notes: Markdown.
    """

    version: str
    notes: str


def changelog() -> str:
    """The whole of it; empty in a build that lacks it."""
    beside = Path(__file__).resolve().parents[2] / ".github" / "CHANGELOG.md"  # in a checkout
    try:
        return resource("CHANGELOG.md").read_text("utf-8")
    except OSError:
        return beside.read_text("utf-8") if beside.is_file() else ""


def releases(text: str) -> tuple[Release, ...]:
    """Its parts, the newest first."""
    _, *parts = _HEADING.split(text)
    return tuple(
        Release(version, notes.strip())
        for version, notes in zip(parts[::2], parts[1::2], strict=True)
    )


def notes_since(text: str, current: str, seen: str) -> tuple[Release, ...]:
    """What is new to a person who has used ``seen`` until now.

    Args:
        current: the version that runs; as long as the changelog does not name it, what is not
            released yet is what it brought.
        seen: empty for all that ``current`` brought.
    """
    found = releases(text)
    names = [each.version for each in found]
    if current in names:
        found = found[names.index(current) :]
    older = next((at for at, each in enumerate(found) if each.version == seen), None)
    return found[:1] if older is None else found[:older]
