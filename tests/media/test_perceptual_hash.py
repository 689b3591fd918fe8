"""Near hashes are found exactly, without comparing every two."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.media import perceptual_hash as near
from desktop.media.perceptual_hash import near_pairs

seeds = st.integers(min_value=0, max_value=2**64 - 1)
flips = st.lists(st.integers(min_value=0, max_value=63), max_size=12)


@given(
    st.lists(st.tuples(seeds, st.lists(flips, max_size=4)), max_size=12),
    st.integers(min_value=0, max_value=16),
)
def test_the_same_pairs_as_by_comparing_every_two(
    families: list[tuple[int, list[list[int]]]], distance: int
) -> None:
    """Families of hashes, each some flipped bits away from its first."""
    values = {seed for seed, _ in families}
    for seed, relatives in families:
        for bits in relatives:
            values.add(seed ^ sum(1 << bit for bit in set(bits)))
    hashes = sorted(values)
    expected = [
        [first, second]
        for first, second in combinations(range(len(hashes)), 2)
        if (hashes[first] ^ hashes[second]).bit_count() <= distance
    ]
    assert near_pairs(np.array(hashes, np.uint64), distance).tolist() == expected


def test_many_that_are_alike_are_compared_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = np.arange(200, dtype=np.uint64)
    whole = near_pairs(hashes, 2)
    monkeypatch.setattr(near, "_PAIRS_AT_ONCE", 50)
    assert np.array_equal(near_pairs(hashes, 2), whole)
