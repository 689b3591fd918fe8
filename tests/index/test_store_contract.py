"""One contract for every store: a Milvus file, servers at an address, a small one and a real one,
and memory before a file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.errors import StoreMismatch, StoreRefused
from desktop.core.vector import VectorRow
from desktop.index.address import StoreAddress
from desktop.index.connection import connect, disconnect
from desktop.index.milvus import MilvusStore
from desktop.index.resident import ResidentStore
from desktop.index.search_index import SearchIndex
from desktop.index.store import Allowed, VectorStore
from tests.index.rows import chunks_of, directions, halves, vectors_in
from tests.index.server import LiteServer
from tests.index.standalone import Standalone, program

DIMENSION = 512
ENCODER = "ViT-B-32@0123456789ab"

OpenStore = Callable[..., VectorStore]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus server in a process of its own."""
    with LiteServer(tmp_path_factory.mktemp("milvus")) as running:
        yield running.uri


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Milvus, where there is one for this system."""
    with Standalone(program(), tmp_path_factory.mktemp("standalone"), has_users=True) as running:
        yield running.uri


@pytest.fixture(params=["file", "server", "standalone", "resident"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the same store again and again; a fresh collection for each test."""
    if request.param in {"server", "standalone"}:
        uri = request.getfixturevalue(request.param)
    else:
        uri = str(tmp_path / "it's a “library”" / "vectors.db")
    own_name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    opened: list[VectorStore] = []

    def open_it(
        encoder_id: str = ENCODER, dimension: int = DIMENSION, collection: str = own_name
    ) -> VectorStore:
        store = milvus = MilvusStore(uri, "root:Milvus", encoder_id, dimension, collection)
        if request.param == "resident":
            store = ResidentStore(
                milvus, dimension, partial(chunks_of, milvus), partial(vectors_in, milvus)
            )
            assert store.wait_until_loaded()
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


def vectors(count: int, seed: int = 1) -> NDArray[np.float32]:
    return halves(np.random.default_rng(seed).normal(size=(count, DIMENSION)))


def rows(count: int, seed: int = 1) -> list[VectorRow]:
    return [
        VectorRow(n + 1, 100 + n, value, scalars={"path": f"/a'\"\n{n}.png", "filename": "红"})
        for n, value in enumerate(vectors(count, seed))
    ]


def test_what_is_put_in_is_found_nearest_first(open_store: OpenStore) -> None:
    store = open_store()
    values = vectors(50)
    store.upsert(rows(50))
    hits = store.search(values[7], 10)
    cosines = directions(values) @ directions(values[7])
    expected = np.argsort(-cosines)[:10]
    assert [hit.id for hit in hits] == [int(n) + 1 for n in expected]
    assert hits[0].asset_id == 107
    np.testing.assert_allclose([hit.score for hit in hits], cosines[expected], atol=1e-5)


