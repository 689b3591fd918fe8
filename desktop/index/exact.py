"""Exact nearest neighbours by cosine: coarse products in memory with every row, then the best ones
again from the vectors as they are kept.

In memory a row is 8-bit integers, so a pass reads and multiplies a quarter of what float32 takes.
Their scores are off by less than a thousandth; whatever may belong to the best by them is read from
where the vectors are kept and scored in float64, so that ranks are those of the vectors themselves.
Rows lie in blocks, so that growing copies none of them; what is deleted leaves a hole that the next
new row fills. At 1,000,000 x 512 the blocks take 0.5 GB and everything beside them 40 MB.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from desktop.index.store import Hit

VectorsOf = Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.floating]]]
"""Row ids -> the ids of those that are there, and their vectors (n, d), in the same order."""

_BLOCK_ROWS = 16_384
"""8 MB of 512-d vectors, which the system lends page by page as they fill. A block is what one
thread multiplies at a time: small enough that two threads end together, large enough (0.5 ms) that
handing it out costs nothing."""
_MOST_THREADS = 4
"""A product only reads memory; more threads than this do not read it faster."""
_GATHERED_SHARE = 8
"""Up to one row in so many, fetching the rows beats multiplying all of them."""
_LEVELS = 127
"""On each side of zero; the loudest number of a row has the last one."""
_SLACK = 8
"""Times what a coarse score is usually off by, a row is given before it is left out. The errors are
sums of hundreds of small ones, and so nearly normal: one in 10^15 would be larger."""
_FEWEST_READ = 64
_MOST_READ = 16_384
"""Rows that are read for one search; more are as near only where thousands are hardly told apart,
and then those are taken that the coarse scores put first."""
_SAMPLED = 16
"""Of so many scores one is looked at, to tell where about the largest begin."""


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """(…, d) of any float type -> float32 of length 1, as Milvus' COSINE sees them; 0 where there
    is no direction: 0, NaN, or a length that float32 does not hold."""
    with np.errstate(over="ignore", invalid="ignore"):
        singles = vectors.astype(np.float32)
        lengths = np.sqrt(np.einsum("...i,...i->...", singles, singles))
        singles /= np.maximum(lengths, np.finfo(np.float32).tiny)[..., np.newaxis]
    singles[~np.isfinite(lengths)] = 0
    return singles


def _coarse(
    vectors: NDArray[np.floating],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """(n, d) of any float type -> int8, and what brings each product with it to the cosine; that is
    0 where there is no direction."""
    units = unit(vectors)
    loudest = np.abs(units).max(axis=1, initial=0)
    steps = loudest / _LEVELS
    units /= np.maximum(steps, np.finfo(np.float32).tiny)[:, np.newaxis]
    return np.rint(units).astype(np.int8), steps


def _usual_error(query: NDArray[np.float32], levels: NDArray[np.int8], step: np.float32) -> float:
    """What coarse scores are off by, where a row loses as much to its levels as the query does, and
    neither loss has to do with the other vector."""
    return float(np.linalg.norm(query - levels * step) * np.sqrt(2 / len(query)))


def _multiply(rows: NDArray[np.int8], query: NDArray[np.int8], out: NDArray[np.float32]) -> None:
    """Products of (n, d) with (d,) into (n,). Other threads run meanwhile."""
    import numkong  # multiplies 8-bit integers by the widest instructions that there are

    if len(rows):
        numkong.cdist(rows, query[np.newaxis], "dot", out=out[:, np.newaxis])


def _in_parallel(helpers: Executor, work: Callable[[int], None], count: int) -> None:
    """Do ``work`` with every number below ``count``.

    The caller takes part, and waits for no helper that has not begun: on a busy machine, where a
    thread may take longer to wake than a product takes, it does all the work itself.
    """
    numbers = iter(range(count))  # of which each goes to one thread

    def work_on() -> None:
        for number in numbers:
            work(number)

    wanted = min(_MOST_THREADS, os.cpu_count() or 1, count) - 1
    helping = [helpers.submit(work_on) for _ in range(wanted)]
    try:
        work_on()
    finally:
        for helper in helping:
            if not helper.cancel():
                helper.result()


class ExactIndex:
    """Rows of (id, asset id, vector), searched exhaustively. Not thread-safe.

    Args:
        dimension: length of a vector.
        vectors_of: reads vectors from where they are kept; a row that it does not give is not
            found. It is called during a search, usually with some hundred ids, at the most with
            twice as many as are asked for and 16,384 more.
    """

    def __init__(self, dimension: int, vectors_of: VectorsOf) -> None:
        self._dimension = dimension
        self._vectors_of = vectors_of
        self._blocks: list[NDArray[np.int8]] = []
        self._ids = np.empty(0, np.int64)  # by position; room for what the blocks have room for
        self._steps = np.empty(0, np.float32)  # likewise: the cosine of one level
        self._assets = np.empty(0, np.int64)
        self._end = 0  # positions from here on were never used
        self._holes = np.empty(0, np.int64)  # positions below it whose row was deleted
        # Id -> position by bisection: a dict would take 100 MB at 1,000,000 rows.
        self._sorted_ids = np.empty(0, np.int64)
        self._positions = np.empty(0, np.int64)
        # Kept, since starting them may take as long as the products; they end with the index.
        self._helpers = ThreadPoolExecutor(_MOST_THREADS - 1, "ranking")

    def __len__(self) -> int:
        return len(self._sorted_ids)

    def put(
        self, ids: NDArray[np.int64], asset_ids: NDArray[np.int64], vectors: NDArray[np.floating]
    ) -> None:
        """Insert or replace n rows by id.

        Args:
            ids: (n,), no id twice.
            asset_ids: (n,).
            vectors: (n, d), of any length. One without a direction is left out, lest its NaN empty
                every ranking.
        """
        order = np.argsort(ids)
        ids, asset_ids = ids[order], asset_ids[order]
        levels, steps = _coarse(vectors[order])
        has_direction = steps > 0
        if not has_direction.all():
            self.remove(ids[~has_direction])
            ids, asset_ids = ids[has_direction], asset_ids[has_direction]
            levels, steps = levels[has_direction], steps[has_direction]
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
        self._steps[positions] = steps
        numbers, rows = np.divmod(positions, _BLOCK_ROWS)
        for number in np.unique(numbers):
            is_here = numbers == number
            self._blocks[number][rows[is_here]] = levels[is_here]

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
        [levels], [step] = _coarse(query[np.newaxis])
        usual = _usual_error(query, levels, step)
        if kept is not None and count * _GATHERED_SHARE <= self._end:
            scores = self._scores_at(kept, levels)
        else:
            scores = self._all_scores(levels)
            scores = scores if kept is None else scores[kept]
        scores *= step
        ids, assets, exact = self._ranked(query, scores, usual, kept, best)
        return [
            Hit(row_id, asset_id, score)
            for row_id, asset_id, score in zip(
                ids.tolist(), assets.tolist(), exact.tolist(), strict=True
            )
        ]

    def _ranked(
        self,
        query: NDArray[np.float32],
        scores: NDArray[np.float32],
        usual: float,
        kept: NDArray[np.int64] | None,
        best: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Ids, asset ids and cosines of the ``best`` rows, the first one first.

        The best by the coarse scores are read. What these were off by, and how near the last of
        the best is, tells which others may belong to them.

        Args:
            scores: coarse, of the positions ``kept``, or of all.
            usual: what they are off by, so far as the query tells.
        """
        first = _largest(scores, max(2 * best, _FEWEST_READ))
        found, exact = self._exactly(first if kept is None else kept[first], query)
        if len(first) < len(scores) and len(exact):
            off = exact - scores[first][found]
            least = np.sort(exact)[-min(best, len(exact))]
            usual = max(usual, float(np.sqrt(np.mean(off**2))))
            is_near = scores >= least - _SLACK * usual
            is_near[first] = False
            near = np.flatnonzero(is_near)
            near = near[_largest(scores[near], _MOST_READ)]
            more, more_exact = self._exactly(near if kept is None else kept[near], query)
            found = np.concatenate([first[found], near[more]])
            exact = np.concatenate([exact, more_exact])
        else:
            found = first[found]
        positions = found if kept is None else kept[found]
        ids = self._ids[positions]
        order = np.lexsort((ids, -exact))[:best]
        return ids[order], self._assets[positions[order]], exact[order]

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
            self._blocks.append(np.empty((_BLOCK_ROWS, self._dimension), np.int8))
            self._ids = np.concatenate([self._ids, np.zeros(_BLOCK_ROWS, np.int64)])
            self._assets = np.concatenate([self._assets, np.zeros(_BLOCK_ROWS, np.int64)])
            self._steps = np.concatenate([self._steps, np.zeros(_BLOCK_ROWS, np.float32)])
        return np.concatenate([holes, np.arange(begin, self._end)])

    def _all_scores(self, query: NDArray[np.int8]) -> NDArray[np.float32]:
        """Of every position up to the end, in levels of the query; holes at the very bottom."""
        scores = np.empty(self._end, np.float32)

        def score(number: int) -> None:
            part = scores[number * _BLOCK_ROWS : (number + 1) * _BLOCK_ROWS]
            _multiply(self._blocks[number][: len(part)], query, part)

        _in_parallel(self._helpers, score, -(-self._end // _BLOCK_ROWS))
        scores *= self._steps[: self._end]
        scores[self._holes] = -np.inf
        return scores

    def _scores_at(
        self, positions: NDArray[np.int64], query: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        """The same of the rows at ascending ``positions``, no more than a block at a time."""
        scores = np.empty(len(positions), np.float32)
        bounds = np.searchsorted(positions, np.arange(len(self._blocks) + 1) * _BLOCK_ROWS)
        for number, block in enumerate(self._blocks):
            part = slice(int(bounds[number]), int(bounds[number + 1]))
            _multiply(block[positions[part] - number * _BLOCK_ROWS], query, scores[part])
        return scores * self._steps[positions]

    def _exactly(
        self, positions: NDArray[np.int64], query: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Which of ``positions`` have a vector where it is kept, and the cosines of these, summed
        in float64 and row by row: a cosine depends on the two vectors alone."""
        ids = self._ids[positions]
        given, vectors = self._vectors_of(ids) if len(ids) else (ids, np.empty((0, 0)))
        if not len(given):
            return np.empty(0, np.intp), np.empty(0, np.float64)
        by_id = np.argsort(ids)
        found = by_id[np.searchsorted(ids, given, sorter=by_id)]
        rows = unit(vectors).astype(np.float64)
        doubles = query.astype(np.float64)
        lengths = np.sqrt((rows**2).sum(axis=1)) * np.linalg.norm(doubles)
        return found, (rows * doubles).sum(axis=1) / np.maximum(lengths, np.finfo(np.float64).tiny)


def _largest(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Where the ``count`` largest are, ascending by place; those at the very bottom are none."""
    if count >= len(scores):
        return np.flatnonzero(scores > -np.inf)
    above = _above_most(scores, count)
    if len(above) >= count:
        return above[_parted(scores[above], count)]
    parted = _parted(scores, count)
    return parted[scores[parted] > -np.inf]


def _above_most(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Where all are that reach a bound, ascending by place; about twice ``count`` of them.

    The bound is guessed from some of the scores. Where these are unlike the others, too few are
    given, or many more. To part all scores takes up to ten times as long.
    """
    sample = scores[::_SAMPLED]
    rank = 2 * count // _SAMPLED + _SAMPLED
    if rank >= len(sample):
        return np.empty(0, np.intp)
    bound = np.partition(sample, len(sample) - rank)[len(sample) - rank]
    return np.flatnonzero(scores >= bound) if bound > -np.inf else np.empty(0, np.intp)


def _parted(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Where the ``count`` largest are, ascending by place."""
    return np.sort(np.argpartition(scores, len(scores) - count)[len(scores) - count :])
