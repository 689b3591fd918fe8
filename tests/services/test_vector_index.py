"""Vector table and collection as one index: what a search may find, and whom it waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.filter import EVERYTHING, Filter
from desktop.core.vector import VectorRow
from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.resident import ResidentStore
from desktop.index.store import VectorStore
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.vectors import VectorTable
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from desktop.services.vectors.vector_index import VectorIndex
from tests.index.server import milvus_server

ENCODER = "e@1"
DIMENSION = 8
VECTORS = unit(np.random.default_rng(1).normal(size=(60, DIMENSION)))
PATIENCE_S = 30.0


class Library:
    """A catalogue with its vector_table, and a collection in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "catalog.sqlite")
        self.catalog = Catalog(self.database)
        self.vector_table = VectorTable(self.database)
        self.index = self.reopened(self.store)

    def store(self, encoder_id: str, dimension: int) -> VectorStore:
        milvus = MilvusStore(str(self.folder / "vectors.db"), "", encoder_id, dimension, "test")
        table = self.vector_table
        return ResidentStore(
            milvus,
            dimension,
            partial(table.chunks, encoder_id),
            partial(table.values, encoder_id),
        )

    def reopened(self, open_store: Callable[[str, int], VectorStore]) -> VectorIndex:
        return VectorIndex(self.catalog, self.vector_table, open_store)

    def add(self, count: int) -> list[int]:
        """Assets with the first ``count`` vectors; their ids."""
        root = self.catalog.roots.add(self.folder)
        ids = self.catalog.add_files(
            root, [FoundFile(f"{n}.png".encode(), 1, 1) for n in range(count)]
        )
        files = [ReadFile(asset_id, 1, 1, "PNG", f"{asset_id:x}") for asset_id in ids]
        self.catalog.record_read(files)
        self.index.add(ENCODER, files, VECTORS[:count])
        return ids

    def search(
        self, query: NDArray[np.float32], limit: int, allowed: Filter = EVERYTHING
    ) -> list[int]:
        return [hit.asset.id for hit in self.index.search(ENCODER, query, limit, allowed)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    library.index.close()
    library.database.close()


def test_an_asset_counts_once_by_its_best_vector(library: Library) -> None:
    first, second, third = library.add(3)
    query = VECTORS[50]
    video = ReadFile(first, 1, 1, "MP4", "f", duration_ms=20_000)
    frames = np.tile(query, (20, 1))
    library.index.add(ENCODER, [video] * 20, frames, [1_000 * n for n in range(20)])
    hits = library.index.search(ENCODER, query, 3)
    assert hits[0].asset.id == first
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert sorted(hit.asset.id for hit in hits) == [first, second, third]
    assert library.search(query, 1) == [first]


def test_only_allowed_assets_are_found(library: Library) -> None:
    ids = library.add(30)
    assert library.search(VECTORS[4], 5, Filter(ids=tuple(ids[10:12]))) in (
        ids[10:12],
        ids[11:9:-1],
    )
    assert library.search(VECTORS[4], 5, Filter(ids=())) == []


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
    library.vector_table.mark_lost(ENCODER, [3])  # to be sent again
    is_repairing, may_go_on = threading.Event(), threading.Event()
    upsert = ResidentStore.upsert

    def slow_upsert(store: ResidentStore, rows: list[VectorRow]) -> None:
        is_repairing.set()
        assert may_go_on.wait(PATIENCE_S)
        upsert(store, rows)

    monkeypatch.setattr(ResidentStore, "upsert", slow_upsert)
    library.index = library.reopened(library.store)
    writer = threading.Thread(target=library.index.settle, args=(ENCODER,))
    writer.start()
    try:
        assert is_repairing.wait(PATIENCE_S)
        assert library.search(VECTORS[6], 1) == [ids[6]]
    finally:
        may_go_on.set()
        writer.join()
    assert library.vector_table.stored_count(ENCODER) == 10


def test_a_search_reads_what_is_there_and_sends_nothing(library: Library) -> None:
    ids = library.add(10)
    store = library.index.open(ENCODER, DIMENSION)
    store.delete([4])  # behind the catalogue's back
    library.index.close()
    library.index = library.reopened(library.store)
    library.search(VECTORS[3], 1)
    assert library.index.open(ENCODER, DIMENSION).count() == 9
    assert library.index.settle(ENCODER) == 1
    assert library.index.settle(ENCODER) == 0
    assert library.index.open(ENCODER, DIMENSION).count() == 10
    assert library.search(VECTORS[3], 1) == [ids[3]]


def test_no_collection_is_made_to_search_in(library: Library) -> None:
    library.add(1)
    assert library.index.search("another@1", VECTORS[0], 1) == []
    assert library.index.opened() == [ENCODER]


def test_the_catalogue_gives_back_all_vectors_in_chunks(library: Library) -> None:
    ids = library.add(25)
    library.vector_table.mark_lost(ENCODER, [5, 6])
    chunks = list(library.vector_table.chunks(ENCODER, rows=10))
    assert [len(chunk[0]) for chunk in chunks] == [10, 10, 5]
    row_ids, asset_ids, values = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    assert row_ids.tolist() == list(range(1, 26))
    assert asset_ids.tolist() == ids
    np.testing.assert_array_equal(values, VECTORS[:25].astype(np.float16)[row_ids - 1])
    assert list(library.vector_table.chunks("another@1")) == []


def test_a_file_is_kept_in_memory_too_and_a_server_ranks_itself(
    open_engine: Callable[..., Engine], tmp_path: Path
) -> None:
    engine = open_engine()
    assert isinstance(engine.vectors.open(ENCODER, DIMENSION), ResidentStore)
    engine.close()
    with milvus_server(tmp_path / "server") as server:
        engine = open_engine(store_uri=server.uri)
        assert isinstance(engine.vectors.open(ENCODER, DIMENSION), MilvusStore)
        engine.close()


def test_a_search_does_not_wait_for_vectors_to_be_sent(library: Library) -> None:
    ids = library.add(25)
    library.vector_table.mark_lost(ENCODER, range(1, 26))
    library.index.close()
    opened = library.reopened(library.store)
    opened.make_findable(ENCODER)
    [hit] = opened.search(ENCODER, VECTORS[3], 1)
    assert hit.asset.id == ids[3]
    assert library.vector_table.stored_count(ENCODER) == 0
    opened.settle(ENCODER)
    assert library.vector_table.stored_count(ENCODER) == 25
    opened.close()
