"""A library whose folder was copied, and both on one server: neither writes over the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.cli import main
from desktop.core.cancellation import CancelToken
from desktop.core.errors import StoreTaken, UsageError
from desktop.core.progress import finish
from desktop.index import writers
from desktop.index.address import StoreAddress
from desktop.index.connection import connect, disconnect
from desktop.index.naming import collection_name
from desktop.services.backup.restore import restore
from desktop.services.engine import Engine
from tests.index.server import MilvusServer, milvus_server
from tests.services.test_migrate_store import ENCODER, fill, nearest

OpenEngine = Callable[..., Engine]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as running:
        yield running


class TwoCopies:
    """A library of 20 pictures on a server, and a copy of its folder made just then.

    Attributes:
        ids: of its assets.
    """

    def __init__(self, open_engine: OpenEngine, folder: Path, uri: str, place: Path) -> None:
        self._open_engine = open_engine
        self._uri = uri
        self._profiles = {"original": place / "profile", "copy": place / "copy"}
        self._folder = folder
        engine = self.open("original")
        self.ids = fill(engine, folder, 20)
        engine.close()
        shutil.copytree(self._profiles["original"], self._profiles["copy"])

    def open(self, which: str, **options: object) -> Engine:
        return self._open_engine(profile_dir=self._profiles[which], store_uri=self._uri, **options)

    def grow(self, engine: Engine, first: int) -> None:
        """Five more pictures, and other vectors for all, under ids that each copy counts itself."""
        fill(engine, self._folder, 25, first=first)


@pytest.fixture
def two(open_engine: OpenEngine, folder: Path, tmp_path: Path, server: MilvusServer) -> TwoCopies:
    return TwoCopies(open_engine, folder, server.uri, tmp_path)


def rows_of(engine: Engine) -> dict[int, list[float]]:
    """What the server has under the library's name."""
    address = StoreAddress(engine.endpoints.uri)
    name = collection_name(ENCODER, engine.catalog.library_id())
    client = connect(address)
    try:
        client.load_collection(name)
        found = client.query(
            name,
            filter="id >= 0",
            output_fields=["vector"],
            limit=1_000,
            consistency_level="Strong",
        )
        return {row["id"]: list(row["vector"]) for row in found}
    finally:
        disconnect(client, address)


def test_the_other_copy_is_refused_before_it_writes_over_anything(
    two: TwoCopies, server: MilvusServer
) -> None:
    original = two.open("original")
    two.grow(original, 100)
    expected = rows_of(original)
    assert len(expected) == 25
    copy = two.open("copy")
    with pytest.raises(StoreTaken) as caught:
        two.grow(copy, 500)
    assert str(original.library.paths.folder) in caught.value.message
    assert "nothing is lost" in caught.value.safe
    assert f"plantain server take-over {server.uri}" in caught.value.next_step
    with pytest.raises(StoreTaken):
        nearest(copy, 3)  # rows of the other under these ids may be of other pictures
    assert rows_of(original) == expected
    assert nearest(original, 103) == two.ids[3]


def test_the_original_is_told_where_the_copy_was_first(two: TwoCopies) -> None:
    copy = two.open("copy")
    two.grow(copy, 500)
    with pytest.raises(StoreTaken, match="copy"):
        nearest(two.open("original"), 3)


def test_two_that_are_open_at_once_are_told_apart(two: TwoCopies) -> None:
    original, copy = two.open("original"), two.open("copy")
    assert nearest(original, 3) == nearest(copy, 3)  # while nobody writes both are right
    two.grow(copy, 500)
    expected = rows_of(copy)
    with pytest.raises(StoreTaken):
        two.grow(original, 100)
    assert rows_of(copy) == expected


def test_it_can_take_over_and_the_other_is_told(
    two: TwoCopies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "_LOOKED_AT_EVERY_S", 0.0)
    original = two.open("original")
    two.grow(original, 100)
    copy = two.open("copy")
    copy.copies.take_over()
    assert finish(copy.store_migration.run(CancelToken())) == 20
    assert nearest(copy, 7) == two.ids[7]
    assert len(rows_of(copy)) == 20, "none of the other's is left among them"
    with pytest.raises(StoreTaken):
        two.grow(original, 200)  # it is still open
    original.close()
    copy.close()
    original = two.open("original")
    original.copies.take_over()  # nobody is locked out
    finish(original.store_migration.run(CancelToken()))
    assert nearest(original, 207) == two.ids[7]
    assert len(rows_of(original)) == 25


