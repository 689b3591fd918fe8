"""A library whose folder was copied, and both on one server: neither writes over the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop.cli import main
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, StoreTaken, UsageError
from desktop.core.progress import finish
from desktop.index import milvus, writers
from desktop.index.address import StoreAddress
from desktop.index.connection import connect, disconnect
from desktop.index.naming import collection_name
from desktop.services.backup.restore import restore
from desktop.services.engine import Engine
from tests.fakes.milvus import self_signed_certificate, tls_in_front_of
from tests.index.server import MilvusServer, milvus_server
from tests.services.test_migrate_store import ENCODER, VECTORS, fill, nearest

OpenEngine = Callable[..., Engine]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as running:
        yield running


class Clock:
    """Moves on while somebody waits.

    Attributes:
        waited_s: by anybody.
        meanwhile: second of a wait -> what happens in it.
    """

    def __init__(self) -> None:
        self._now_s = 1_800_000_000.0
        self.waited_s = 0
        self.meanwhile: dict[int, Callable[[], object]] = {}

    def now(self) -> float:
        return self._now_s

    def pass_by(self, seconds: float) -> None:
        self._now_s += seconds

    def pause(self, cancel: CancelToken, timeout_s: float) -> bool:
        self.pass_by(timeout_s)
        self.waited_s += int(timeout_s)
        self.meanwhile.pop(self.waited_s, lambda: None)()
        return cancel.is_cancelled


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(writers, "_now", clock.now)
    monkeypatch.setattr(writers, "_pause", clock.pause)
    return clock


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


def test_it_can_take_over_and_the_other_is_told(two: TwoCopies) -> None:
    original = two.open("original")
    two.grow(original, 100)
    copy = two.open("copy")
    finish(copy.copies.take_over(CancelToken()))
    assert finish(copy.store_migration.run(CancelToken())) == 20
    assert nearest(copy, 7) == two.ids[7]
    assert len(rows_of(copy)) == 20, "none of the other's is left among them"
    with pytest.raises(StoreTaken):
        two.grow(original, 200)  # it is still open
    original.close()
    copy.close()
    original = two.open("original")
    finish(original.copies.take_over(CancelToken()))  # nobody is locked out
    finish(original.store_migration.run(CancelToken()))
    assert nearest(original, 207) == two.ids[7]
    assert len(rows_of(original)) == 25


def test_what_the_other_sends_before_it_notices_is_not_among_the_rows(
    two: TwoCopies, clock: Clock
) -> None:
    original = two.open("original")
    two.grow(original, 100)
    copy = two.open("copy")
    refused: list[Exception] = []

    def grow_and_be_refused() -> None:
        with pytest.raises(StoreTaken) as caught:
            two.grow(original, 300)
        refused.append(caught.value)

    clock.meanwhile = {5: lambda: two.grow(original, 200), 10: grow_and_be_refused}
    stages = {step.stage for step in copy.copies.take_over(CancelToken())}
    assert stages == {"Waiting for the other copy to notice"}
    assert refused
    finish(copy.store_migration.run(CancelToken()))
    found = rows_of(copy)
    assert found.keys() == copy.vector_table.stored_ids(ENCODER)
    np.testing.assert_allclose([found[each] for each in sorted(found)], VECTORS[:20], atol=1e-3)
    assert clock.waited_s == 40


def test_a_wait_that_was_stopped_is_made_up_for_before_the_first_write(
    two: TwoCopies, clock: Clock
) -> None:
    two.grow(two.open("original"), 100)
    copy = two.open("copy")
    cancel = CancelToken()
    clock.meanwhile = {3: cancel.cancel}
    with pytest.raises(Cancelled):
        finish(copy.copies.take_over(cancel))
    copy.close()
    copy = two.open("copy")
    finish(copy.store_migration.run(CancelToken()))
    assert clock.waited_s == 3 + 40
    copy.close()
    two.grow(two.open("copy"), 500)
    assert clock.waited_s == 3 + 40, "once"


def test_a_long_call_stops_where_the_other_takes_over(
    two: TwoCopies, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus, "_MAX_ROWS_A_REQUEST", 10)
    original, copy = two.open("original"), two.open("copy")
    store = original.vectors.open(ENCODER, VECTORS.shape[1])
    assert isinstance(store, milvus.MilvusStore)
    upsert = store._client.upsert
    sent: list[int] = []

    def slow_upsert(collection: str, rows: list[object], **options: object) -> None:
        upsert(collection, rows, **options)
        if collection == store.collection:
            sent.append(len(rows))
            clock.pass_by(11)
            finish(copy.copies.take_over(CancelToken()))

    monkeypatch.setattr(store._client, "upsert", slow_upsert)
    with pytest.raises(StoreTaken):
        two.grow(original, 100)
    assert sent == [10]


def test_a_server_with_a_certificate_of_its_own_can_be_taken_over(
    two: TwoCopies,
    tmp_path: Path,
    server: MilvusServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = two.open("original")
    two.grow(original, 100)
    original.close()
    key, certificate = self_signed_certificate(tmp_path)
    monkeypatch.setenv("PLANTAIN_PROFILE_DIR", str(tmp_path / "copy"))
    with tls_in_front_of(server.uri, (key, certificate)) as uri:
        assert main(["server", "test", uri, "--certificate", str(certificate)]) == 0
        assert main(["server", "use", uri, "--certificate", str(certificate)]) == 1
        advice = f"plantain server take-over {uri} --certificate {certificate}"
        assert advice in capsys.readouterr().err
        assert main(advice.split()[1:]) == 0
        assert "20 were sent" in capsys.readouterr().err
        assert main(["server", "use", uri]) == 0, "the certificate is in the settings"


def test_who_only_asks_the_server_is_told_of_the_other_copy(
    two: TwoCopies, server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.grow(two.open("original"), 100)
    copy = two.open("copy")
    monkeypatch.setattr(copy.endpoints._model, "vector_space", lambda: ENCODER)
    assert "Another copy of this library" in copy.endpoints.test(server.uri).other_copy


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
    two: TwoCopies, open_engine: OpenEngine, tmp_path: Path, server: MilvusServer, clock: Clock
) -> None:
    engine = two.open("original")
    two.grow(engine, 100)
    engine.close()
    assert clock.waited_s == 0
    (tmp_path / "profile").rename(tmp_path / "moved")
    moved = open_engine(profile_dir=tmp_path / "moved", store_uri=server.uri)
    two.grow(moved, 200)
    assert nearest(moved, 207) == two.ids[7]
    assert clock.waited_s == 40, "what is there may be a copy of a library that is open elsewhere"


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
        finish(copy.copies.take_over(CancelToken()))


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
