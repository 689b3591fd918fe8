"""From which score on a hit has to do with what was looked for.

A cosine means nothing by itself: one model gives right answers 0.5, another 0.3 and everything
else 0.2. So the library's own scores are asked. Texts that mean nothing (``unrelated``) are scored
against it, each by its best picture; hardly one of them (``_PASSED``) reaches the **bar**. Below
it, no hit says more than chance. Above it, a hit counts until the scores have fallen by ``_FALL``
of the way from the best hit to what an unrelated text scores with an ordinary picture.

For a picture, most pairs of the library's pictures are what is unrelated: their median, and how far
most lie below it, give the bar that the best of so many unrelated ones would reach. Pairs above the
median are not asked, as many of them are alike.

Scores are taken from a sample of the library. Among more pictures the best of a meaningless text
is better: by how much, the sample itself tells, in which it grows as the greatest of so many normal
numbers (E. Gumbel, Statistics of Extremes, 1958).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE = 4_096
"""Pictures whose scores stand for all."""
_PASSED = 0.03
"""Share of meaningless texts of which a picture passes for relevant."""
_FALL = 0.35
"""How far down from the best score to an ordinary one a hit still belongs to the best."""
_PARTS = 4
"""Into so many a sample is cut to see how the best grows with the count."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What chance reaches in a library.

    Attributes:
        score: cosine that hardly anything unrelated exceeds.
        ordinary: cosine of what is unrelated with an ordinary picture.
    """

    score: float
    ordinary: float

    def relevant_from(self, best: float) -> float:
        """The least score of a relevant hit, where the best hit has ``best``."""
        return max(self.score, best - _FALL * (best - self.ordinary))

    def sureness(self, score: float, best: float) -> float:
        """Where ``score`` is between an ordinary one and ``best``, 0 to 1."""
        if best <= self.ordinary:
            return 1.0
        return min(1.0, max(0.0, (score - self.ordinary) / (best - self.ordinary)))


NOTHING_PASSES = Bar(math.inf, 0.0)


def bar_for_texts(unrelated: NDArray[np.float32], sample: NDArray[np.float32], count: int) -> Bar:
    """The bar for what is looked for in words.

    Args:
        unrelated: (t, d) unit vectors of texts that mean nothing.
        sample: (n, d) unit vectors of pictures, in no order.
        count: how many pictures the library has.
    """
    if not len(unrelated) or not len(sample):
        return NOTHING_PASSES
    scores = unrelated @ sample.T
    best = scores.max(axis=1)
    score = float(np.quantile(best, 1 - _PASSED))
    if count > len(sample) > _PARTS:
        parts = np.array_split(scores, _PARTS, axis=1)
        of_parts = np.quantile([part.max(axis=1) for part in parts], 1 - _PASSED)
        step = _spread(len(sample)) - _spread(len(sample) // _PARTS)
        score += (score - float(of_parts)) / step * (_spread(count) - _spread(len(sample)))
    return Bar(score, float(scores.mean()))


def preliminary_bar(vector: NDArray[np.float32], sample: NDArray[np.float32]) -> Bar:
    """Without unrelated texts: any best hit passes, and others as they fall away from it.

    Args:
        vector: (d,) unit vector of what is looked for.
        sample: (n, d) unit vectors of pictures, in no order.
    """
    return Bar(-1.0, float((sample @ vector).mean())) if len(sample) else NOTHING_PASSES


def bar_for_pictures(sample: NDArray[np.float32], count: int) -> Bar:
    """The bar for what is looked for by a picture.

    Args:
        sample: (n, d) unit vectors of pictures, in no order.
        count: how many pictures the library has.
    """
    if len(sample) < 2:
        return NOTHING_PASSES
    few = sample[: SAMPLE // 8]  # 130,000 pairs
    low, ordinary = np.quantile((few @ few.T)[np.triu_indices(len(few), k=1)], (0.1587, 0.5))
    return Bar(float(ordinary + (ordinary - low) * _spread(max(count, 2))), float(ordinary))


def bar_for_sum(parts: Sequence[tuple[float, Bar, NDArray[np.float32]]]) -> Bar:
    """The bar for the direction of weighted vectors together: its score with a picture is the sum
    of theirs, by the length of their sum.

    Args:
        parts: weight, bar and (d,) unit vector each; what is looked for by its opposite (a weight
            below 0) is expected to be ordinary.
    """
    length = max(float(np.linalg.norm(sum(weight * vector for weight, _, vector in parts))), 1e-12)
    scores = (weight * (bar.score if weight > 0 else bar.ordinary) for weight, bar, _ in parts)
    ordinary = sum(weight * bar.ordinary for weight, bar, _ in parts)
    return Bar(sum(scores) / length, ordinary / length)


def _spread(count: int) -> float:
    """The greatest of ``count`` normal numbers lies about here, in standard deviations."""
    return math.sqrt(2 * math.log(count))