def test_it_can_have_a_place_of_its_own(two: TwoCopies) -> None:
    original = two.open("original")
    two.grow(original, 100)
    expected = rows_of(original)
    copy = two.open("copy")
    copy.copies.separate()
    assert finish(copy.store_migration.run(CancelToken())) == 20
    assert copy.catalog.library_id() != original.catalog.library_id()
    two.grow(copy, 500)
    assert nearest(copy, 507) == two.ids[7]
    assert rows_of(original) == expected
    two.grow(original, 200)
    assert nearest(original, 207) == two.ids[7]
    assert len(rows_of(copy)) == 25


def test_a_library_that_was_moved_goes_on(
    two: TwoCopies, open_engine: OpenEngine, tmp_path: Path, server: MilvusServer
) -> None:
    engine = two.open("original")
    two.grow(engine, 100)
    engine.close()
    (tmp_path / "profile").rename(tmp_path / "moved")
    moved = open_engine(profile_dir=tmp_path / "moved", store_uri=server.uri)
    two.grow(moved, 200)
    assert nearest(moved, 207) == two.ids[7]


def test_a_library_from_before_goes_on_as_it_is(two: TwoCopies) -> None:
    """Its folder has no file of turns, and the server no row."""
    engine = two.open("original")
    address = StoreAddress(engine.endpoints.uri)
    engine.library.paths.this_copy.unlink()
    client = connect(address)
    client.drop_collection(writers.COLLECTION)
    disconnect(client, address)
    assert nearest(engine, 7) == two.ids[7]
    two.grow(engine, 100)
    assert len(rows_of(engine)) == 25
    with pytest.raises(StoreTaken):
        nearest(two.open("copy"), 3)


def test_what_is_looked_at_only_is_searched_in_memory(two: TwoCopies) -> None:
    two.grow(two.open("original"), 100)
    assert nearest(two.open("copy", is_read_only=True), 7) == two.ids[7]


def test_what_is_restored_is_another_library_beside_the_original(
    two: TwoCopies, open_engine: OpenEngine, tmp_path: Path, server: MilvusServer
) -> None:
    original = two.open("original")
    finish(original.backup.run(tmp_path / "backup.zip", CancelToken()))
    restored = tmp_path / "restored"
    finish(restore(tmp_path / "backup.zip", restored, CancelToken()))
    expected = rows_of(original)
    other = open_engine(library_dir=restored, store_uri=server.uri)
    two.grow(other, 500)
    assert nearest(other, 507) == two.ids[7]
    assert rows_of(original) == expected


def test_a_copy_that_wants_to_move_to_the_server_of_the_other(
    two: TwoCopies, open_engine: OpenEngine, tmp_path: Path, server: MilvusServer
) -> None:
    two.grow(two.open("original"), 100)
    copy = open_engine(profile_dir=tmp_path / "copy")
    with pytest.raises(StoreTaken):
        copy.endpoints.keep_at(server.uri)
    assert copy.endpoints.uri != server.uri
    with pytest.raises(UsageError, match="kept in a file"):
        copy.copies.take_over()


def test_the_commands(
    two: TwoCopies,
    tmp_path: Path,
    server: MilvusServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = two.open("original")
    two.grow(original, 100)
    original.close()
    monkeypatch.setenv("PLANTAIN_PROFILE_DIR", str(tmp_path / "copy"))
    assert main(["server", "use", server.uri]) == 1
    said = capsys.readouterr().err
    assert "Another copy of this library" in said
    assert "plantain server own" in said
    assert main(["server", "take-over", server.uri]) == 0
    assert "20 were sent" in capsys.readouterr().err
    monkeypatch.setenv("PLANTAIN_PROFILE_DIR", str(tmp_path / "profile"))
    monkeypatch.setenv("PLANTAIN_STORE_URI", server.uri)
    assert main(["server", "own"]) == 0
    assert "25 vectors were sent" in capsys.readouterr().err
