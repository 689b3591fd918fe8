"""What a person looks for, and what is found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.filter import EVERYTHING, Filter

MOST_RELEVANT = 3_000
"""So many hits that have to do with a query are counted and brought. To compare the words of each
takes some 0.2 ms, and more than these nobody looks through."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture, in fractions of its width and height as it is shown."""

    left: float
    top: float
    width: float
    height: float

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, as fractions."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in a picture of so many pixels; at least one of them."""
        left, top = round(self.left * width), round(self.top * height)
        right = max(left + 1, round((self.left + self.width) * width))
        bottom = max(top + 1, round((self.top + self.height) * height))
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Example:
    """A picture to search by.

    Attributes:
        image: a file, or the bytes of one (pasted).
        weight: how much it counts beside words, which count 1; below 0: what is unlike it.
        crop: the part that is meant; None for all of it.
        page: of a file of several, from 0; None for the one that stands for it.
        position_ms: of a video or an animation, when what is meant is seen; None for its poster.
    """

    image: Path | bytes
    weight: float = 1.0
    crop: Crop | None = None
    page: int | None = None
    position_ms: int | None = None

    @property
    def is_whole_file(self) -> bool:
        """No part, page or moment of it is meant."""
        return self.crop is None and self.page is None and self.position_ms is None


@dataclass(frozen=True, slots=True)
class Query:
    """Words, pictures, or both.

    Attributes:
        text: as a person types it: words in any language the model knows, and conditions (see
            ``query_language``); empty for none.
        examples: pictures to search by.
        limit: how many hits at most, where they are ranked; conditions alone bring all they mean.
        filter: among which assets, besides the conditions of the text.
    """

    text: str = ""
    examples: tuple[Example, ...] = ()
    limit: int = 50
    filter: Filter = EVERYTHING

    @classmethod
    def like(cls, image: Path | bytes, limit: int = 50) -> Query:
        """By one picture."""
        return cls("", (Example(image),), limit)

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.examples


class Reason(StrEnum):
    """Why a hit is there."""

    MEANING = "meaning"
    WORDS = "words"
    CONDITIONS = "conditions"


class Signal(StrEnum):
    """What a hit was found by."""

    MEANING = "meaning"
    WORDS = "words"
    COLOUR = "colour"
    TEXT = "text"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Why:
    """One of the things that speak for a hit.

    Attributes:
        detail: what a person reads: "tag hero shot", "looks like it 0.31", "38 % red".
        score: how strongly, in the signal's own measure: cosine for MEANING and PICTURE; for
            WORDS the share of the query's words that were found; for COLOUR the share of the
            picture that has it, what is less like it counting less.
    """

    signal: Signal
    detail: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result.

    Attributes:
        rank: 1 for the best.
        position_ms: of a video, where the frame is that fits; None for others, and where words
            of the name were found.
        reason: MEANING where a model compared it, whatever else speaks for it; WORDS where
            none did.
        score: cosine similarity in [-1, 1] for ``Reason.MEANING``; for ``Reason.WORDS`` the share
            of the query's words that were found; 1.0 for ``Reason.CONDITIONS``.
        why: what speaks for it; for ``Reason.CONDITIONS`` the tag, the board, the words and the
            colours that were asked for.
    """

    rank: int
    asset: Asset
    score: float
    reason: Reason
    position_ms: int | None = None
    why: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits in order, and the model that ranked them (empty: words only).

    Attributes:
        relevant: how many pictures have to do with the query, whether or not its limit lets all of
            them in: the first so many hits are relevant, the others are weaker matches. 0: nothing
            really matches. All, where conditions alone decided. How that is judged:
            ``services.search.relevance``.
        has_more: still more are relevant than were counted.
        unread_script: a key of ``core.scripts.SCRIPTS``: words of the query are written in it, and
            the model was not trained on any language that is; "" where it reads all of them.
        is_preliminary: ``relevant`` may turn out to be another number, and the order another one,
            see ``services.search.calibration``.
    """

    query: Query
    hits: tuple[SearchHit, ...]
    relevant: int
    has_more: bool = False
    model: str = ""
    notice: str = ""
    unread_script: str = ""
    is_preliminary: bool = False
