"""Which index a server's collection gets, and how it changes with the collection's size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.core.vector import VectorRow
from desktop.index import search_index as vector_search_index
from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.search_index import SearchIndex, described, index_for
from desktop.index.store import Allowed
from tests.index.server import milvus_server

ENCODER = "e@1"
VECTORS = unit(np.random.default_rng(1).normal(size=(400, 32)))


def test_small_collections_are_ranked_exactly_and_large_ones_by_lists() -> None:
    assert index_for(0) == index_for(10_000) == SearchIndex()
    assert [index_for(rows).lists for rows in (10_001, 250_001, 5_000_000)] == [128, 512, 2_048]
    large = index_for(100_000)
    assert large.search_params(is_filtered=False)["params"] == {"nprobe": 128}
    larger = index_for(1_000_000)
    assert larger.search_params(is_filtered=False)["params"] == {"nprobe": 256}
    assert larger.search_params(is_filtered=True)["params"] == {"nprobe": 512}


def test_an_index_does_not_flap_at_its_limit() -> None:
    assert not SearchIndex().suits(10_001)
    assert SearchIndex(128).suits(9_999)
    assert SearchIndex(128).suits(5_001)
    assert not SearchIndex(128).suits(4_999)


def test_an_index_is_known_again() -> None:
    assert described({"index_type": "IVF_SQ8", "nlist": "512"}) == SearchIndex(512)
    assert described({"index_type": "IVF_SQ8", "params": {"nlist": 128}}) == SearchIndex(128)
    assert described({"index_type": "HNSW"}) == described(None) == SearchIndex()


@pytest.mark.parametrize("count", [20, 2_001])
def test_a_filter_has_all_lists_looked_through_however_it_is_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    store = MilvusStore(str(tmp_path / "vectors.db"), "", ENCODER, 32, "test")
    asked: list[tuple[bool, int]] = []

    def search(*_: object, **given: Any) -> list[list[object]]:
        asked.append((bool(given["filter"]), given["search_params"]["params"]["nprobe"]))
        return [[]]

    monkeypatch.setattr(store, "_index", SearchIndex(512))
    monkeypatch.setattr(store._client, "search", search)
    store.search(VECTORS[0], 5, Allowed(np.arange(count)))
    store.search(VECTORS[0], 5)
    store.close()
    widened = [(False, 512)] if count > 2_000 else []
    assert asked == [*widened, (True, 512), (False, 256)]


def test_a_server_changes_its_index_while_it_grows_and_shrinks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_search_index, "_LISTS_FROM", ((200, 8),))

    def opened() -> MilvusStore:
        return MilvusStore(server.uri, "", ENCODER, 32, "test", consistency="Bounded")

    def kind(store: MilvusStore) -> str:
        return store._client.describe_index("test", "vector")["index_type"]

    with milvus_server(tmp_path) as server:
        store = opened()
        rows = [VectorRow(n + 1, n + 1, v) for n, v in enumerate(VECTORS)]
        store.upsert(rows[:200])
        store.flush()
        assert kind(store) == "FLAT"
        store.upsert(rows[200:])
        store.flush()
        assert kind(store) == "IVF_SQ8"
        assert [store.search(VECTORS[n], 1)[0].id for n in (0, 399)] == [1, 400]
        # Narrow filters find all that is allowed.
        allowed = np.arange(300, 320)
        hits = store.search(VECTORS[310], 20, Allowed(allowed))
        assert {hit.asset_id for hit in hits} == set(allowed.tolist())
        store.close()
        store = opened()
        assert store._index == SearchIndex(8)
        store.release()  # its memory; the next question loads it again
        assert store.search(VECTORS[5], 1)[0].id == 6
        store.delete(range(50, 401))
        store.flush()
        assert kind(store) == "FLAT"
        assert store.count() == 49
        store.close()
