"""Pictures in a row, each beside what looks like it.

A large set is halved where it differs most, again and again: at the median along its first
principal axis, the half nearer to what came before first (D. Boley, "Principal direction divisive
partitioning", 1998). What is small enough is walked through from neighbour to nearest neighbour
that is left, which is the simplest heuristic for the shortest way through all of them. So 100,000
take a few seconds, where the walk alone would compare each with every other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.cancellation import CancelToken
from desktop.library.catalog.vectors import VectorTable
from desktop.services.current_model import CurrentModel

MOST = 100_000
"""Pictures; what comes after them stays behind them as it was."""
_WALKED = 512
"""Compared each with every other: a megabyte of similarities."""
_ROUNDS = 8
_SAMPLED = 2_048
"""Rows by which the axis of a set is found."""

Vectors = NDArray[np.float32]


class LookOrder:
    """Any thread may ask; the vectors of all pictures asked for are in memory meanwhile."""

    def __init__(self, vector_table: VectorTable, model: CurrentModel) -> None:
        self._vector_table = vector_table
        self._model = model

    def order(self, asset_ids: Sequence[int], cancel: CancelToken) -> list[int]:
        """All of these, beginning with the first of them that the model in use knows; those that it
        does not know are last, as they were.

        Raises:
            Cancelled: as ``cancel`` says.
        """
        space, asked = self._model.vector_space(), asset_ids[:MOST]
        if space is None:
            return [*asset_ids]
        known, vectors = self._vector_table.one_of_each(space, asked)
        place = {asset_id: row for row, asset_id in enumerate(known.tolist())}
        rows = np.array([place[i] for i in asked if i in place], np.intp)
        if not len(rows):
            return [*asset_ids]
        walked = known[in_a_row(vectors, rows, vectors[rows[0]], cancel)].tolist()
        return [*walked, *(i for i in asked if i not in place), *asset_ids[MOST:]]


def in_a_row(
    vectors: Vectors, rows: NDArray[np.intp], before: Vectors, cancel: CancelToken
) -> NDArray[np.intp]:
    """These rows of ``vectors`` as they come one after the other.

    Args:
        vectors: (n, d), of unit length.
        before: (d,), what the first one is to be like.

    Raises:
        Cancelled: as ``cancel`` says.
    """
    cancel.raise_if_cancelled()
    if len(rows) <= _WALKED:
        return rows[_walk(vectors[rows], before)]
    axis = _first_axis(vectors[rows[:: -(-len(rows) // _SAMPLED)]])
    along = vectors[rows] @ axis
    by_side = np.argpartition(along, len(rows) // 2)
    halves = rows[by_side[: len(rows) // 2]], rows[by_side[len(rows) // 2 :]]
    near, far = halves if before @ axis <= np.median(along) else halves[::-1]
    # As they were asked for, so that what cannot be told apart stays in its order.
    first = in_a_row(vectors, np.sort(near), before, cancel)
    return np.concatenate([first, in_a_row(vectors, np.sort(far), vectors[first[-1]], cancel)])


def _first_axis(vectors: Vectors) -> Vectors:
    """(d,): along which these differ most."""
    centred = vectors - vectors.mean(axis=0)
    # By power iteration: near is enough, and all axes would take the most of the time.
    axis = centred[np.argmax(np.einsum("ij,ij->i", centred, centred))]
    for _ in range(_ROUNDS):
        axis = (centred @ axis) @ centred
        axis /= max(float(np.linalg.norm(axis)), 1e-12)
    return axis


def _walk(vectors: Vectors, before: Vectors) -> NDArray[np.intp]:
    alike = vectors @ vectors.T
    at = int(np.argmax(vectors @ before))
    way = np.empty(len(vectors), np.intp)
    for step in range(len(vectors)):
        way[step] = at
        alike[:, at] = -np.inf  # nobody goes there again
        at = int(np.argmax(alike[at]))
    return way
