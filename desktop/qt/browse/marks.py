"""What was said about a picture, as its tile shows it."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core.annotations import Annotation, Flag

STAR = "★"
_SEPARATOR = " · "
_ICONS = {
    Flag.REJECTED: ("circle-x", "danger"),
    Flag.KEPT: ("circle-check", "text"),
    Flag.FAVOURITE: ("heart-filled", "danger"),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """Ready to be painted.

    Attributes:
        words: stars and tags; empty for neither.
        stars: these alone, for a tile that has no room for more.
        icons: name and colour of each flag's icon.
        is_rejected: the picture steps back.
        stacked: how many pictures it stands for; 0 for itself alone.
    """

    words: str = ""
    stars: str = ""
    icons: tuple[tuple[str, str], ...] = ()
    is_rejected: bool = False
    stacked: int = 0


NO_MARKS = Marks()


def marks_of(said: Annotation) -> Marks:
    """Only what is there: most tiles show nothing."""
    stars = said.rating * STAR
    return Marks(
        _SEPARATOR.join(filter(None, (stars, *said.tags))),
        stars,
        tuple(look for flag, look in _ICONS.items() if flag in said.flags),
        Flag.REJECTED in said.flags,
    )
