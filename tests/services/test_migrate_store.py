"""The vectors on another store: sent from the vector table, and back, whatever comes between."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest

from desktop.cli import main
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, StoreRefused, StoreUnreachable, UsageError
from desktop.core.progress import finish
from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.naming import collection_name
from desktop.library.catalog.assets import ReadFile
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from tests import pictures
from tests.fakes.milvus import refusing_server
from tests.index.server import MilvusServer, free_port, milvus_server

ENCODER = "e@1"
VECTORS = unit(np.random.default_rng(1).normal(size=(1_300, 64)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as running:
        yield running


def fill(engine: Engine, folder: Path, count: int, *, first: int = 0) -> list[int]:
    """So many assets with a vector each, as if they had been indexed."""
    root = engine.catalog.roots.add(folder)
    names = [f"{n}.png".encode() for n in range(count)]
    known = engine.catalog.known_files(root.id, names)
    ids = [known[name].id for name in names if name in known]
    ids += engine.catalog.add_files(
        root, [FoundFile(name, 1, 1) for name in names if name not in known]
    )
    files = [ReadFile(asset_id, 1, 1, "PNG", f"{asset_id:x}") for asset_id in ids]
    engine.catalog.record_read(files)
    engine.vectors.add(ENCODER, files, VECTORS[first : first + count])
    return ids


def nearest(engine: Engine, row: int) -> int:
    return engine.vectors.search(ENCODER, VECTORS[row], 1)[0].asset.id


def rows_at(engine: Engine, uri: str) -> int:
    name = collection_name(ENCODER, engine.catalog.library_id())
    store = MilvusStore(uri, "", ENCODER, VECTORS.shape[1], name)
    try:
        assert store.count() == len(store.ids())
        return store.count()
    finally:
        store.close()


def test_there_and_back_nothing_is_encoded_again_and_nothing_is_stale(
    open_engine: Callable[..., Engine], folder: Path, server: MilvusServer
) -> None:
    engine = open_engine()
    ids = fill(engine, folder, 30)
    engine.endpoints.keep_at(server.uri)
    assert finish(engine.store_migration.run(CancelToken())) == 30
    assert finish(engine.store_migration.run(CancelToken())) == 0
    assert nearest(engine, 7) == ids[7]
    assert rows_at(engine, server.uri) == 30
    # The pictures change while the vectors lie there; the file knows the old ones alone.
    fill(engine, folder, 30, first=500)
    engine.close()
    engine = open_engine()
    assert engine.endpoints.uri == server.uri
    engine.endpoints.keep_at("")
    assert finish(engine.store_migration.run(CancelToken())) == 30
    assert nearest(engine, 507) == ids[7]
    assert engine.vectors.open(ENCODER, 64).count() == 30


def test_a_move_that_was_stopped_goes_on_with_the_next_search(
    open_engine: Callable[..., Engine], folder: Path, server: MilvusServer
) -> None:
    engine = open_engine()
    ids = fill(engine, folder, 1_200)
    engine.endpoints.keep_at(server.uri)
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        for step in engine.store_migration.run(cancel):
            if step.done:
                cancel.cancel()
    assert 0 < engine.vector_table.stored_count(ENCODER) < 1_200
    engine.close()
    engine = open_engine()
    nearest(engine, 1_150)
    assert rows_at(engine, server.uri) < 1_200, "a search reads alone"
    engine.indexing.settle()
    assert nearest(engine, 1_150) == ids[1_150]
    assert rows_at(engine, server.uri) == 1_200


def test_a_move_that_was_killed_loses_and_doubles_nothing(
    open_engine: Callable[..., Engine], folder: Path, server: MilvusServer, tmp_path: Path
) -> None:
    engine = open_engine()
    ids = fill(engine, folder, 1_200)
    engine.close()
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from desktop.config.options import EngineOptions\n"
        "from desktop.core.cancellation import CancelToken\n"
        "from desktop.wiring.engine import open_engine\n"
        f"profile = Path({str(tmp_path / 'profile')!r})\n"
        "engine = open_engine(EngineOptions(profile_dir=profile), {})\n"
        f"engine.endpoints.keep_at({server.uri!r})\n"
        "upsert = engine.vector_table.mark_stored\n"
        "def stop(rows):\n"
        "    if engine.vector_table.stored_count('e@1'):\n"
        "        print('sent but not noted', flush=True)\n"
        "        sys.stdin.read()\n"
        "    upsert(rows)\n"
        "engine.vector_table.mark_stored = stop\n"
        "for step in engine.store_migration.run(CancelToken()): pass\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as mover:
        assert mover.stdout is not None
        assert mover.stdout.readline() == b"sent but not noted\n"
        mover.send_signal(signal.SIGKILL)
    engine = open_engine()
    assert 0 < engine.vector_table.stored_count(ENCODER) < 1_200
    finish(engine.store_migration.run(CancelToken()))
    assert rows_at(engine, server.uri) == 1_200
    assert nearest(engine, 3) == ids[3]


def test_a_server_that_cannot_be_used_is_not_chosen(
    open_engine: Callable[..., Engine], folder: Path
) -> None:
    engine = open_engine()
    ids = fill(engine, folder, 5)
    with pytest.raises(StoreUnreachable):
        engine.endpoints.keep_at(f"http://127.0.0.1:{free_port()}")
    unauthenticated = grpc.StatusCode.UNAUTHENTICATED
    with refusing_server(unauthenticated, "no") as (uri, _), pytest.raises(StoreRefused):
        engine.endpoints.keep_at(uri)
    with pytest.raises(UsageError, match="token does not belong"):
        engine.endpoints.keep_at("http://root:Milvus@127.0.0.1:1")
    assert engine.endpoints.state().chosen.store_uri == ""
    assert nearest(engine, 2) == ids[2]


def test_a_server_lost_in_the_middle_of_indexing(
    open_engine: Callable[..., Engine], folder: Path, tmp_path: Path
) -> None:
    pictures.fill(folder, 80)
    with milvus_server(tmp_path / "milvus") as server:
        engine = open_engine(store_uri=server.uri)
        space = engine.model.vector_space()
        assert space is not None
        with pytest.raises(StoreUnreachable, match="does not answer any more") as caught:
            for _ in engine.indexing.run([folder], CancelToken()):
                if engine.vector_table.stored_count(space) >= 16:
                    server.kill()
        assert "sent by the next run" in caught.value.safe
        kept = engine.vector_table.stored_count(space)
        assert 16 <= kept < 80
        with pytest.raises(StoreUnreachable):
            finish(engine.indexing.run([], CancelToken()))
        server.start()
        # The same program goes on, as the window would.
        report = finish(engine.indexing.run([], CancelToken()))
        assert not report.failed
        store = engine.vectors.open(space, engine.vector_table.dimension(space))
        assert store.count() == engine.vector_table.stored_count(space) == 80
        assert store.ids() == engine.vector_table.stored_ids(space)
        engine.close()


def test_the_commands(
    server: MilvusServer,
    folder: Path,
    open_engine: Callable[..., Engine],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = open_engine()
    fill(engine, folder, 20)
    engine.close()
    assert main(["server", "test"]) == 2
    assert "no server to test" in capsys.readouterr().err
    assert main(["server", "test", server.uri]) == 0
    assert "There is nothing of this library yet" in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", lambda: " root:Milvus ")
    assert main(["server", "token"]) == 0
    assert main(["server", "use", server.uri]) == 0
    assert "20 were sent" in capsys.readouterr().err
    engine = open_engine()
    assert engine.endpoints.token.get() == "root:Milvus"
    assert engine.endpoints.uri == server.uri
    engine.close()
    assert main(["server", "use", "file"]) == 0
    assert "20 were sent" in capsys.readouterr().err
    monkeypatch.setenv("PLANTAIN_STORE_URI", server.uri)
    assert main(["server", "use", "file"]) == 2
    assert "PLANTAIN_STORE_URI" in capsys.readouterr().err
