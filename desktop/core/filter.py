"""Which assets are meant: one value for a section, a chip, a saved search and a smart board.

A filter says nothing about order and nothing about similarity. ``library.catalog.filters`` turns it
into ids; ``index.conditions`` into what a vector store can decide by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from desktop.core.annotations import Flag, name_key
from desktop.core.asset import Kind
from desktop.core.colour import SAME_NAME

SQUARE_WITHIN = 1.05
"""A picture whose sides differ by no more than this factor passes for a square."""
ALIKE = SAME_NAME
"""Distance in Oklab; an eye can just tell 0.02 apart (B. Ottosson, 2020)."""


_COLOUR = re.compile("#[0-9A-Fa-f]{6}")


class Shape(StrEnum):
    """How a picture's width and height relate; one whose size is not known has none."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Range:
    """From ``least`` to ``most``, both included; None: no bound on that side."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Width by height, from ``least`` to ``most``, both included; None: no bound."""

    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """Some of a picture, or enough of it, is about this colour.

    Attributes:
        colour: "#1A2B3C", sRGB.
        distance: the greatest one allowed, Euclidean in Oklab.
        share: least of what the picture shows, percent; 0: one of its main colours, however little
            it has of it.

    Raises:
        ValueError: ``colour`` is none.
    """

    colour: str
    distance: float = ALIKE
    share: int = 0

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"{self.colour!r} is no colour like #1A2B3C")


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must hold together; one that is None or empty says nothing.

    What one of the person's rules hides is never meant.

    Attributes:
        folder: absolute path, as in ``Asset.folder``, or the end of one (a name); those below it
            belong to it.
        board, tag: names, told apart without their case.
        phrase: these words, next to each other, in path, prompt, tags or note, or written in the
            picture.
        text: these words are written in the picture.
        is_tagged: it has a tag, whichever.
        flag: it has this one.
        rating: stars, 0 for what is not rated.
        kinds, formats: one of these; a format by its short name ("JPEG"), whether all of a file
            is shown or a preview inside.
        dated: when the picture was taken, and where its file does not say when that was changed;
            whole seconds since the epoch.
        modified: of the file, whole seconds since the epoch.
        added: when the library first saw it, whole seconds since the epoch.
        size: of the file, bytes.
        pixels: width times height.
        shape, ratio: of width to height.
        near: about this colour.
        camera, lens, copyright: words that are all in what the file says of it.
        keyword: one that another program wrote into the file, told as ``tag`` is.
        prompt, model, made_from: words that are all in what it was made with: in the prompt, in the
            model that was asked or answered, in the path of one of the references.
        kit: the name of the brand kit that went along.
        is_generated: made by Plantain.
        is_missing: the file was not there at the last scan.
        is_offline: its drive or folder is to be connected.
        is_elsewhere: a team-mate's, with no file in a folder here.
        is_duplicate: the file is there and has the content of another one.
        is_readable: nothing is known to be wrong with the file.
        is_private: it never leaves this machine, see ``core.rights``.
        is_expired: the last day on which it may be used is over.
        is_made_from_expired: so is that of something it was made from.
        ids: one of these assets.
        every: all of these hold too.
        any_of: one of these holds, or more.
        none_of: none of these holds.
    """

    folder: str = ""
    board: str = ""
    tag: str = ""
    phrase: str = ""
    text: str = ""
    is_tagged: bool | None = None
    flag: Flag | None = None
    rating: Range | None = None
    kinds: tuple[Kind, ...] = ()
    formats: tuple[str, ...] = ()
    dated: Range | None = None
    modified: Range | None = None
    added: Range | None = None
    size: Range | None = None
    pixels: Range | None = None
    shape: Shape | None = None
    ratio: Ratio | None = None
    near: Near | None = None
    camera: str = ""
    lens: str = ""
    copyright: str = ""
    keyword: str = ""
    prompt: str = ""
    model: str = ""
    made_from: str = ""
    kit: str = ""
    is_generated: bool | None = None
    is_missing: bool | None = None
    is_offline: bool | None = None
    is_elsewhere: bool | None = None
    is_duplicate: bool | None = None
    is_readable: bool | None = None
    is_private: bool | None = None
    is_expired: bool | None = None
    is_made_from_expired: bool | None = None
    ids: tuple[int, ...] | None = None
    every: tuple[Filter, ...] = ()
    any_of: tuple[Filter, ...] = ()
    none_of: tuple[Filter, ...] = ()

    def __and__(self, other: Filter) -> Filter:
        """What both mean."""
        parts = [part for part in (self, other) if part != EVERYTHING]
        return parts[0] if len(parts) == 1 else Filter(every=tuple(parts))

    def __or__(self, other: Filter) -> Filter:
        """What either means."""
        return Filter(any_of=(self, other))

    def __invert__(self) -> Filter:
        """What it does not mean."""
        return Filter(none_of=(self,))

    @property
    def ordered_by(self) -> str:
        """The board whose order its pictures are in; empty for none."""
        boards = (self.board, *(part.board for part in self.every))
        return next((board for board in boards if board), "")

    def said(self) -> dict[str, Any]:
        """The conditions that say something, by name, in the order of the class."""
        values = ((name, getattr(self, name), default) for name, default in _UNSAID.items())
        return {name: value for name, value, default in values if value != default}


_UNSAID = {field.name: field.default for field in fields(Filter)}
"""Looked up once: the sidebar asks every folder's filter at each reading of the library."""
EVERYTHING = Filter()


def with_names(wanted: Filter, renames: Mapping[str, Callable[[str], str]]) -> Filter:
    """With other names at every depth.

    Args:
        renames: field ("tag", "board") -> what a name in it becomes.
    """
    changes: dict[str, Any] = {
        name: rename(said) for name, rename in renames.items() if (said := getattr(wanted, name))
    }
    for joined in ("every", "any_of", "none_of"):
        if parts := getattr(wanted, joined):
            changes[joined] = tuple(with_names(part, renames) for part in parts)
    return replace(wanted, **changes)


def is_same(one: Filter, other: Filter) -> bool:
    """Both mean the same; names of tags and boards are told apart without their case."""
    return _named_alike(one) == _named_alike(other)


def _named_alike(wanted: Filter) -> Filter:
    if not (wanted.tag or wanted.board):
        return wanted
    return replace(wanted, tag=name_key(wanted.tag), board=name_key(wanted.board))


@dataclass(frozen=True, slots=True)
class NamedFilter:
    """A filter and what people call it."""

    name: str
    filter: Filter = EVERYTHING
