"""The rows in memory: what is found, in which order, and how room is used again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def filled(count: int) -> ExactIndex:
    """Row n (from 0) of asset n + 1,000 has vector n."""
    index = ExactIndex(DIMENSION)
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
    index = ExactIndex(DIMENSION)
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


def test_all_rows_of_an_allowed_asset_may_be_found() -> None:
    index = ExactIndex(DIMENSION)
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
    index = ExactIndex(DIMENSION)
    index.put(numbers(1), numbers(1), VECTORS[:1].astype(np.float16) * np.float16(0.5))
    assert index.search(VECTORS[0], 1)[0].score == pytest.approx(1.0, abs=1e-5)


IDS = st.integers(0, 60)
PUT = st.dictionaries(IDS, st.tuples(st.integers(0, 20), st.integers(0, 30)), max_size=40)
REMOVE = st.sets(IDS, max_size=40)


@given(steps=st.lists(PUT | REMOVE, max_size=12), allowed=st.none() | st.sets(st.integers(0, 20)))
def test_it_holds_what_a_dictionary_would(
    steps: list[dict[int, tuple[int, int]] | set[int]], allowed: set[int] | None
) -> None:
    index = ExactIndex(DIMENSION)
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
    index = ExactIndex(4)
    rows = np.eye(4, dtype=np.float64)
    index.put(np.arange(4), np.arange(4), rows)
    bad = np.array([[value, value, value, 1.0 if value else 0.0]])
    index.put(np.array([2]), np.array([2]), bad)
    index.put(np.array([9]), np.array([9]), bad)
    hits = index.search(np.array([1, 0, 0, 0], np.float32), 10)
    assert [hit.asset_id for hit in hits] == [0, 1, 3]
    assert hits[0].score == 1.0
    assert index.search(bad[0].astype(np.float32), 10) == []
