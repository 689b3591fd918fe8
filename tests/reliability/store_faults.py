"""A Milvus file that is not whole: found on opening, and made whole from the catalogue."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.reliability.faults import Fault, Wrong, holds_everything, is_well
from tests.reliability.world import World


def _damaged(damage: Callable[[Path], None], *, is_seen: bool = True) -> Fault:
    """Every vector is found again, and the person is told where rows were lost."""

    def fault(world: World) -> Iterator[Wrong]:
        vectors = world.library / "vectors.db"
        damage(vectors)
        with world.open() as engine:
            yield from holds_everything(engine)
            space = engine.model.vector_space()
            assert space is not None
            engine.vectors.settle(space)
            store = engine.vectors.open_known(space)
            assert store is not None
            if store.ids() != engine.vector_table.stored_ids(space):
                yield "lost", "the stores do not agree after opening"
            if is_seen and not engine.library.notices:
                yield "lost", "it was repaired without a word"
        yield from is_well(world)

    return fault


def _manifests(vectors: Path) -> list[Path]:
    found = sorted(vectors.rglob("manifest.json"))
    assert found, "Milvus Lite keeps no manifest.json any more"
    return found


def _torn_manifest(vectors: Path) -> None:
    for path in _manifests(vectors):
        os.truncate(path, path.stat().st_size // 2)


def _no_manifests(vectors: Path) -> None:
    for path in vectors.rglob("manifest.json*"):
        path.unlink()


def _no_parquet(vectors: Path) -> None:
    for path in vectors.rglob("*.parquet"):
        path.unlink()


def _garbage_parquet(vectors: Path) -> None:
    for path in vectors.rglob("*.parquet"):
        path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def _garbage_everywhere(vectors: Path) -> None:
    for path in vectors.rglob("*"):
        if path.is_file():
            path.write_bytes(random.Random(2).randbytes(max(1, path.stat().st_size)))


def _cut_everywhere(vectors: Path) -> None:
    for path in vectors.rglob("*"):
        if path.is_file():
            os.truncate(path, path.stat().st_size // 2)


def _no_logs(vectors: Path) -> None:
    for path in vectors.rglob("*wal*"):
        if path.is_file():
            path.unlink()


def _a_file(vectors: Path) -> None:
    shutil.rmtree(vectors)
    vectors.write_bytes(b"an old 2.x file, or anything else")


def _an_empty_folder(vectors: Path) -> None:
    shutil.rmtree(vectors)
    vectors.mkdir()


FAULTS: dict[str, Fault] = {
    "Milvus: torn manifest": _damaged(_torn_manifest, is_seen=False),
    "Milvus: no manifests": _damaged(_no_manifests),
    "Milvus: no Parquet files": _damaged(_no_parquet),
    "Milvus: garbage Parquet files": _damaged(_garbage_parquet),
    "Milvus: garbage in every file": _damaged(_garbage_everywhere),
    "Milvus: every file cut in half": _damaged(_cut_everywhere),
    "Milvus: no write-ahead log": _damaged(_no_logs, is_seen=False),
    "Milvus: a file in its place": _damaged(_a_file),
    "Milvus: an empty folder": _damaged(_an_empty_folder),
    "Milvus: gone": _damaged(shutil.rmtree),
}
