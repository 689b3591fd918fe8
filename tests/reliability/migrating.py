"""Old catalogues, grown until migrating them takes a moment, and killed in that moment."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from desktop.library.catalog.copies import whole_version
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage_v3 import RECORDS_OF_V3, record_of_v3
from tests.reliability import process
from tests.reliability.totals import WRONGS, Findings, Totals

OLD = sorted((Path(__file__).parents[1] / "data").glob("catalog-v*.sqlite"))
_ASSETS = 6_000
_CONTENT = (
    "SELECT id, root_id, relative_path, size, state, content_hash FROM assets ORDER BY id",
    "SELECT id, asset_id, encoder, content_hash, value, is_stored FROM vectors ORDER BY id",
    "SELECT rowid, text FROM words ORDER BY rowid",
    "SELECT asset_id, position, reference_id FROM lineage_references ORDER BY 1, 2",
)


def run(kills: int, chance: random.Random, folder: Path, totals: Totals) -> None:
    """Kill that many migrations, the versions in turn."""
    folder.mkdir(parents=True)
    grown = [_grow(old, folder / old.name) for old in OLD]
    whole_s = max(_measure(path, folder / "rehearsal") for path in grown)
    done = 0
    for number in range(kills * 5):
        if done == kills:
            break
        old = grown[number % len(grown)]
        place = folder / f"{number}"
        place.mkdir()
        catalog = Path(shutil.copy(old, place / "catalog.sqlite"))
        ended = process.run(partial(_migrate, catalog), kill_after_s=chance.uniform(0.001, whole_s))
        if ended.was_killed:
            done += 1
            totals.count("kills", "migrating")
        findings: Findings = {wrong: [] for wrong in WRONGS}
        if ended.error:
            findings["crashed"].append(ended.error)
        findings["lost"] += _compare(old, catalog)
        totals.add(findings, f"migrating {old.stem}")
        shutil.rmtree(place)


def content(catalog: Path) -> str:
    """One digest over all that both versions can hold."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(catalog)) as connection:
        records = "SELECT asset_id, record FROM lineage ORDER BY asset_id"
        if connection.execute("PRAGMA user_version").fetchone()[0] < 4:
            connection.create_function("generation_record", 8, record_of_v3)
            records = RECORDS_OF_V3
        for sql in (*_CONTENT, records):
            for row in connection.execute(sql):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _compare(old: Path, catalog: Path) -> list[str]:
    """Open it again; what was in it is in it still, and each backup is whole or not there."""
    words: list[str] = []
    backups = list(catalog.parent.glob("backups/catalog*.sqlite"))
    words += [f"the backup {path.name} is torn" for path in backups if not whole_version(path)]
    database = Database(catalog)
    if problem := database.damage():
        words.append(f"the catalogue: {problem}")
    database.close()
    if content(catalog) != content(old):
        words.append("the catalogue does not hold what it held")
    copies = filter(whole_version, catalog.parent.glob("backups/catalog*.sqlite"))
    if not any(content(path) == content(old) for path in copies):
        words.append("there is no backup of the old catalogue")
    return words


def _migrate(catalog: Path, say: Callable[[process.Message], None]) -> None:
    Database(catalog).close()


def _measure(catalog: Path, place: Path) -> float:
    place.mkdir(exist_ok=True)
    copy = Path(shutil.copy(catalog, place / "catalog.sqlite"))
    started = time.monotonic()
    Database(copy).close()
    shutil.rmtree(place)
    return time.monotonic() - started


def _grow(old: Path, target: Path) -> Path:
    """The same with thousands of pictures more."""
    shutil.copy(old, target)
    numbers = random.Random(1)
    with closing(sqlite3.connect(target)) as connection:
        for n in range(1_000, 1_000 + _ASSETS):
            connection.execute(
                "INSERT INTO assets (id, root_id, relative_path, size, modified_ns, added_at,"
                " state, content_hash) VALUES (?, 1, ?, 1, 1, 1, 'ready', ?)",
                (n, f"grown/{n}.png".encode(), f"{n:064x}"),
            )
            connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (n, f"grown {n}"))
            connection.execute(
                "INSERT INTO vectors (asset_id, encoder, content_hash, value, is_stored)"
                " VALUES (?, 'ViT-B-32@0123456789ab', ?, ?, 1)",
                (n, f"{n:064x}", numbers.randbytes(1_024)),
            )
        connection.commit()
    return target
