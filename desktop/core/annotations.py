"""What people say about their pictures: tags, stars, notes and boards, as plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.core.errors import UsageError

MAX_RATING = 5
MAX_NAME = 100
"""Characters of a tag or a board's name."""
MAX_NOTE = 20_000
"""Characters of a note."""

_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Board:
    """Pictures that a person put together, in their order.

    Attributes:
        created_at: seconds since the epoch.
    """

    asset_ids: tuple[int, ...] = ()
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Edits:
    """New values of some fields; what is not named stays as it is.

    Applying edits gives the edits that undo them, so this is both what to do and how to undo it.

    Attributes:
        ratings: asset id -> stars, 0 for none.
        notes: asset id -> text.
        tags: (asset id, tag) -> whether the asset has it.
        boards: name -> the whole board; None: there is none of this name.
    """

    ratings: Mapping[int, int] = field(default_factory=dict[int, int])
    notes: Mapping[int, str] = field(default_factory=dict[int, str])
    tags: Mapping[tuple[int, str], bool] = field(default_factory=dict[tuple[int, str], bool])
    boards: Mapping[str, Board | None] = field(default_factory=dict[str, Board | None])

    @property
    def is_empty(self) -> bool:
        return not (self.ratings or self.notes or self.tags or self.boards)

    @property
    def asset_ids(self) -> set[int]:
        """The assets whose rating, note or tags are named."""
        return {*self.ratings, *self.notes, *(asset_id for asset_id, _ in self.tags)}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was said about one asset; tags and boards in alphabetical order."""

    rating: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consensus:
    """What was said about several assets, taken together.

    Attributes:
        count: how many assets.
        rating, note: None where they differ.
        tags, boards: name -> how many of them have it, the most frequent first.
    """

    count: int = 0
    rating: int | None = 0
    note: str | None = ""
    tags: Mapping[str, int] = field(default_factory=dict[str, int])
    boards: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class NameCount:
    """A tag or a board, and how many assets it has."""

    name: str
    count: int


def clean_name(typed: str, what: str = "tag") -> str:
    """A tag or a board's name as it is kept: NFC, trimmed, one space between words.

    Args:
        what: what it is for, in the error's words.

    Raises:
        UsageError: it is empty or too long, or holds what separates tags from each other (a
            comma, a vertical bar, a line break) or cannot be shown at all.
    """
    name = unicodedata.normalize("NFC", typed).strip()
    if not name:
        raise UsageError(f"A {what} needs a name.")
    if bad := next((c for c in name if c in ",|" or not _is_text(c)), None):
        meant = f"“{bad}”" if bad in ",|" else "a line break or a character that has no shape"
        raise UsageError(
            f"A {what} cannot hold {meant}.",
            safe="Nothing was changed.",
            next_step=f"Enter each {what} by itself." if bad in ",|" else "",
        )
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise UsageError(f"A {what} can have {MAX_NAME} characters at most.")
    return name


def name_key(name: str) -> str:
    """What two spellings of one name share: "Été" and "ÉTÉ" are one tag."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def clean_note(typed: str) -> str:
    """A note as it is kept: lines end in a line feed, no blank space around.

    Raises:
        UsageError: it is too long, or holds control characters.
    """
    note = _NEW_LINE.sub("\n", typed).strip()
    if any(not _is_text(c) and c not in "\n\t" for c in note):
        raise UsageError("A note cannot hold control characters.", safe="Nothing was changed.")
    if len(note) > MAX_NOTE:
        raise UsageError(f"A note can have {MAX_NOTE:,} characters at most.")
    return note


def check_rating(stars: int) -> int:
    """Raises: UsageError: not 0 to 5."""
    if not 0 <= stars <= MAX_RATING:
        raise UsageError(f"A rating is 0 to {MAX_RATING} stars.")
    return stars


def _is_text(character: str) -> bool:
    """Not a control character, a line separator or half of a surrogate pair."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
