"""A filter finds the same assets in every store, and what the store knows of them keeps up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import StoreUnreachable
from desktop.core.filter import EVERYTHING, Filter, Range
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.read_only import ReadOnlyStore
from desktop.index.resident import ResidentStore
from desktop.index.store import VectorStore
from desktop.library.catalog.vectors import VectorTable
from desktop.services.vectors import allowed
from desktop.services.vectors.vector_index import VectorIndex
from tests import pictures
from tests.index.server import milvus_server
from tests.library.varied import COUNT, VariedLibrary, filters
from tests.services.conftest import OpenEngine

ENCODER = "e@1"
DIMENSION = 8
VECTORS = unit(np.random.default_rng(1).normal(size=(COUNT, DIMENSION)))
QUERY = VECTORS[50]

Open = Callable[[str], VectorStore]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as running:
        yield running.uri


@pytest.fixture
def library(tmp_path: Path) -> Iterator[VariedLibrary]:
    library = VariedLibrary(tmp_path)
    yield library
    library.close()


@pytest.fixture
def table(library: VariedLibrary) -> VectorTable:
    return VectorTable(library.database)


@pytest.fixture(params=["file", "server", "resident"])
def index(
    request: pytest.FixtureRequest, library: VariedLibrary, table: VectorTable, tmp_path: Path
) -> Iterator[VectorIndex]:
    """All assets with one vector each, but the videos, which have two."""

    def open_store(encoder_id: str, dimension: int) -> VectorStore:
        is_server = request.param == "server"
        uri = request.getfixturevalue("server") if is_server else str(tmp_path / "vectors.db")
        milvus = MilvusStore(uri, "", encoder_id, dimension, f"test_{abs(hash(tmp_path))}")
        if request.param != "resident":
            return milvus
        return ResidentStore(
            milvus,
            dimension,
            partial(table.chunks, encoder_id),
            partial(table.values, encoder_id),
        )

    index = VectorIndex(library.catalog, table, open_store)
    fill(index, library)
    yield index
    index.close()


def fill(index: VectorIndex, library: VariedLibrary) -> None:
    stills = [n for n, file in enumerate(library.files) if not file.duration_ms]
    videos = [n for n, file in enumerate(library.files) if file.duration_ms for _ in range(2)]
    for numbers, positions in ((stills, ()), (videos, [0, 5] * (len(videos) // 2))):
        index.add(ENCODER, [library.files[n] for n in numbers], VECTORS[numbers], positions)
    index.flush()


@pytest.fixture
def by_scalars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small lists of ids are not preferred, and a file is asked like a server."""
    monkeypatch.setattr(allowed, "_SHORT_LIST", -1)
    monkeypatch.setattr(MilvusStore, "scalars", property(lambda store: store._declared))


def found(index: VectorIndex, wanted: Filter) -> list[int]:
    return sorted(hit.asset.id for hit in index.search(ENCODER, QUERY, COUNT, wanted))


def expression(index: VectorIndex, library: VariedLibrary, wanted: Filter) -> str:
    table, store = VectorTable(library.database), index.open(ENCODER, DIMENSION)
    told = allowed.allowed_assets(library.catalog.filters, table, ENCODER, store, wanted)
    assert told is not None
    return told.expression


def test_every_filter_finds_by_ids_what_it_means(
    index: VectorIndex, library: VariedLibrary
) -> None:
    for name, wanted in filters(library).items():
        assert found(index, wanted) == library.means(wanted), name


@pytest.mark.usefixtures("by_scalars")
def test_every_filter_finds_by_scalars_what_it_means(
    index: VectorIndex, library: VariedLibrary
) -> None:
    for name, wanted in filters(library).items():
        assert found(index, wanted) == library.means(wanted), name


def test_what_is_only_looked_at_finds_the_same(
    library: VariedLibrary, table: VectorTable, tmp_path: Path
) -> None:
    milvus = MilvusStore(str(tmp_path / "vectors.db"), "", ENCODER, DIMENSION, "test")
    writer = VectorIndex(library.catalog, table, lambda *_: milvus)
    fill(writer, library)
    store = ReadOnlyStore("test", DIMENSION, table.chunks(ENCODER), partial(table.values, ENCODER))
    reader = VectorIndex(library.catalog, table, lambda *_: store, is_read_only=True)
    for name, wanted in filters(library).items():
        assert found(reader, wanted) == library.means(wanted), name
    writer.close()


