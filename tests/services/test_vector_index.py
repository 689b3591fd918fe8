"""Ledger and collection as one index: what a search may find, and whom it waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.resident import ResidentStore
from desktop.index.store import StoredVector, VectorStore
from desktop.library.catalog import Catalog, ReadFile
from desktop.library.database import Database
from desktop.library.disk.scan import FoundFile
from desktop.library.vector_ledger import VectorLedger
from desktop.services.vector_index import VectorIndex
from desktop.wiring import Engine
from tests.index.server import MilvusServer

ENCODER = "e@1"
DIMENSION = 8
VECTORS = unit(np.random.default_rng(1).normal(size=(60, DIMENSION)))
PATIENCE_S = 30.0


class Library:
    """A catalogue with its ledger, and a collection in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.ledger = VectorLedger(self.database)
        self.index = self.reopened(self.store)

    def store(self, encoder: str, dimension: int) -> VectorStore:
        milvus = MilvusStore(str(self.folder / "vectors.db"), "", encoder, dimension, "test")
        return ResidentStore(milvus, dimension, lambda: self.ledger.stored_chunks(encoder))

    def reopened(self, open_store: Callable[[str, int], VectorStore]) -> VectorIndex:
        return VectorIndex(self.catalog, self.ledger, open_store)

    def add(self, count: int) -> list[int]:
        """Assets with the first ``count`` vectors; their ids."""
        root = self.catalog.add_root(self.folder)
        ids = self.catalog.add_files(
            root, [FoundFile(f"{n}.png".encode(), 1, 1) for n in range(count)]
        )
        files = [ReadFile(asset_id, 1, 1, "PNG", f"{asset_id:x}") for asset_id in ids]
        self.catalog.record_read(files)
        self.index.add(ENCODER, files, VECTORS[:count])
        return ids

    def search(
        self, query: NDArray[np.float32], limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[int]:
        return [hit.asset_id for hit in self.index.search(ENCODER, query, limit, allowed)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    library.index.close()
    library.database.close()


def test_an_asset_counts_once_by_its_best_vector(library: Library) -> None:
    first, second, third = library.add(3)
    query = VECTORS[50]
    frames = [StoredVector(100 + n, first, "frame", query) for n in range(20)]
    library.index.open(ENCODER, DIMENSION).upsert(frames)
    hits = library.index.search(ENCODER, query, 3)
    assert hits[0].asset_id == first
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert sorted(hit.asset_id for hit in hits) == [first, second, third]
    assert library.search(query, 1) == [first]


def test_only_allowed_assets_are_found(library: Library) -> None:
    ids = library.add(30)
    assert library.search(VECTORS[4], 5, np.array(ids[10:12])) in (ids[10:12], ids[11:9:-1])
    assert library.search(VECTORS[4], 5, np.array([], np.int64)) == []


def test_what_was_added_is_in_memory_after_opening_again(library: Library) -> None:
    ids = library.add(30)
    library.index.close()
    library.index = library.reopened(library.store)
    store = library.index.open(ENCODER, DIMENSION)
    assert isinstance(store, ResidentStore)
    assert store.wait_until_loaded(PATIENCE_S)
    assert library.search(VECTORS[17], 1) == [ids[17]]


def test_a_search_does_not_wait_for_a_repair(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = library.add(10)
    library.index.close()
    library.ledger.mark_lost(ENCODER, [3])  # to be sent again
    is_repairing, may_go_on = threading.Event(), threading.Event()
    upsert = ResidentStore.upsert

    def slow_upsert(store: ResidentStore, rows: list[StoredVector]) -> None:
        is_repairing.set()
        assert may_go_on.wait(PATIENCE_S)
        upsert(store, rows)

    monkeypatch.setattr(ResidentStore, "upsert", slow_upsert)
    library.index = library.reopened(library.store)
    opener = threading.Thread(target=library.index.open, args=(ENCODER, DIMENSION))
    opener.start()
    try:
        assert is_repairing.wait(PATIENCE_S)
        assert library.search(VECTORS[6], 1) == [ids[6]]
    finally:
        may_go_on.set()
        opener.join()
    assert library.ledger.stored_count(ENCODER) == 10


def test_the_ledger_gives_back_the_acknowledged_vectors_in_chunks(library: Library) -> None:
    ids = library.add(25)
    library.ledger.mark_lost(ENCODER, [5, 6])
    chunks = list(library.ledger.stored_chunks(ENCODER, rows=10))
    assert [len(chunk[0]) for chunk in chunks] == [10, 10, 3]
    row_ids, asset_ids, values = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    expected = [n for n in range(1, 26) if n not in (5, 6)]
    assert row_ids.tolist() == expected
    assert asset_ids.tolist() == [ids[n - 1] for n in expected]
    np.testing.assert_array_equal(values, VECTORS[:25].astype(np.float16)[row_ids - 1])
    assert list(library.ledger.stored_chunks("another@1")) == []


def test_a_file_is_kept_in_memory_too_and_a_server_ranks_itself(
    open_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = open_engine()
    assert isinstance(engine.vectors.open(ENCODER, DIMENSION), ResidentStore)
    engine.close()
    with MilvusServer(tmp_path / "server") as server:
        engine = open_engine(store_uri=server.uri)
        assert isinstance(engine.vectors.open(ENCODER, DIMENSION), MilvusStore)
        engine.close()
