"""What people say about their pictures: tags, stars, notes and boards, as plain values."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import NamedTuple

from desktop.core.errors import UsageError
from desktop.core.rights import NO_RIGHTS, Rights
from desktop.core.text import tr

MAX_RATING = 5
MAX_NAME = 100
"""Characters of a tag or a board's name."""
MAX_NOTE = 20_000
"""Characters of a note."""

_NEW_LINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class Flag(StrEnum):
    """A mark on a picture; a kept one is never a rejected one too."""

    FAVOURITE = "favourite"
    KEPT = "kept"
    REJECTED = "rejected"


_OPPOSITE = {Flag.KEPT: Flag.REJECTED, Flag.REJECTED: Flag.KEPT}


def flag_values(asset_ids: Iterable[int], flag: Flag, has: bool) -> dict[tuple[int, Flag], bool]:
    """For ``Edits.flags``: these assets have the flag, or not; to keep one is not to reject it, and
    the other way round."""
    ids = list(asset_ids)
    values = {(asset_id, flag): has for asset_id in ids}
    if has and (opposite := _OPPOSITE.get(flag)) is not None:
        values |= {(asset_id, opposite): False for asset_id in ids}
    return values


class TagColour(StrEnum):
    """What a tag is told from others by at a glance; each theme has its own shade of it."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    TEAL = "teal"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"


@dataclass(frozen=True, slots=True)
class Board:
    """Pictures that a person put together, in their order.

    Attributes:
        created_at: seconds since the epoch.
    """

    asset_ids: tuple[int, ...] = ()
    created_at: float = 0.0
    rights: Rights = NO_RIGHTS


Rename = Callable[[str], str]
"""What a name becomes; the same where it is about another one."""


class Renamed(NamedTuple):
    """A tag (with those below it) or a board has another name.

    Attributes:
        field: of ``Filter``: "tag" or "board".
    """

    field: str
    old: str
    new: str

    @property
    def rename(self) -> Rename:
        return (tag_renamer if self.field == "tag" else board_renamer)(self.old, self.new)


class SearchText(NamedTuple):
    """What a saved search asks, as the catalogue keeps it: as typed, and a filter as JSON."""

    text: str
    filter: str


class Reworded(NamedTuple):
    """A saved search asks for the same under other names."""

    before: SearchText
    after: SearchText


@dataclass(frozen=True, slots=True)
class Edits:
    """New values of some fields; what is not named stays as it is.

    Applying edits gives the edits that undo them, so this is both what to do and how to undo it.

    Attributes:
        ratings: asset id -> stars, 0 for none.
        notes: asset id -> text.
        tags: (asset id, tag) -> whether the asset has it.
        boards: name -> the whole board; None: there is none of this name.
        flags: (asset id, flag) -> whether the asset has it.
        rights: asset id -> what is said of the picture itself.
        folder_rights: absolute path of a folder -> what is said of it.
        tag_colours: tag -> its colour; None: it has none.
        searches: key of a saved search -> how it is reworded; one that asks something else than
            before stays as it is.
        renamed: what has another name after all this, for whoever shows the one before.
    """

    ratings: Mapping[int, int] = field(default_factory=dict[int, int])
    notes: Mapping[int, str] = field(default_factory=dict[int, str])
    tags: Mapping[tuple[int, str], bool] = field(default_factory=dict[tuple[int, str], bool])
    boards: Mapping[str, Board | None] = field(default_factory=dict[str, Board | None])
    flags: Mapping[tuple[int, Flag], bool] = field(default_factory=dict[tuple[int, Flag], bool])
    rights: Mapping[int, Rights] = field(default_factory=dict[int, Rights])
    folder_rights: Mapping[str, Rights] = field(default_factory=dict[str, Rights])
    tag_colours: Mapping[str, TagColour | None] = field(default_factory=dict[str, TagColour | None])
    searches: Mapping[str, Reworded] = field(default_factory=dict[str, Reworded])
    renamed: tuple[Renamed, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name.name) for name in fields(self))

    @property
    def asset_ids(self) -> set[int]:
        """The assets whose rating, note, tags or rights are named."""
        tagged = (asset_id for asset_id, _ in self.tags)
        return {*self.ratings, *self.notes, *self.rights, *tagged}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was said about one asset; tags and boards in alphabetical order."""

    rating: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class Consensus:
    """What was said about several assets, taken together.

    Attributes:
        count: how many assets.
        rating, note: None where they differ.
        tags, boards: name -> how many of them have it, the most frequent first.
        flags: how many of them have each.
    """

    count: int = 0
    rating: int | None = 0
    note: str | None = ""
    tags: Mapping[str, int] = field(default_factory=dict[str, int])
    boards: Mapping[str, int] = field(default_factory=dict[str, int])
    flags: Mapping[Flag, int] = field(default_factory=dict[Flag, int])