@pytest.mark.usefixtures("by_scalars")
class TestWhatIsSaidToAServer:
    @pytest.fixture
    def index(
        self, library: VariedLibrary, table: VectorTable, server: str, tmp_path: Path
    ) -> Iterator[VectorIndex]:
        name = f"said_{abs(hash(tmp_path))}"
        index = VectorIndex(
            library.catalog,
            table,
            lambda encoder_id, size: MilvusStore(server, "", encoder_id, size, name),
        )
        fill(index, library)
        yield index
        index.close()

    def test_scalars_instead_of_ids(self, index: VectorIndex, library: VariedLibrary) -> None:
        assert expression(index, library, Filter(tag="cat", rating=Range(3))) == (
            '(tags like "%|cat|%" or tags like "%|cat/%") and rating >= 3 and is_ignored == 0'
        )

    def test_the_rest_as_the_shorter_list(self, index: VectorIndex, library: VariedLibrary) -> None:
        rated = Filter(rating=Range(1))
        told = expression(index, library, rated & Filter(is_offline=False))
        assert told.startswith("(rating >= 1) and is_ignored == 0 and asset_id not in [")
        # Fewer than could be left out: the ids themselves are shorter than anything else.
        assert expression(index, library, rated & Filter(is_offline=True)) == ""

    def test_a_change_is_right_at_once_and_told_by_scalars_once_it_was_sent(
        self, index: VectorIndex, library: VariedLibrary, table: VectorTable
    ) -> None:
        cats = Filter(tag="cat")
        library.annotations.untag(library.means(cats)[:3], ["cat"])
        library.annotations.rename_tag("dog", "cat")
        assert not table.is_settled(ENCODER)
        assert expression(index, library, cats) == ""
        assert found(index, cats) == library.means(cats)
        waiting = table.old_scalars_count(ENCODER)
        assert sum(index.send_scalars(ENCODER)) == waiting
        assert table.is_settled(ENCODER)
        assert expression(index, library, cats)
        assert found(index, cats) == library.means(cats)

    @pytest.mark.parametrize("change", ["rating", "place", "size", "rule", "root"])
    def test_whatever_a_scalar_tells_is_sent_when_it_changes(
        self, index: VectorIndex, library: VariedLibrary, table: VectorTable, change: str
    ) -> None:
        asset_id = library.ids[30]
        with library.database.transaction() as connection:
            connection.execute(
                {
                    "rating": "UPDATE assets SET rating = 5 WHERE id = ?",
                    "place": "UPDATE assets SET relative_path = X'61' WHERE id = ?",
                    "size": "UPDATE assets SET size = 3 WHERE id = ?",
                    "rule": "UPDATE assets SET is_ignored = 1 WHERE id = ?",
                    "root": "UPDATE roots SET path = X'2F61' WHERE id ="
                    " (SELECT root_id FROM assets WHERE id = ?)",
                }[change],
                (asset_id,),
            )
        assert not table.is_settled(ENCODER)
        list(index.send_scalars(ENCODER))
        assert table.is_settled(ENCODER)
        for wanted in (Filter(rating=Range(5)), Filter(size=Range(0, 9)), Filter(folder="/a")):
            assert found(index, wanted) == library.means(wanted)


