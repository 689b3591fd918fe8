"""A library of every older Plantain opens, is copied first, and keeps everything in it.

`tests/data/catalog-vN.sqlite` was written by a Plantain of catalogue version N.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.library.catalog import Catalog, ReadFile
from desktop.library.database import Database
from desktop.library.lineage import LineageBook
from desktop.library.migrations import CATALOG_VERSION
from desktop.library.vector_ledger import VectorLedger

_DATA = Path(__file__).parents[1] / "data"
_ENCODER = "ViT-B-32@0123456789ab"


def columns(path: Path) -> dict[str, list[str]]:
    """Tables and their columns."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            for (name,) in names
        }


@pytest.fixture(params=range(1, CATALOG_VERSION))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An old catalogue, ready to be opened."""
    return Path(
        shutil.copy(_DATA / f"catalog-v{request.param}.sqlite", tmp_path / "catalog.sqlite")
    )


@pytest.fixture
def database(old: Path) -> Iterator[Database]:
    database = Database(old)
    yield database
    database.close()


def test_it_has_the_tables_of_a_new_one(database: Database, old: Path, tmp_path: Path) -> None:
    new = Database(tmp_path / "new" / "catalog.sqlite")
    new.close()
    assert columns(old) == columns(tmp_path / "new" / "catalog.sqlite")


def test_it_is_copied_before_it_is_changed(old: Path) -> None:
    before = columns(old)
    Database(old).close()
    [copy] = (old.parent / "backups").iterdir()
    assert columns(copy) == before
    Database(old).close()
    assert len(list((old.parent / "backups").iterdir())) == 1, "once"


def test_its_assets_words_vectors_and_lineage_are_there(database: Database) -> None:
    catalog, ledger = Catalog(database), VectorLedger(database)
    assert [asset.filename for asset in catalog.all_assets()] == [
        *("made.png", "broken.gif", "watch.jpg", "red.png")
    ]
    [cape] = catalog.find_words("beach", 5)
    assert (cape.filename, cape.width, cape.format) == ("red.png", 640, "PNG")
    assert ledger.stored_count(_ENCODER) == 1
    assert sum(map(len, ledger.unsent(_ENCODER))) == 1
    record = LineageBook(database).of(4)
    assert record is not None
    assert (record.prompt, record.references[0].asset_id) == ("a red cape", cape.id)


def test_what_it_did_not_know_of_a_picture_comes_with_the_next_read(database: Database) -> None:
    catalog = Catalog(database)

    def known() -> tuple[str, str]:
        row = database.read_one("SELECT palette, perceptual_hash FROM assets WHERE id = 1")
        assert row is not None
        return row["palette"], row["perceptual_hash"]

    assert known() == ("", "")
    catalog.record_read([ReadFile(1, 640, 480, "PNG", "1" * 32, "#F5C518", "0f" * 8)])
    assert known() == ("#F5C518", "0f" * 8)
