"""A filter of many ids, answered from what is nearest: the same answer as by sending them."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.index.store import Hit
from desktop.index.widening import nearest_allowed

ROWS = 20_000
MOST = 16_384


class Ranked:
    """Row n, of asset n, is the nth nearest.

    Attributes:
        asked: for how many rows, each time.
    """

    def __init__(self, rows: int = ROWS) -> None:
        self.rows = rows
        self.asked: list[int] = []

    def nearest(self, count: int) -> list[Hit]:
        self.asked.append(count)
        return [Hit(n, n, 1 - n / ROWS) for n in range(min(count, self.rows))]


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0.02])
def test_the_nearest_that_are_allowed_in_a_few_questions(share: float) -> None:
    ranked = Ranked()
    allowed = np.flatnonzero(np.random.default_rng(1).random(ROWS) < share)
    found = nearest_allowed(ranked.nearest, np.random.default_rng(2).permutation(allowed), 50, MOST)
    assert found is not None
    assert [hit.asset_id for hit in found] == allowed[:50].tolist()
    assert len(ranked.asked) <= 3
    assert max(ranked.asked) <= 4 * 50 / share


def test_where_all_that_is_near_is_not_allowed_it_says_so() -> None:
    ranked = Ranked()
    assert nearest_allowed(ranked.nearest, np.arange(17_000, ROWS), 50, MOST) is None
    assert sum(ranked.asked) < 2 * MOST


def test_where_there_are_no_more_rows_it_says_so() -> None:
    assert nearest_allowed(Ranked(300).nearest, np.arange(280, ROWS), 50, MOST) is None