def test_a_change_while_it_is_being_sent_is_sent_again(
    index: VectorIndex, library: VariedLibrary, table: VectorTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.annotations.rate(library.ids[:5], 1)
    store = index.open(ENCODER, DIMENSION)
    send = type(store).upsert

    def send_slowly(store: VectorStore, rows: Any) -> None:
        send(store, rows)  # pyright: ignore[reportArgumentType]
        library.annotations.rate(library.ids[2:3], 4)

    monkeypatch.setattr(type(store), "upsert", send_slowly)
    list(index.send_scalars(ENCODER))
    assert not table.is_settled(ENCODER), "the second change is still to be sent"
    monkeypatch.undo()
    list(index.send_scalars(ENCODER))
    assert table.is_settled(ENCODER)


def test_what_could_not_be_sent_waits(
    index: VectorIndex, library: VariedLibrary, table: VectorTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.annotations.rate(library.ids[:5], 1)
    store = index.open(ENCODER, DIMENSION)

    def refuse(*_: object) -> None:
        raise StoreUnreachable("The server is away.")

    with monkeypatch.context() as broken:
        broken.setattr(type(store), "upsert", refuse)
        with pytest.raises(StoreUnreachable):
            list(index.send_scalars(ENCODER))
    assert not table.is_settled(ENCODER)
    list(index.send_scalars(ENCODER))
    assert table.is_settled(ENCODER)


def test_a_collection_of_an_older_plantain_goes_on(
    library: VariedLibrary, table: VectorTable, server: str, tmp_path: Path
) -> None:
    """It has few scalars: the others' conditions are told by ids."""
    from pymilvus import DataType, MilvusClient

    name = f"old_{abs(hash(tmp_path))}"
    client = MilvusClient(server)
    schema: Any = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=DIMENSION)
    schema.add_field("kind", DataType.VARCHAR, max_length=32)
    for number in ("asset_id", "modified_at", "rating"):
        schema.add_field(number, DataType.INT64)
    for text in ("path", "filename", "folder", "encoder", "tags"):
        schema.add_field(text, DataType.VARCHAR, max_length=8_192)
    parameters: Any = client.prepare_index_params()
    parameters.add_index("vector", index_type="FLAT", metric_type="COSINE")
    client.create_collection(name, schema=schema, index_params=parameters)
    client.close()

    store = MilvusStore(server, "", ENCODER, DIMENSION, name)
    index = VectorIndex(library.catalog, table, lambda *_: store)
    fill(index, library)
    assert "rating" in store.scalars
    assert "is_ignored" not in store.scalars
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(allowed, "_SHORT_LIST", -1)
        for what, wanted in filters(library).items():
            assert found(index, wanted) == library.means(wanted), what
    index.close()


class TestInAWholeLibrary:
    def test_an_index_run_tells_the_store_what_was_said(
        self, open_engine: OpenEngine, folder: Path
    ) -> None:
        pictures.fill(folder, 3)
        engine = open_engine()
        finish(engine.indexing.run([folder], CancelToken()))
        space = engine.model.require().identity
        assert engine.vector_table.is_settled(space)
        [first, *_] = engine.catalog.all_assets()
        engine.annotations.tag([first.id], ["Gold"])
        engine.annotations.rate([first.id], 4)
        assert not engine.vector_table.is_settled(space)
        assert not engine.vector_table.pending_count(space), "it is searchable all the time"
        engine.close()
        engine = open_engine()
        assert not engine.vector_table.is_settled(space), "nothing is forgotten"
        finish(engine.indexing.catch_up(CancelToken()))
        assert engine.vector_table.is_settled(space)
        [hit] = engine.searching.search(Query(text="x", filter=Filter(tag="gold"))).hits
        assert hit.asset.id == first.id

    def test_an_open_store_is_told_at_once_and_none_is_opened_for_it(
        self, open_engine: OpenEngine, folder: Path
    ) -> None:
        pictures.fill(folder, 2)
        engine = open_engine()
        finish(engine.indexing.run([folder], CancelToken()))
        space = engine.model.require().identity
        engine.close()
        engine = open_engine()
        engine.annotations.rate([engine.catalog.all_assets()[0].id], 4)
        assert list(engine.indexing.keep_up(CancelToken())) == []
        assert space not in engine.vectors.opened()
        engine.searching.search(Query(text="x"))
        assert list(engine.indexing.keep_up(CancelToken()))
        assert engine.vector_table.is_settled(space)

    def test_a_search_among_some(self, open_engine: OpenEngine, folder: Path) -> None:
        files = pictures.fill(folder, 6)
        inner = pictures.fill(folder / "inner", 3)
        engine = open_engine()
        finish(engine.indexing.run([folder], CancelToken()))
        query = Query(text="x", filter=Filter(folder=str(folder / "inner")))
        hits = engine.searching.search(query).hits
        assert {hit.asset.path for hit in hits} == set(inner)
        assert [hit.rank for hit in hits] == [1, 2, 3]
        everything = engine.searching.search(Query(text="x", filter=EVERYTHING)).hits
        assert len(everything) == len(files) + len(inner)