def test_the_same_id_again_replaces_the_row(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert(rows(3))
    store.upsert(rows(3, seed=2))
    assert store.count() == 3
    assert store.search(vectors(3, seed=2)[0], 1)[0].score == pytest.approx(1.0, abs=1e-5)


def test_deleting_removes_just_those_rows(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert(rows(5))
    store.delete([2, 4, 999])
    assert store.ids() == {1, 3, 5}
    assert store.count() == 3


def test_an_empty_collection_answers(open_store: OpenStore) -> None:
    store = open_store()
    assert (store.count(), store.ids()) == (0, set())
    assert store.search(vectors(1)[0], 5) == []


def test_rows_are_there_after_reopening(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert(rows(20))
    store.flush()
    store.upsert(rows(25)[20:])
    store.close()
    again = open_store()
    assert again.count() == 25
    assert again.search(vectors(25)[22], 1)[0].id == 23


def test_more_rows_than_one_page(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert(rows(1_200))
    assert store.ids() == set(range(1, 1_201))
    assert len(store.search(vectors(1)[0], 1_200)) == 1_200


def test_vectors_are_compared_by_direction(open_store: OpenStore) -> None:
    store = open_store()
    values = vectors(2)
    store.upsert([VectorRow(1, 1, values[0] * 0.25), VectorRow(2, 2, values[1])])
    [hit] = store.search(values[0] * 3, 1)
    assert hit.id == 1
    assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_equal_vectors_are_all_found(open_store: OpenStore) -> None:
    store = open_store()
    same = vectors(1)[0]
    store.upsert([VectorRow(n, n, same) for n in range(1, 8)])
    hits = store.search(same, 20)
    assert {hit.id for hit in hits} == set(range(1, 8))
    assert [hit.score for hit in hits] == pytest.approx([1.0] * 7, abs=1e-5)


def test_a_row_can_move_to_another_asset(open_store: OpenStore) -> None:
    store = open_store()
    value = vectors(1)[0]
    store.upsert([VectorRow(1, 10, value)])
    store.upsert([VectorRow(1, 20, value)])
    assert [hit.asset_id for hit in store.search(value, 5)] == [20]


class TestAllowedAssets:
    """Asset n has row n - 99."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> VectorStore:
        store = open_store()
        store.upsert(rows(300))
        return store

    @pytest.mark.parametrize("count", [1, 7, 150, 299, 300])
    def test_only_they_are_found_and_all_of_them(self, store: VectorStore, count: int) -> None:
        allowed = np.random.default_rng(count).permutation(np.arange(100, 400))[:count]
        cosines = directions(vectors(300)) @ directions(vectors(1, seed=9)[0])
        expected = sorted(allowed.tolist(), key=lambda asset: -cosines[asset - 100])
        hits = store.search(vectors(1, seed=9)[0], 300, Allowed(allowed))
        assert [hit.asset_id for hit in hits] == expected
        assert len(store.search(vectors(1, seed=9)[0], 5, Allowed(allowed))) == min(5, count)

    def test_none_allowed_none_found(self, store: VectorStore) -> None:
        assert store.search(vectors(1)[0], 5, Allowed(np.array([], np.int64))) == []

    def test_assets_without_a_vector_are_passed_over(self, store: VectorStore) -> None:
        allowed = Allowed(np.array([999_999_999_999, -4, 120, 0]))
        assert [hit.asset_id for hit in store.search(vectors(1)[0], 5, allowed)] == [120]

    def test_fifty_thousand_of_them(self, store: VectorStore) -> None:
        allowed = Allowed(np.arange(200, 50_200))
        found = store.search(vectors(1)[0], 300, allowed)
        assert sorted(hit.asset_id for hit in found) == list(range(200, 400))

    def test_what_was_deleted_is_not_found(self, store: VectorStore) -> None:
        store.delete([3, 4])
        hits = store.search(vectors(1)[0], 5, Allowed(np.array([102, 103, 104])))
        assert [hit.asset_id for hit in hits] == [104]


def test_a_collection_of_another_encoder_is_refused_and_untouched(open_store: OpenStore) -> None:
    open_store().upsert(rows(2))
    with pytest.raises(StoreMismatch) as caught:
        open_store(encoder_id="Other@ffffffffffff")
    assert ENCODER in caught.value.message
    assert "Other@ffffffffffff" in caught.value.message
    assert open_store().count() == 2


def test_a_collection_of_another_dimension_is_refused_and_untouched(
    open_store: OpenStore,
) -> None:
    open_store().upsert(rows(2))
    with pytest.raises(StoreMismatch) as caught:
        open_store(dimension=256)
    assert "512" in caught.value.message
    assert "256" in caught.value.message
    assert open_store().count() == 2


def test_opening_never_drops_what_is_there(open_store: OpenStore) -> None:
    open_store().upsert(rows(4))
    for _ in range(3):
        assert open_store().count() == 4


@pytest.mark.parametrize("at", ["making it", "ranking it anew"])
def test_a_kill_before_its_index_was_made_leaves_a_collection_that_can_be_used(
    standalone: str, at: str
) -> None:
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    *some, last = np.eye(31, DIMENSION, dtype=np.float32)

    def open_it() -> MilvusStore:
        return MilvusStore(standalone, "root:Milvus", ENCODER, DIMENSION, name)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if at == "ranking it anew":
        rows = [VectorRow(n, n, value) for n, value in enumerate(some, start=1)]
        with closing(open_it()) as store:
            store.upsert(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pymilvus.MilvusClient.create_index", killed)
        for module in ("milvus", "search_index"):
            patch.setattr(f"desktop.index.{module}.index_for", lambda _: SearchIndex(4))
        with pytest.raises(KeyboardInterrupt), closing(open_it()) as store:
            store.flush()
    with closing(open_it()) as store:
        store.upsert([VectorRow(31, 31, last)])
        assert store.search(last, 1)[0].id == 31
        assert store.count() == (31 if at == "ranking it anew" else 1)


def test_dropping_is_possible_when_asked_for(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert(rows(4))
    store.drop()
    assert open_store().count() == 0


def test_texts_longer_than_a_field_are_cut_not_refused(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert([VectorRow(1, 1, vectors(1)[0], scalars={"filename": "红" * 5_000})])
    assert store.count() == 1


class TestUsersOfAServer:
    """Of a real one: the small one takes every token."""

    @pytest.fixture
    def collection(self, standalone: str) -> Iterator[str]:
        """With three rows in it."""
        name = f"test_{os.getpid()}_{time.monotonic_ns()}"
        store = MilvusStore(standalone, "root:Milvus", ENCODER, DIMENSION, name)
        store.upsert(rows(3))
        yield name
        store.drop()
        store.close()

    @pytest.mark.parametrize(
        ("token", "words"),
        [
            ("root:mistaken", "does not accept the token"),
            ("nobody:Milvus", "does not accept the token"),
            ("", "asks for a token"),
        ],
    )
    def test_who_is_not_known(self, standalone: str, token: str, words: str) -> None:
        with pytest.raises(StoreRefused, match=words) as caught:
            MilvusStore(standalone, token, ENCODER, DIMENSION, "test")
        assert "plantain server token" in caught.value.next_step

    def test_who_may_only_read(self, standalone: str, collection: str) -> None:
        token = member(standalone, "reader", ("Search", "Query", "Load"))
        store = MilvusStore(standalone, token, ENCODER, DIMENSION, collection)
        try:
            assert [hit.id for hit in store.search(vectors(3)[1], 1)] == [2]
            with pytest.raises(StoreRefused, match="does not allow this user to do that") as caught:
                store.upsert(rows(4))
            assert "the right to read, write and make collections" in caught.value.next_step
            assert store.count() == 3
        finally:
            store.close()

    def test_who_may_not_even_read(self, standalone: str, collection: str) -> None:
        token = member(standalone, "guest", ())
        with pytest.raises(StoreRefused, match="does not allow this user to do that"):
            MilvusStore(standalone, token, ENCODER, DIMENSION, collection)

    def test_who_may_not_make_a_collection(self, standalone: str) -> None:
        token = member(standalone, "writer", ("Search", "Query", "Load", "Upsert"))
        with pytest.raises(StoreRefused, match="does not allow this user to do that"):
            MilvusStore(standalone, token, ENCODER, DIMENSION, f"test_{time.monotonic_ns()}")


def member(uri: str, name: str, rights: Sequence[str]) -> str:
    """The token of a new user who may do that with every collection."""
    address = StoreAddress(uri, "root:Milvus")
    client = connect(address)
    try:
        client.create_user(name, "password")
        client.create_role(name)
        for right in rights:
            client.grant_privilege(name, "Collection", right, "*")
        client.grant_role(name, name)
    finally:
        disconnect(client, address)
    return f"{name}:password"