@dataclass(frozen=True, slots=True)
class NameCount:
    """A tag or a board, and how many assets it has."""

    name: str
    count: int


def clean_name(typed: str) -> str:
    """A tag or a board's name as it is kept: NFC, trimmed, one space between words.

    Raises:
        UsageError: it is empty or too long, or holds a line break or what cannot be shown at all.
    """
    name = unicodedata.normalize("NFC", typed).strip()
    if not name:
        raise UsageError(tr("A name cannot be empty."))
    if not all(map(_is_text, name)):
        raise UsageError(
            tr("A name cannot hold a line break or a character that has no shape."),
            safe=tr("Nothing was changed."),
        )
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise UsageError(tr("A name can have {most} characters at most.", most=MAX_NAME))
    return name


TAG_SEPARATOR = "/"
"""Parts a tag from the one above it: "place/Lisbon" is a "place" too."""


def clean_tag(typed: str) -> str:
    """As ``clean_name``; a tag below another one has no space around the separator.

    Raises:
        UsageError: as ``clean_name``.
    """
    parts = (part.strip() for part in clean_name(typed).split(TAG_SEPARATOR))
    return clean_name(TAG_SEPARATOR.join(filter(None, parts)))


def tags_above(name: str) -> list[str]:
    """Those that a tag belongs to, the topmost first; none where ``clean_tag`` would have changed
    it: "black / white", a keyword of another program, is one word."""
    parts = name.split(TAG_SEPARATOR)
    if not all(part and part == part.strip() for part in parts):
        return []
    return [TAG_SEPARATOR.join(parts[:end]) for end in range(1, len(parts))]


def keys_below(key: str) -> tuple[str, str]:
    """The keys of the tags below that of this key lie between these two."""
    return key + TAG_SEPARATOR, key + chr(ord(TAG_SEPARATOR) + 1)


def tag_renamer(old: str, new: str) -> Rename:
    """What a tag is called once one has another name, with those below it."""
    depth, key = len(old.split(TAG_SEPARATOR)), name_key(old)

    def rename(name: str) -> str:
        parts = name.split(TAG_SEPARATOR)
        if name_key(TAG_SEPARATOR.join(parts[:depth])) != key:
            return name
        return TAG_SEPARATOR.join((new, *parts[depth:]))

    return rename


def board_renamer(old: str, new: str) -> Rename:
    """The same of a board."""
    key = name_key(old)
    return lambda name: new if name_key(name) == key else name


def join_names(names: Iterable[str]) -> str:
    """Names in one line, as ``split_names`` reads them: ``Doe, Jane; ok``."""
    return "; ".join(
        '"{}"'.format(name.replace('"', '""')) if name.startswith('"') or ";" in name else name
        for name in names
    )


def split_names(text: str) -> list[str]:
    """The names in a line. Semicolons part them, since a name may hold a comma, as "Doe, Jane"
    does; one with a semicolon stands between quotation marks."""
    parts: Iterator[list[str]] = csv.reader([text], delimiter=";", skipinitialspace=True)
    line = next(parts, None) or []
    return [name for part in line if (name := part.strip())]


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
        raise UsageError(
            tr("A note cannot hold control characters."), safe=tr("Nothing was changed.")
        )
    if len(note) > MAX_NOTE:
        raise UsageError(tr("A note can have {most} characters at most.", most=MAX_NOTE))
    return note


def joined_notes(notes: Iterable[str]) -> str:
    """Notes as one, each once, one below the other.

    Raises:
        UsageError: it would be longer than a note can be.
    """
    joined = "\n\n".join(dict.fromkeys(filter(None, notes)))
    if len(joined) > MAX_NOTE:
        raise UsageError(
            tr("Together the notes are longer than {most} characters.", most=MAX_NOTE),
            safe=tr("Nothing was changed."),
            next_step=tr("Shorten one of the notes first."),
        )
    return joined


def check_rating(stars: int) -> int:
    """Raises: UsageError: not 0 to 5."""
    if not 0 <= stars <= MAX_RATING:
        raise UsageError(tr("A rating is 0 to {most} stars.", most=MAX_RATING))
    return stars


def _is_text(character: str) -> bool:
    """Not a control character, a line separator or half of a surrogate pair."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
