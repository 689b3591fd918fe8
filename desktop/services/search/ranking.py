"""What was found by each signal, put into one order, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from desktop.core.filter import Filter
from desktop.core.query import Signal, Why
from desktop.core.text import number, tr
from desktop.services.search.fusion import Ranking, Weights, fused, in_order
from desktop.services.search.word_matches import ENOUGH, WordMatch

_HALF = 0.5
"""Share of the words up to which it may be by chance that they were found."""
MUCH = 0.1
"""Share of a picture from which on it has a colour."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the signals say; each holds the assets that it knows of.

    Attributes:
        likeness: cosine with what is looked for.
        sureness: where each is between an ordinary one and the best, 0 to 1.
        relevant_from: the least likeness of a relevant hit.
        likeness_is: MEANING for words, PICTURE where pictures alone are given.
        words: how well the words fit.
        word_scores: BM25 of those in ``words``.
        colours: how much of the picture has the colours that are named, 0 to 1.
        colour_names: those, as they were typed.
        is_colour_alone: nothing else was asked for.
    """

    likeness: Mapping[int, float]
    sureness: Mapping[int, float]
    relevant_from: float
    likeness_is: Signal
    words: Mapping[int, WordMatch]
    word_scores: Mapping[int, float]
    colours: Mapping[int, float]
    colour_names: Sequence[str] = ()
    is_colour_alone: bool = False

    def share(self, asset_id: int) -> float:
        """Of the words that were found."""
        match = self.words.get(asset_id)
        return match.share if match else 0.0

    def is_relevant(self, asset_id: int) -> bool:
        """One of the signals is sure of it."""
        match = self.words.get(asset_id)
        return (
            self.likeness.get(asset_id, -1.0) >= self.relevant_from
            or (match is not None and (match.share >= ENOUGH or match.exactness > 0))
            or (self.is_colour_alone and self.colours.get(asset_id, 0.0) >= MUCH)
        )

    def why(self, asset_id: int) -> tuple[Why, ...]:
        """What speaks for it."""
        match = self.words.get(asset_id)
        why = list(match.why) if match else []
        if (cosine := self.likeness.get(asset_id)) is not None:
            looks = tr("looks like it {score}", score=number(cosine, 2))
            why.append(Why(self.likeness_is, looks, cosine))
        if (share := self.colours.get(asset_id, 0.0)) >= MUCH:
            why.append(colour_why(share, self.colour_names))
        return tuple(why)


def colour_why(share: float, names: Iterable[str]) -> Why:
    """How much of a picture, 0 to 1, has the colours that people call so."""
    detail = tr("{share} % {colour}", share=round(100 * share), colour=" + ".join(names))
    return Why(Signal.COLOUR, detail, share)


def conditions_why(wanted: Filter) -> tuple[Why, ...]:
    """The tags, boards and words that all of what a filter means has."""
    why: list[Why] = []
    if wanted.tag:
        why.append(Why(Signal.WORDS, tr("tag {tag}", tag=wanted.tag), 1.0))
    if wanted.board:
        why.append(Why(Signal.WORDS, tr("board {board}", board=wanted.board), 1.0))
    if wanted.phrase:
        why.append(Why(Signal.WORDS, tr("“{text}”", text=wanted.phrase), 1.0))
    if wanted.text:
        why.append(Why(Signal.TEXT, tr("written in it: {words}", words=wanted.text), 1.0))
    return (*why, *(each for part in wanted.every for each in conditions_why(part)))


def ranked(found: Found, weights: Weights) -> list[int]:
    """Ids of all that any signal found: the best first, the relevant ones before the others.

    Beside other words a model has read the colour as well as they have, and its palette may be
    another thing's: there it is told, but ranks only where no model answers
    (``tests.benchmarks.search_quality``).
    """
    decides = found.is_colour_alone or not found.likeness
    shares = {i: match.share for i, match in found.words.items() if match.share > 0}
    words = {i: found.word_scores.get(i, 0.0) * share for i, share in shares.items()}
    told = {i: (max(0.0, share - _HALF) / (1 - _HALF)) ** 2 for i, share in shares.items()}
    total = fused(
        (
            Ranking(weights.meaning, found.likeness, found.sureness),
            Ranking(weights.words, words, told),
            Ranking(weights.colour if decides else 0.0, found.colours, found.colours),
        )
    )
    relevant = {i for i in total if found.is_relevant(i)}
    exactness = {i: match.exactness for i, match in found.words.items()}
    return in_order(total, exactness, relevant)
