"""What was said about a picture, as its tile shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.core.annotations import Annotation, Flag, name_key

STAR = "★"
_SEPARATOR = " · "
_MOST_COLOURS = 4
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
        colours: tokens of the colours of its tags.
        is_rejected: the picture steps back.
        stacked: how many pictures it stands for; 0 for itself alone.
    """

    words: str = ""
    stars: str = ""
    icons: tuple[tuple[str, str], ...] = ()
    is_rejected: bool = False
    stacked: int = 0
    colours: tuple[str, ...] = ()


NO_MARKS = Marks()


def marks_of(said: Annotation, colours: Mapping[str, str]) -> Marks:
    """Only what is there: most tiles show nothing.

    Args:
        colours: key of a tag's name -> token of its colour.
    """
    stars = said.rating * STAR
    return Marks(
        _SEPARATOR.join(filter(None, (stars, *said.tags))),
        stars,
        tuple(look for flag, look in _ICONS.items() if flag in said.flags),
        Flag.REJECTED in said.flags,
        colours=tuple(
            dict.fromkeys(colours[key] for tag in said.tags if (key := name_key(tag)) in colours)
        )[:_MOST_COLOURS],
    )
