"""Exact nearest neighbours by cosine in memory: one product with every row, then the best ones.

Rows are kept as float16, which is what the catalogue keeps of a vector: nothing is lost by it, and
a pass reads half the bytes. They lie in blocks, so that growing copies none of them; what is
deleted leaves a hole that the next new row fills. At 1,000,000 x 512 the blocks take 1.0 GB and
everything beside them 40 MB.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from desktop.index.store import Hit

_BLOCK_ROWS = 16_384
"""16 MB of 512-d vectors, which the system lends page by page as they fill. A block is what one
thread multiplies at a time: small enough that two threads end together, large enough (1 ms) that
handing it out costs nothing."""
_MOST_THREADS = 4
"""A product only reads memory; more threads than this do not read it faster."""
_GATHERED_SHARE = 8
"""Up to one row in so many, fetching the rows beats multiplying all of them."""


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """(…, d) of any float type -> float32 of length 1, as Milvus' COSINE sees them; 0 where there
    is no direction: 0, NaN, or a length that float32 does not hold."""
    with np.errstate(over="ignore", invalid="ignore"):
        singles = vectors.astype(np.float32)
        lengths = np.sqrt(np.einsum("...i,...i->...", singles, singles))
        singles /= np.maximum(lengths, np.finfo(np.float32).tiny)[..., np.newaxis]
    singles[~np.isfinite(lengths)] = 0
    return singles


def _compact(
    vectors: NDArray[np.floating],
) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """(n, d) of any float type -> float16, and what brings each to length 1; that is 0 where there
    is no direction. What is far from length 1, and so badly held by float16, is brought near it."""
    with np.errstate(over="ignore", invalid="ignore"):
        halves = vectors.astype(np.float16)
        lengths = _lengths(halves)
        is_far = ~((lengths > 0.1) & (lengths < 10))
    if is_far.any():
        halves[is_far] = unit(vectors[is_far])
        lengths[is_far] = _lengths(halves[is_far])
    scales = np.zeros_like(lengths)
    np.divide(1, lengths, out=scales, where=lengths > 0)
    return halves, scales


def _lengths(halves: NDArray[np.float16]) -> NDArray[np.float32]:
    singles = halves.astype(np.float32)
    return np.sqrt(np.einsum("ij,ij->i", singles, singles))


def _multiply(
    rows: NDArray[np.float16], query: NDArray[np.float16], out: NDArray[np.float32]
) -> None:
    """Products of (n, d) with (d,), summed in float32, into (n,). Other threads run meanwhile."""
    import numkong  # multiplies float16 as it is, by the widest instructions that there are

    if len(rows):
        numkong.cdist(rows, query[np.newaxis], "dot", out=out[:, np.newaxis])


def _in_parallel(work: Callable[[int], None], numbers: Sequence[int]) -> None:
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(numbers))
    if threads < 2:
        for number in numbers:
            work(number)
        return
    with ThreadPoolExecutor(threads, "ranking") as pool:
        for _ in pool.map(work, numbers):
            pass


class ExactIndex:
    """Rows of (id, asset id, vector), searched exhaustively. Not thread-safe.

    Args:
        dimension: length of a vector.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._blocks: list[NDArray[np.float16]] = []
        self._ids = np.empty(0, np.int64)  # by position; room for what the blocks have room for
        self._scales = np.empty(0, np.float32)  # likewise: 1 / length
        self._assets = np.empty(0, np.int64)
        self._end = 0  # positions from here on were never used
        self._holes = np.empty(0, np.int64)  # positions below it whose row was deleted
        # Id -> position by bisection: a dict would take 100 MB at 1,000,000 rows.
        self._sorted_ids = np.empty(0, np.int64)
        self._positions = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._sorted_ids)

    def put(
        self, ids: NDArray[np.int64], asset_ids: NDArray[np.int64], vectors: NDArray[np.floating]
    ) -> None:
        """Insert or replace n rows by id.

        Args:
            ids: (n,), no id twice.
            asset_ids: (n,).
            vectors: (n, d), of any length; kept as float16. One without a direction is left out,
                lest its NaN empty every ranking.
        """
        order = np.argsort(ids)
        ids, asset_ids = ids[order], asset_ids[order]
        halves, scales = _compact(vectors[order])
        has_direction = scales > 0
        if not has_direction.all():
            self.remove(ids[~has_direction])
            ids, asset_ids = ids[has_direction], asset_ids[has_direction]
            halves, scales = halves[has_direction], scales[has_direction]
        places = np.searchsorted(self._sorted_ids, ids)
        is_known = self._is_at(places, ids)
        positions = np.empty(len(ids), np.int64)
        positions[is_known] = self._positions[places[is_known]]
        is_new = ~is_known
        positions[is_new] = self._take(int(np.count_nonzero(is_new)))
        self._sorted_ids = np.insert(self._sorted_ids, places[is_new], ids[is_new])
        self._positions = np.insert(self._positions, places[is_new], positions[is_new])
        self._ids[positions] = ids
        self._assets[positions] = asset_ids
        self._scales[positions] = scales
        numbers, rows = np.divmod(positions, _BLOCK_ROWS)
        for number in np.unique(numbers):
            is_here = numbers == number
            self._blocks[number][rows[is_here]] = halves[is_here]

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Delete rows by id; ids that are not there are passed over."""
        ids = np.unique(ids)
        places = np.searchsorted(self._sorted_ids, ids)
        places = places[self._is_at(places, ids)]
        self._holes = np.concatenate([self._holes, self._positions[places]])
        self._sorted_ids = np.delete(self._sorted_ids, places)
        self._positions = np.delete(self._positions, places)

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[Hit]:
        """The ``limit`` nearest rows by cosine, best first, equal ones by id.

        Args:
            vector: (d,); nothing is near one without a direction.
            allowed: ids of the assets that may be found; None for all.
        """
        query = unit(vector)
        if not query.any():
            return []
        if allowed is None:
            kept = None
            count = len(self)
        else:
            is_kept = np.isin(self._assets[: self._end], allowed)
            is_kept[self._holes] = False
            kept = np.flatnonzero(is_kept)
            count = len(kept)
        best = min(limit, count)
        if best <= 0:
            return []
        rounded = query.astype(np.float16)
        if kept is not None and count * _GATHERED_SHARE <= self._end:
            positions, scores = kept, self._scores_at(kept, rounded)
        else:
            positions, scores = kept, self._all_scores(rounded)
            scores = scores if kept is None else scores[kept]
        # A score may be off by the length of what rounding took from the query (Cauchy, Schwarz:
        # rows have length 1), and by d * eps / 2 for the float32 sum. So whatever may belong to
        # the best is scored again from the query as it was, in a way that is the same for every
        # row: equal vectors get equal scores, and the ranks are exact.
        least = np.partition(scores, len(scores) - best)[len(scores) - best]
        taken = float(np.linalg.norm(query.astype(np.float64) - rounded))
        slack = 2 * taken + self._dimension * np.finfo(np.float32).eps
        near = np.flatnonzero(scores >= least - slack)
        near = near if positions is None else positions[near]
        refined = self._refined_scores(near, query)
        ids = self._ids[near]
        order = np.lexsort((ids, -refined))[:best]
        return [
            Hit(row_id, asset_id, score)
            for row_id, asset_id, score in zip(
                ids[order].tolist(),
                self._assets[near[order]].tolist(),
                refined[order].tolist(),
                strict=True,
            )
        ]

    def _is_at(self, places: NDArray[np.intp], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of ``ids`` is what the bisection found at its place."""
        is_inside = places < len(self._sorted_ids)
        is_inside[is_inside] = self._sorted_ids[places[is_inside]] == ids[is_inside]
        return is_inside

    def _take(self, count: int) -> NDArray[np.int64]:
        """Positions for new rows: holes first, then fresh ones."""
        reused = len(self._holes) - min(count, len(self._holes))
        holes, self._holes = self._holes[reused:], self._holes[:reused]
        begin, self._end = self._end, self._end + count - len(holes)
        while self._end > len(self._blocks) * _BLOCK_ROWS:
            self._blocks.append(np.empty((_BLOCK_ROWS, self._dimension), np.float16))
            self._ids = np.concatenate([self._ids, np.zeros(_BLOCK_ROWS, np.int64)])
            self._assets = np.concatenate([self._assets, np.zeros(_BLOCK_ROWS, np.int64)])
            self._scales = np.concatenate([self._scales, np.zeros(_BLOCK_ROWS, np.float32)])
        return np.concatenate([holes, np.arange(begin, self._end)])

    def _all_scores(self, query: NDArray[np.float16]) -> NDArray[np.float32]:
        """Of every position up to the end; holes at the very bottom."""
        scores = np.empty(self._end, np.float32)

        def score(number: int) -> None:
            part = scores[number * _BLOCK_ROWS : (number + 1) * _BLOCK_ROWS]
            _multiply(self._blocks[number][: len(part)], query, part)

        _in_parallel(score, range(-(-self._end // _BLOCK_ROWS)))
        scores *= self._scales[: self._end]
        scores[self._holes] = -np.inf
        return scores

    def _scores_at(
        self, positions: NDArray[np.int64], query: NDArray[np.float16]
    ) -> NDArray[np.float32]:
        scores = np.empty(len(positions), np.float32)
        for part, rows in self._fetched(positions):
            _multiply(rows, query, scores[part])
        return scores * self._scales[positions]

    def _refined_scores(
        self, positions: NDArray[np.int64], query: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Summed in float64 and row by row, so that a score depends on the two vectors alone."""
        doubles = query.astype(np.float64)
        doubles /= np.linalg.norm(doubles)
        scores = np.empty(len(positions), np.float64)
        for part, rows in self._fetched(positions):
            exactly = rows.astype(np.float64)
            scores[part] = (exactly * doubles).sum(axis=1) / np.sqrt((exactly**2).sum(axis=1))
        return scores

    def _fetched(self, positions: NDArray[np.int64]) -> Iterator[tuple[slice, NDArray[np.float16]]]:
        """Copies of the rows at ascending ``positions``, no more than a block at a time."""
        bounds = np.searchsorted(positions, np.arange(len(self._blocks) + 1) * _BLOCK_ROWS)
        for number, block in enumerate(self._blocks):
            part = slice(int(bounds[number]), int(bounds[number + 1]))
            if part.start < part.stop:
                yield part, block[positions[part] - number * _BLOCK_ROWS]
