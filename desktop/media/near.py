"""Pairs of nearly equal perceptual hashes among many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BITS = 64
_PAIRS_AT_ONCE = 1 << 21
"""Compared together; 16 MB for each of the arrays in between."""


def near_pairs(hashes: NDArray[np.uint64], distance: int) -> NDArray[np.int64]:
    """All pairs that differ in at most ``distance`` bits, each once.

    Two such hashes agree wholly in one of ``distance + 1`` bands of bits at least (pigeonhole), so
    only those with an equal band are compared, instead of every two. Exact.

    Args:
        hashes: (n,) different values.
        distance: 0 to 63.

    Returns:
        (k, 2) indices, the smaller one first, in order.
    """
    edges = np.linspace(0, BITS, distance + 2).astype(int).tolist()
    found = [np.empty(0, np.int64)]
    count = len(hashes)
    for low, high in pairwise(edges):
        bands = (hashes >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        order = np.argsort(bands, kind="stable")
        for first, second in _pairs_of_equals(bands[order]):
            first, second = order[first], order[second]
            is_near = np.bitwise_count(hashes[first] ^ hashes[second]) <= distance
            first, second = first[is_near], second[is_near]
            # As one number, so that pairs met in several bands are told apart from others fast.
            found.append(np.minimum(first, second) * count + np.maximum(first, second))
    keys = np.unique(np.concatenate(found))
    return np.stack((keys // max(1, count), keys % max(1, count)), axis=1)


def _pairs_of_equals(
    values: NDArray[np.uint64],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Positions of every two equal ones among sorted ``values``, in pieces of bounded size."""
    if not len(values):
        return
    positions = np.arange(len(values))
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    ends = np.repeat(np.r_[starts[1:], len(values)], np.diff(np.r_[starts, len(values)]))
    followers = ends - positions - 1  # equal ones behind each
    piece = np.cumsum(followers) // _PAIRS_AT_ONCE
    for number in range(int(piece[-1]) + 1):
        inside = positions[piece == number]
        counts = followers[inside]
        first = np.repeat(inside, counts)
        steps = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield first, first + 1 + steps
