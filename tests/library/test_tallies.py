"""Counts that are kept say what counting would say, whatever was done; and no status walks a table
of a million rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.vectors import VectorTable
from desktop.library.folders.scan import FoundFile

ENCODERS = ("a@1", "b@2")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "catalog.sqlite")
    yield database
    database.close()


def count(database: Database, sql: str, *values: object) -> int:
    row = database.read_one(sql, values)
    assert row is not None
    return int(row[0])


def agree(database: Database) -> None:
    """Every count is what counting gives."""
    catalog, table = Catalog(database), VectorTable(database)
    counts = catalog.counts()
    for name, condition in {
        "assets": "1",
        "missing": "is_missing AND shared_by = ''",
        "failed": "state = 'failed'",
        "unread": "state = 'new' AND NOT is_missing",
    }.items():
        sql = f"SELECT COUNT(*) FROM assets WHERE NOT is_ignored AND {condition}"
        assert counts[name] == count(database, sql), name
    stored, spaces = table.stored_counts(), dict(table.spaces())
    for encoder in ENCODERS:
        pending = (
            "SELECT COUNT(*) FROM assets WHERE NOT is_missing AND NOT is_ignored"
            " AND state <> 'failed' AND NOT COALESCE((SELECT MIN(is_stored) FROM vectors"
            " WHERE asset_id = assets.id AND +encoder = ?"
            " AND vectors.content_hash = assets.content_hash), 0)"
        )
        assert table.pending_count(encoder) == count(database, pending, encoder)
        sql = "SELECT COUNT(*) FROM vectors WHERE encoder = ? AND is_stored"
        assert table.stored_count(encoder) == count(database, sql, encoder)
        sql = "SELECT COUNT(DISTINCT asset_id) FROM vectors WHERE encoder = ? AND is_stored"
        assert stored.get(encoder, 0) == count(database, sql, encoder)
        sql = "SELECT COUNT(*) FROM vectors WHERE encoder = ? AND NOT is_stored"
        assert spaces.get(encoder, 0) == count(database, sql, encoder)


@pytest.mark.parametrize("seed", range(6))
def test_counts_stay_true(database: Database, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    catalog, table = Catalog(database), VectorTable(database)
    roots = [catalog.roots.add(tmp_path / name) for name in ("one", "two")]
    ids: list[int] = []

    def add() -> None:
        names = [f"{len(ids)}-{n}.jpg".encode() for n in range(3)]
        ids.extend(catalog.add_files(dice.choice(roots), [FoundFile(n, 1, 1) for n in names]))

    def chosen() -> list[int]:
        return dice.sample(ids, min(len(ids), 2))

    def read() -> None:
        content = dice.choice("ab")
        catalog.record_read(ReadFile(i, 1, 1, "JPEG", content) for i in chosen())

    def encode() -> None:
        some = chosen()
        is_video = dice.random() < 0.3
        files = [ReadFile(i, 1, 1, "JPEG", dice.choice("ab")) for i in some]
        positions: list[int | None] = [None] * len(files)
        if is_video:
            files = [file for file in files for _ in range(3)]
            positions = [0, 500, 900] * len(some)
        rows = table.record(
            dice.choice(ENCODERS), files, np.ones((len(files), 4), np.float32), positions
        )
        if dice.random() < 0.7:
            table.mark_stored(rows[: dice.choice((1, 99))])

    def execute(sql: str) -> None:
        with database.transaction() as connection:
            connection.executemany(sql, ((i,) for i in chosen()))

    def delete() -> None:
        gone = chosen()
        with database.transaction() as connection:
            connection.executemany("DELETE FROM assets WHERE id = ?", ((i,) for i in gone))
        for asset_id in gone:
            ids.remove(asset_id)

    acts = (
        *(add, read, read, encode, encode, encode),
        lambda: catalog.mark_missing(chosen(), is_missing=dice.random() < 0.5),
        lambda: catalog.record_failures((i, "bad", True) for i in chosen()),
        lambda: catalog.mark_changed([(i, FoundFile(b"x", 2, 2)) for i in chosen()]),
        lambda: execute("UPDATE assets SET is_ignored = NOT is_ignored WHERE id = ?"),
        lambda: execute("UPDATE assets SET shared_by = 'c' WHERE id = ?"),
        lambda: execute(f"UPDATE OR IGNORE assets SET root_id = {roots[0].id} WHERE id = ?"),
        lambda: execute("DELETE FROM vectors WHERE asset_id = ?"),
        lambda: table.mark_lost(ENCODERS[0], range(1, 9)),
        lambda: table.settle_in(dice.choice(("", "http://x"))),
        delete,
    )
    add()
    for _ in range(60):
        dice.choice(acts)()
        agree(database)


@pytest.mark.parametrize("question", ["counts", "pending", "stored", "stored all", "spaces"])
def test_no_status_walks_what_grows_with_the_library(database: Database, question: str) -> None:
    catalog, table = Catalog(database), VectorTable(database)
    asked: list[tuple[str, object]] = []
    real = database.read

    def read(sql: str, values: object = ()) -> object:
        asked.append((sql, values))
        return real(sql, values)  # type: ignore[arg-type]

    database.read = read  # type: ignore[method-assign]
    {
        "counts": catalog.counts,
        "pending": lambda: table.pending_count("a@1"),
        "stored": lambda: table.stored_count("a@1"),
        "stored all": table.stored_counts,
        "spaces": table.spaces,
    }[question]()
    assert asked
    for sql, values in asked:
        for row in real(f"EXPLAIN QUERY PLAN {sql}", values):  # type: ignore[arg-type]
            step = str(row["detail"])
            if step.startswith(("SCAN", "SEARCH")):
                small = (
                    "_counts",
                    "roots",
                    "json_each",
                    "CONSTANT",
                    "(subquery",
                    "frames_by_asset",
                )
                is_by_key = "USING INTEGER PRIMARY KEY" in step or "(root_id=?)" in step
                assert is_by_key or any(word in step for word in small), step
