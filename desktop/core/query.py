"""What a person looks for, and what is found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop.core.asset import Asset


@dataclass(frozen=True, slots=True)
class Query:
    """Words, a picture, or both.

    Attributes:
        text: words in any language the model knows; empty for none.
        image: a picture to search by: a file, or the bytes of one (pasted); None for none.
        limit: how many hits at most.
    """

    text: str = ""
    image: Path | bytes | None = None
    limit: int = 50

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and self.image is None


class Reason(StrEnum):
    """Why a hit is there."""

    MEANING = "meaning"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One result.

    Attributes:
        rank: 1 for the best.
        position_ms: of a video, where the frame is that fits; None for others, and where words
            of the name were found.
        score: cosine similarity in [-1, 1] for ``Reason.MEANING``; 1.0 for ``Reason.WORDS``,
            where every word of the query was found.
    """

    rank: int
    asset: Asset
    score: float
    reason: Reason
    position_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits in order, and the model that ranked them (empty: words only)."""

    query: Query
    hits: tuple[SearchHit, ...]
    model: str = ""
    notice: str = ""
