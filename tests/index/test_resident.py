"""Memory in front of Milvus: who answers when, and that both always hold the same."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop.core.errors import StoreUnreachable
from desktop.core.vector import VectorRow
from desktop.index.exact import VectorsOf
from desktop.index.milvus import MilvusStore
from desktop.index.resident import ResidentStore, VectorChunk
from desktop.index.store import Allowed, Hit
from tests.index.rows import chunks_of, directions, halves, vectors_in

DIMENSION = 8
VECTORS = halves(np.random.default_rng(1).normal(size=(40, DIMENSION)))
UNITS = directions(VECTORS)
PATIENCE_S = 30.0

Rows = dict[int, tuple[int, int]]
"""Id -> asset, number of its vector: what a collection holds, as plain as can be."""


class HeldLoader:
    """Reads the rows once, when it is made, and hands out a chunk whenever it is told to."""

    def __init__(self, rows: Rows, size: int = 3) -> None:
        held = sorted(rows.items())
        self._chunks = [held[start : start + size] for start in range(0, len(held), size)]
        self._permits = threading.Semaphore(0)
        self._is_waiting = threading.Semaphore(0)

    def __call__(self) -> Iterator[VectorChunk]:
        for chunk in self._chunks:
            self._is_waiting.release()
            assert self._permits.acquire(timeout=PATIENCE_S)
            yield (
                np.array([row_id for row_id, _ in chunk], np.int64),
                np.array([asset for _, (asset, _) in chunk], np.int64),
                VECTORS[[vector for _, (_, vector) in chunk]],
            )
        self._is_waiting.release()

    def hand_out_one(self) -> None:
        """Returns once the store has taken it in, and asks for more."""
        assert self._is_waiting.acquire(timeout=PATIENCE_S)
        self._permits.release()
        assert self._is_waiting.acquire(timeout=PATIENCE_S)
        self._is_waiting.release()

    def hand_out_all(self) -> None:
        for _ in self._chunks:
            self._permits.release()


@pytest.fixture
def milvus(tmp_path: Path) -> Iterator[MilvusStore]:
    store = MilvusStore(str(tmp_path / "vectors.db"), "", "e@1", DIMENSION, "test")
    yield store
    store.close()


def stored(rows: Rows) -> list[VectorRow]:
    return [VectorRow(row_id, asset, VECTORS[vector]) for row_id, (asset, vector) in rows.items()]


def kept(rows: Rows) -> VectorsOf:
    """Reads vectors of ``rows``, as from a catalogue."""

    def read(ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        found = [row_id for row_id in ids.tolist() if row_id in rows]
        return np.array(found, np.int64), VECTORS[[rows[row_id][1] for row_id in found]]

    return read


def ranked(rows: Rows, query: NDArray[np.float32]) -> list[Hit]:
    """All of them, by the book: best first, equal ones by id."""
    scores = UNITS @ directions(query)
    hits = [Hit(row_id, asset, float(scores[vector])) for row_id, (asset, vector) in rows.items()]
    return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.id))


def in_order(hits: list[Hit]) -> list[tuple[int, int, float]]:
    """With equal scores by id, since Milvus has an order of its own there; scores to 4 places."""
    close = [(hit.id, hit.asset_id, round(hit.score, 4) + 0.0) for hit in hits]
    return sorted(close, key=lambda row: (-row[2], row[0]))


FOUR: Rows = {n: (n + 100, n) for n in range(1, 5)}


def test_milvus_answers_until_all_is_loaded(milvus: MilvusStore) -> None:
    milvus.upsert(stored(FOUR))
    loader = HeldLoader({9: (109, 9)})  # not what Milvus holds: tells who answers
    store = ResidentStore(milvus, DIMENSION, loader, kept({9: (109, 9)}))
    assert not store.wait_until_loaded(0)
    assert {hit.id for hit in store.search(VECTORS[0], 9)} == set(FOUR)
    loader.hand_out_all()
    assert store.wait_until_loaded(PATIENCE_S)
    assert [hit.id for hit in store.search(VECTORS[0], 9)] == [9]


def test_what_is_written_while_loading_is_newer_than_what_is_loaded(milvus: MilvusStore) -> None:
    milvus.upsert(stored(FOUR))
    loader = HeldLoader(FOUR, size=2)
    store = ResidentStore(milvus, DIMENSION, loader, partial(vectors_in, milvus))
    store.upsert(stored({1: (101, 20), 5: (105, 5)}))  # before its chunk
    loader.hand_out_one()
    store.delete([2])  # after its chunk
    store.delete([3])  # before
    store.upsert(stored({4: (104, 24)}))
    store.delete([5])
    loader.hand_out_all()
    assert store.wait_until_loaded(PATIENCE_S)
    expected = ranked({1: (101, 20), 4: (104, 24)}, VECTORS[7])
    assert in_order(store.search(VECTORS[7], 9)) == in_order(expected)
    assert in_order(milvus.search(VECTORS[7], 9)) == in_order(expected)


def test_a_write_that_milvus_refuses_is_not_in_memory_either(
    milvus: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    milvus.upsert(stored(FOUR))
    store = ResidentStore(milvus, DIMENSION, partial(chunks_of, milvus), kept(FOUR))
    assert store.wait_until_loaded(PATIENCE_S)

    def refuse(*_: object) -> None:
        raise StoreUnreachable("The disk is full.")

    monkeypatch.setattr(milvus, "upsert", refuse)
    monkeypatch.setattr(milvus, "delete", refuse)
    with pytest.raises(StoreUnreachable):
        store.upsert(stored({1: (101, 30), 9: (109, 9)}))
    with pytest.raises(StoreUnreachable):
        store.delete([2])
    assert store.search(VECTORS[30], 9) == ranked_by(store, FOUR, VECTORS[30])


def ranked_by(store: ResidentStore, rows: Rows, query: NDArray[np.float32]) -> list[Hit]:
    """``ranked``, with the scores that the store gives."""
    scores = {hit.id: hit.score for hit in store.search(query, 99)}
    return [Hit(hit.id, hit.asset_id, scores[hit.id]) for hit in ranked(rows, query)]


def test_where_loading_fails_milvus_goes_on(
    milvus: MilvusStore, caplog: pytest.LogCaptureFixture
) -> None:
    milvus.upsert(stored(FOUR))

    def torn() -> Iterator[VectorChunk]:
        yield np.array([1]), np.array([101]), VECTORS[1:2]
        raise OSError("a bad sector")

    with caplog.at_level(logging.ERROR):
        store = ResidentStore(milvus, DIMENSION, torn, kept(FOUR))
        assert not store.wait_until_loaded(PATIENCE_S)
    assert "a bad sector" in caplog.text
    store.upsert(stored({6: (106, 6)}))
    store.delete([1])
    assert {hit.id for hit in store.search(VECTORS[0], 9)} == {2, 3, 4, 6}


def test_closing_ends_the_loading(milvus: MilvusStore) -> None:
    taken: list[int] = []

    def endless() -> Iterator[VectorChunk]:
        while True:
            taken.append(len(taken))
            yield np.array([len(taken)]), np.array([1]), VECTORS[:1]

    store = ResidentStore(milvus, DIMENSION, endless, kept(FOUR))
    deadline = time.monotonic() + PATIENCE_S
    while not taken:
        assert time.monotonic() < deadline
    store.close()
    so_far = len(taken)
    assert not store.wait_until_loaded(0)
    assert len(taken) == so_far


def test_searches_and_writes_from_many_threads_see_whole_rows(milvus: MilvusStore) -> None:
    """Every row of asset 100 + v has vector v: a torn or half-written row would not."""

    def rows_of(vector: int) -> Rows:
        return {1_000 * vector + n: (100 + vector, vector) for n in range(1, 31)}

    every = {row_id: row for vector in range(25) for row_id, row in rows_of(vector).items()}
    store = ResidentStore(milvus, DIMENSION, lambda: (), kept(every))
    assert store.wait_until_loaded(PATIENCE_S)
    store.upsert(stored(rows_of(0)))
    wrong: list[Hit] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            for hit in store.search(VECTORS[39], 40):
                cosine = float(UNITS[hit.asset_id - 100] @ UNITS[39])
                if abs(hit.score - cosine) > 1e-5:
                    wrong.append(hit)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for vector in range(1, 25):
        store.delete(list(rows_of(vector - 1)))
        store.upsert(stored(rows_of(vector)))
    is_over.set()
    for reader in readers:
        reader.join()
    assert wrong == []


IDS = st.integers(1, 14)
ASSETS = st.integers(1, 6)
STEP = st.one_of(
    st.tuples(
        st.just("upsert"),
        st.dictionaries(IDS, st.tuples(ASSETS, st.integers(0, 29)), min_size=1, max_size=8),
    ),
    st.tuples(st.just("delete"), st.sets(IDS, max_size=8)),
    st.tuples(st.just("search"), st.tuples(st.integers(0, 39), st.integers(1, 16))),
    st.tuples(st.just("search among"), st.tuples(st.integers(0, 39), st.sets(ASSETS))),
    st.tuples(st.just("load some"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, min_size=4, max_size=16))
def test_it_is_equal_to_milvus_and_to_a_dictionary_whatever_happens(
    milvus: MilvusStore, steps: list[tuple[str, object]]
) -> None:
    milvus.delete(sorted(milvus.ids()))  # what the last example left
    model: Rows = {}
    loader = HeldLoader(model)
    store = ResidentStore(Borrowed(milvus), DIMENSION, loader, partial(vectors_in, milvus))
    to_load = 0

    def check(query: NDArray[np.float32], limit: int, allowed: set[int] | None) -> None:
        kept = {i: row for i, row in model.items() if allowed is None or row[0] in allowed}
        assets = None if allowed is None else Allowed(np.array(sorted(allowed), np.int64))
        expected = in_order(ranked(kept, query))
        found = in_order(store.search(query, limit, assets))
        assert [row[2] for row in found] == [row[2] for row in expected][:limit]
        assert set(found) <= set(expected)

    for name, detail in steps:
        match name, detail:
            case "upsert", dict():
                store.upsert(stored(detail))
                model |= detail
            case "delete", set():
                store.delete(sorted(detail))
                model = {i: row for i, row in model.items() if i not in detail}
            case "search", (int() as query, int() as limit):
                check(VECTORS[query], limit, None)
            case "search among", (int() as query, set() as allowed):
                check(VECTORS[query], 16, allowed)
            case "load some", _:
                if to_load:
                    loader.hand_out_one()
                    to_load -= 1
            case _:
                loader.hand_out_all()
                store.close()
                loader = HeldLoader(dict(model))
                to_load = -(-len(model) // 3)
                store = ResidentStore(
                    Borrowed(milvus), DIMENSION, loader, partial(vectors_in, milvus)
                )
    loader.hand_out_all()
    assert store.wait_until_loaded(PATIENCE_S)
    for query in VECTORS[30:33]:
        assert in_order(store.search(query, 99)) == in_order(ranked(model, query))
        assert in_order(milvus.search(query, 99)) == in_order(ranked(model, query))
    store.close()


class Borrowed(MilvusStore):
    """A collection that stays open when the store in front of it is closed."""

    def __init__(self, store: MilvusStore) -> None:
        self.__dict__ = store.__dict__

    def close(self) -> None:
        pass
