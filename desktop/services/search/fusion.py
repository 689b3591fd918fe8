"""One order out of several: what each signal found, by its ranks.

Scores of different signals cannot be added: a cosine of 0.3 may be much and a BM25 of 7 little.
Ranks can. Reciprocal rank fusion gives each hit of a signal ``weight / (K + rank)`` and adds them
up (G. Cormack, C. Clarke, S. Buettcher, SIGIR 2009). Here a hit gets that share of it that its
signal is sure of, so that the best of poor matches does not count as a good one.

Together the signals should never order worse than one of them alone. What makes them is not a
weight but a signal that is sure and wrong: a first place of its outweighs a right one of another.
So a signal may be sure only of what it knows. Meaning is as sure as a score lies above ordinary
ones (``relevance.Bar.sureness``); words are sure of whole words, and of half of them not at all
(``ranking.ranked``), where 红色 is none at the end of 粉红色 (``word_matches``). Nothing here is
chosen for a model: ``tests/services/test_other_models.py`` holds it for others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

K = 5
"""The paper's 60 is for signals of which nothing but ranks is known; a smaller one lets the first
ranks count more. Chosen by ``tests.benchmarks.search_quality``, as are the weights."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts beside the others; 0: not at all."""

    meaning: float = 1.0
    words: float = 1.0
    colour: float = 0.1


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one signal found.

    Attributes:
        weight: beside the other signals.
        scores: id to score, larger for better; equal ones share a rank.
        sureness: id to how sure the signal is, 0 to 1; 1 for those that are not in it.
    """

    weight: float
    scores: Mapping[int, float]
    sureness: Mapping[int, float] = field(default_factory=dict[int, float])


def fused(rankings: Iterable[Ranking]) -> dict[int, float]:
    """Every id of any ranking to its fused score, larger for better."""
    total: dict[int, float] = {}
    for ranking in rankings:
        for asset_id, rank in ranks(ranking.scores).items():
            share = ranking.weight * ranking.sureness.get(asset_id, 1.0) / (K + rank)
            total[asset_id] = total.get(asset_id, 0.0) + share
    return total


def ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """Id to rank, 1 for the best; equal scores share the best rank among them."""
    found: dict[int, int] = {}
    rank, before = 0, None
    for place, asset_id in enumerate(sorted(scores, key=lambda i: (-scores[i], i)), start=1):
        if scores[asset_id] != before:
            rank, before = place, scores[asset_id]
        found[asset_id] = rank
    return found


def in_order(
    total: Mapping[int, float], exactness: Mapping[int, int], relevant: Collection[int]
) -> list[int]:
    """Ids, best first: what is called exactly so, whatever any signal says; then what is relevant;
    among equals by the fused score, and the newest first."""
    return sorted(total, key=lambda i: (-exactness.get(i, 0), i not in relevant, -total[i], -i))
