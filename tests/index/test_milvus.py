"""One contract for every store: a Milvus Lite file, and a server at an address."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.core.errors import LibraryInUse, StoreDamaged, StoreMismatch, StoreUnreachable
from desktop.index.milvus import MilvusStore, collection_name
from desktop.index.store import StoredVector
from tests.index.server import MilvusServer, free_port

DIMENSION = 512
ENCODER = "ViT-B-32@0123456789ab"

OpenStore = Callable[..., MilvusStore]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus server in a process of its own."""
    with MilvusServer(tmp_path_factory.mktemp("milvus")) as running:
        yield running.uri


@pytest.fixture(params=["file", "server"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the same store again and again; a fresh collection for each test."""
    if request.param == "file":
        uri = str(tmp_path / "it's a “library”" / "vectors.db")
    else:
        uri = request.getfixturevalue("server")
    own_name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    opened: list[MilvusStore] = []

    def open_it(
        encoder: str = ENCODER, dimension: int = DIMENSION, collection: str = own_name
    ) -> MilvusStore:
        store = MilvusStore(uri, "root:Milvus", encoder, dimension, collection)
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


def vectors(count: int, seed: int = 1) -> NDArray[np.float32]:
    numbers = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return numbers / np.linalg.norm(numbers, axis=1, keepdims=True)


def rows(count: int, seed: int = 1) -> list[StoredVector]:
    return [
        StoredVector(n + 1, 100 + n, "image", value, {"path": f"/a'\"\n{n}.png", "filename": "红"})
        for n, value in enumerate(vectors(count, seed))
    ]


def test_what_is_put_in_is_found_nearest_first(open_store: OpenStore) -> None:
    store = open_store()
    values = vectors(50)
    store.upsert(rows(50))
    hits = store.search(values[7], 10)
    cosines = values @ values[7]
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


def test_a_collection_of_another_encoder_is_refused_and_untouched(open_store: OpenStore) -> None:
    open_store().upsert(rows(2))
    with pytest.raises(StoreMismatch) as caught:
        open_store(encoder="Other@ffffffffffff")
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


def test_dropping_is_possible_when_asked_for(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert(rows(4))
    store.drop()
    assert open_store().count() == 0


def test_texts_longer_than_a_field_are_cut_not_refused(open_store: OpenStore) -> None:
    store = open_store()
    store.upsert([StoredVector(1, 1, "image", vectors(1)[0], {"filename": "红" * 5_000})])
    assert store.count() == 1


def test_an_address_where_nobody_answers_is_a_clear_error() -> None:
    with pytest.raises(StoreUnreachable, match="does not answer") as caught:
        MilvusStore(f"http://127.0.0.1:{free_port()}", "", ENCODER, DIMENSION, "test")
    assert "untouched" in caught.value.safe


def test_a_file_held_by_another_process_is_a_clear_error(tmp_path: Path) -> None:
    uri = str(tmp_path / "vectors.db")
    script = (
        "import sys\n"
        "from desktop.index.milvus import MilvusStore\n"
        f"store = MilvusStore({uri!r}, '', {ENCODER!r}, {DIMENSION}, 'test')\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
        "store.close()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(LibraryInUse, match="another Plantain"):
            MilvusStore(uri, "", ENCODER, DIMENSION, "test")
        other.communicate("")
    MilvusStore(uri, "", ENCODER, DIMENSION, "test").close()


def test_damage_is_told_from_use(tmp_path: Path) -> None:
    uri = str(tmp_path / "vectors.db")
    store = MilvusStore(uri, "", ENCODER, DIMENSION, "test")
    store.upsert(rows(10))
    store.flush()
    store.close()
    for file in Path(uri).rglob("*.parquet"):
        file.write_bytes(b"garbage")
    with pytest.raises(StoreDamaged, match="damaged") as caught:
        MilvusStore(uri, "", ENCODER, DIMENSION, "test")
    assert "made again" in caught.value.next_step


def test_an_address_that_is_none_says_what_one_looks_like(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        MilvusStore(str(tmp_path / "nonsense"), "", ENCODER, DIMENSION, "test")
    assert "http://host:port" in caught.value.next_step


def test_collection_names_are_plain_and_tell_encoders_and_libraries_apart() -> None:
    assert collection_name(ENCODER, "9e4b") == "plantain_vit_b_32_0123456789ab_9e4b"
    assert collection_name("ViT-B-32@1", "a") != collection_name("ViT-B-32@2", "a")
    assert collection_name("ViT-B-32@1", "a") != collection_name("ViT-B-32@1", "b")
