"""The rows in memory: what is found, in which order, and how room is used again."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop.index import exact
from desktop.index.exact import ExactIndex
from tests.index.rows import directions, halves

DIMENSION = 16
VECTORS = halves(np.random.default_rng(3).normal(size=(400, DIMENSION)))
UNITS = directions(VECTORS)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    """So that a few rows fill several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_BLOCK_ROWS", 16)
        yield


def numbers(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


class Index(ExactIndex):
    """One whose vectors are kept in a dictionary."""

    def __init__(self, dimension: int = DIMENSION) -> None:
        super().__init__(dimension, self._read)
        self.kept: dict[int, NDArray[np.floating]] = {}

    def put(
        self, ids: NDArray[np.int64], asset_ids: NDArray[np.int64], vectors: NDArray[np.floating]
    ) -> None:
        self.kept.update(zip(ids.tolist(), vectors, strict=True))
        super().put(ids, asset_ids, vectors)

    def _read(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
        found = [row_id for row_id in ids.tolist() if row_id in self.kept]
        return np.array(found, np.int64), np.array([self.kept[row_id] for row_id in found])


def filled(count: int) -> Index:
    """Row n (from 0) of asset n + 1,000 has vector n."""
    index = Index()
    ids = np.arange(count)
    index.put(ids, ids + 1_000, VECTORS[:count])
    return index


def test_the_order_is_that_of_the_cosines() -> None:
    hits = filled(400).search(VECTORS[9] * 5, 30)
    cosines = UNITS @ UNITS[9]
    assert [hit.id for hit in hits] == np.argsort(-cosines)[:30].tolist()
    assert [hit.asset_id for hit in hits] == [hit.id + 1_000 for hit in hits]
    np.testing.assert_allclose([hit.score for hit in hits], np.sort(cosines)[::-1][:30], atol=1e-6)


@pytest.mark.parametrize("limit", [0, 1, 16, 17, 399, 400, 1_000])
def test_never_more_than_asked_for_nor_than_there_are(limit: int) -> None:
    assert len(filled(400).search(VECTORS[0], limit)) == min(limit, 400)


def test_equal_vectors_come_by_id_wherever_they_lie() -> None:
    index = Index()
    ids = np.random.default_rng(5).permutation(np.arange(1, 101))
    index.put(ids, ids, np.repeat(VECTORS[:1], 100, axis=0))
    index.put(numbers(500), numbers(500), VECTORS[1:2])
    assert [hit.id for hit in index.search(VECTORS[0], 60)] == list(range(1, 61))
    allowed = np.arange(90, 99)
    assert [hit.id for hit in index.search(VECTORS[0], 60, allowed)] == list(range(90, 99))


@pytest.mark.parametrize("share", [0.003, 0.05, 0.12, 0.13, 0.5, 1.0])
def test_a_filter_finds_the_same_however_it_is_done(share: float) -> None:
    index = filled(400)
    allowed = np.random.default_rng(7).permutation(400)[: max(1, int(share * 400))] + 1_000
    everything = [hit for hit in index.search(VECTORS[2], 400) if hit.asset_id in set(allowed)]
    assert index.search(VECTORS[2], 400, allowed) == everything


@pytest.mark.parametrize("order", ["ascending", "descending", "mixed", "in waves"])
def test_among_many_rows_the_best_are_found_wherever_they_lie(order: str) -> None:
    """Where the best begin is told from some of the rows, which may be unlike the others."""
    count = 3_200
    nearness = np.linspace(-1, 1, count)
    if order == "descending":
        nearness = nearness[::-1]
    elif order == "mixed":
        nearness = np.random.default_rng(8).permutation(nearness)
    elif order == "in waves":  # every sixteenth row is among the best, or none of them
        nearness = nearness.reshape(16, -1).T.ravel()
    angles = np.arccos(nearness)
    vectors = np.zeros((count, DIMENSION))
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    query = np.eye(DIMENSION, dtype=np.float32)[0]
    for turn in range(16 if order == "in waves" else 1):
        turned = np.roll(vectors, turn, axis=0)
        index = Index()
        index.put(np.arange(count), np.arange(count), turned)
        best = np.lexsort((np.arange(count), -directions(turned) @ query))[:10]
        assert [hit.id for hit in index.search(query, 10)] == best.tolist()


def test_helpers_that_come_late_or_fail_are_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread may sleep through the whole search; what fails in one fails the search."""
    index = filled(200)
    wanted = [hit.id for hit in index.search(UNITS[3], 5)]
    awake = threading.Event()
    sleeping = [index._helpers.submit(awake.wait) for _ in range(exact._MOST_THREADS - 1)]
    try:
        assert [hit.id for hit in index.search(UNITS[3], 5)] == wanted
        assert not any(each.done() for each in sleeping)
    finally:
        awake.set()

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(exact, "_multiply", fail)
    with pytest.raises(MemoryError):
        index.search(UNITS[3], 5)


def test_what_is_hardly_told_apart_is_ranked_as_the_vectors_are() -> None:
    """Thousands of rows nearer to each other than 8 bits tell, in no order."""
    random = np.random.default_rng(11)
    vectors = halves(VECTORS[0] + random.normal(size=(3_000, DIMENSION)) * 1e-3)
    index = Index()
    ids = random.permutation(len(vectors))
    index.put(ids, ids, vectors[ids])
    for query in (VECTORS[0], VECTORS[1]):
        cosines = directions(vectors) @ directions(query)
        expected = np.lexsort((np.arange(len(vectors)), -cosines))[:50]
        assert [hit.id for hit in index.search(query, 50)] == expected.tolist()


def test_one_loud_number_in_every_vector_does_not_drown_the_others() -> None:
    """As trained networks have it: a channel that is far from zero in all pictures."""
    random = np.random.default_rng(12)
    vectors = random.normal(size=(2_000, 64)) * 0.02
    vectors[:, 7] = 0.8
    vectors = halves(vectors)
    index = Index(64)
    index.put(np.arange(2_000), np.arange(2_000), vectors)
    query = halves(vectors[5] + random.normal(size=64) * 0.01)
    cosines = directions(vectors) @ directions(query)
    expected = np.argsort(-cosines)[:50]
    assert [hit.id for hit in index.search(query, 50)] == expected.tolist()


def test_what_is_no_longer_kept_is_not_found() -> None:
    index = filled(400)
    best = [hit.id for hit in index.search(VECTORS[9], 3)]
    del index.kept[best[1]]
    assert [hit.id for hit in index.search(VECTORS[9], 2)] == [best[0], best[2]]
    index.kept.clear()
    assert index.search(VECTORS[9], 2) == []


def test_all_rows_of_an_allowed_asset_may_be_found() -> None:
    index = Index()
    index.put(numbers(1, 2, 3), numbers(7, 7, 8), VECTORS[:3])
    assert {hit.id for hit in index.search(VECTORS[0], 9, numbers(7))} == {1, 2}


def test_room_of_deleted_rows_is_used_again() -> None:
    index = filled(32)
    index.remove(np.arange(8, 24))
    ids = np.arange(100, 116)
    index.put(ids, ids, VECTORS[100:116])
    assert len(index) == 32
    assert len(index._blocks) == 2
    assert {hit.id for hit in index.search(VECTORS[0], 99)} == {*range(8), *range(24, 32), *ids}


def test_nothing_left_nothing_found() -> None:
    index = filled(20)
    index.remove(np.arange(20))
    assert index.search(VECTORS[0], 5) == []
    assert index.search(VECTORS[0], 5, np.arange(1_000, 1_020)) == []


def test_half_precision_is_brought_to_unit_length() -> None:
    index = Index()
    index.put(numbers(1), numbers(1), VECTORS[:1].astype(np.float16) * np.float16(0.5))
    assert index.search(VECTORS[0], 1)[0].score == pytest.approx(1.0, abs=1e-5)


IDS = st.integers(0, 60)
PUT = st.dictionaries(IDS, st.tuples(st.integers(0, 20), st.integers(0, 30)), max_size=40)
REMOVE = st.sets(IDS, max_size=40)


@given(steps=st.lists(PUT | REMOVE, max_size=12), allowed=st.none() | st.sets(st.integers(0, 20)))
def test_it_holds_what_a_dictionary_would(
    steps: list[dict[int, tuple[int, int]] | set[int]], allowed: set[int] | None
) -> None:
    index = Index()
    model: dict[int, tuple[int, int]] = {}  # id -> asset, number of its vector
    for step in steps:
        if isinstance(step, dict):
            ids = numbers(*step)
            assets = numbers(*(asset for asset, _ in step.values()))
            index.put(ids, assets, VECTORS[[vector for _, vector in step.values()]])
            model |= step
        else:
            index.remove(numbers(*step))
            model = {row_id: row for row_id, row in model.items() if row_id not in step}
    assert len(index) == len(model)
    scores = np.round(UNITS @ UNITS[0], 6)
    expected = sorted(
        (-scores[vector], row_id, asset)
        for row_id, (asset, vector) in model.items()
        if allowed is None or asset in allowed
    )
    hits = index.search(VECTORS[0], 100, None if allowed is None else numbers(*allowed))
    assert [(hit.id, hit.asset_id) for hit in hits] == [row[1:] for row in expected]


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30, 0.0])
def test_a_row_without_a_direction_costs_itself_alone(value: float) -> None:
    index = Index(4)
    rows = np.eye(4, dtype=np.float64)
    index.put(np.arange(4), np.arange(4), rows)
    bad = np.array([[value, value, value, 1.0 if value else 0.0]])
    index.put(np.array([2]), np.array([2]), bad)
    index.put(np.array([9]), np.array([9]), bad)
    hits = index.search(np.array([1, 0, 0, 0], np.float32), 10)
    assert [hit.asset_id for hit in hits] == [0, 1, 3]
    assert hits[0].score == 1.0
    assert index.search(bad[0].astype(np.float32), 10) == []
