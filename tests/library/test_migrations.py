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

from desktop.core.colour import Palette, Swatch
from desktop.core.filter import Filter, Near
from desktop.core.generation_record import (
    GenerationRecord,
    GenerationRequest,
    Reference,
    Usage,
)
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.migrations import CATALOG_VERSION
from desktop.library.catalog.vectors import VectorTable

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
    catalog, vector_table = Catalog(database), VectorTable(database)
    first = [asset.filename for asset in catalog.all_assets() if asset.id <= 4]
    assert first == ["made.png", "broken.gif", "watch.jpg", "red.png"]
    [found] = [asset_id for asset_id in catalog.words.find("beach", 5) if asset_id <= 4]
    cape = catalog.assets_by_id([found])[found]
    assert (cape.filename, cape.width, cape.format) == ("red.png", 640, "PNG")
    assert vector_table.stored_count(_ENCODER) == 1
    assert sum(map(len, vector_table.unsent(_ENCODER))) == 1
    record = LineageTable(database).of(4)
    assert record is not None
    request = record.request
    assert (request.prompt, request.references[0].asset_id) == ("a red cape", cape.id)
    assert request.extra == {"settings": {"size": "1K"}}, "what nobody knows any more is kept"


def test_what_it_did_not_know_of_a_picture_comes_with_the_next_read(database: Database) -> None:
    catalog = Catalog(database)

    def known() -> tuple[Palette, str]:
        row = database.read_one("SELECT perceptual_hash FROM assets WHERE id = 1")
        assert row is not None
        return catalog.palettes.of(1), row["perceptual_hash"]

    yellow = (Swatch("#F5C518", 90),)
    assert known() == ((), "")
    catalog.record_read([ReadFile(1, 640, 480, "PNG", "1" * 32, yellow, "0f" * 8)])
    assert known() == (yellow, "0f" * 8)


# -- version 3, the last one that kept generations in columns ------------------------------------

_KEPT = (
    *("library", "roots", "assets", "vectors", "deleted_vectors", "tags", "asset_tags", "boards"),
    *("board_assets", "edits", "ignore_rules", "team", "team_assets", "words", "sqlite_sequence"),
)


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    """All columns but the one that became a table."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT * FROM {table}")
        at = [at for at, column in enumerate(found.description) if column[0] != "palette"]
        return sorted((tuple(row[place] for place in at) for row in found), key=repr)


@pytest.fixture
def third(tmp_path: Path) -> Path:
    return Path(shutil.copy(_DATA / "catalog-v3.sqlite", tmp_path / "catalog.sqlite"))


@pytest.mark.parametrize("table", _KEPT)
def test_all_that_people_said_and_programs_counted_stays(third: Path, table: str) -> None:
    before = rows(third, table)
    Database(third).close()
    assert before
    # A column that is new stands behind those that were.
    assert [row[: len(before[0])] for row in rows(third, table)] == before


def test_the_main_colours_become_a_table(tmp_path: Path) -> None:
    path = Path(shutil.copy(_DATA / "catalog-v5.sqlite", tmp_path / "catalog.sqlite"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE assets SET palette = '#1A2B3C #F5C518' WHERE id = 1")
        connection.execute("UPDATE assets SET palette = '' WHERE id <> 1")
    database = Database(path)
    catalog = Catalog(database)
    assert catalog.palettes.of(1) == (("#1A2B3C", 50), ("#F5C518", 50))
    assert catalog.filters.ids(Filter(near=Near("#F5C518"))).tolist() == [1]
    assert catalog.palettes.has_outdated()
    database.close()


def test_how_a_picture_was_made_becomes_one_record_that_lacks_nothing(third: Path) -> None:
    database = Database(third)
    made = next(a for a in Catalog(database).all_assets() if a.filename == "红色披风.png")
    record = LineageTable(database).of(made.id)
    database.close()
    pictures = Path("/home/ann/pictures")
    assert record == GenerationRecord(
        GenerationRequest(
            "一件红色丝绸披风, on a beach 🏖",
            (
                Reference(
                    pictures / "caf\udce9" / "Étéstoff.tif",
                    *(5, 0.3125, "matches the prompt", f"{5:032x}"),
                ),
                Reference(Path("/home/bob/caf\udce9.png"), reason="chosen by you"),
                Reference(pictures / "capes/red.png", 1, None, "chosen by you", f"{1:032x}"),
            ),
            "gemini",
            "gemini-nano-banana-2.1-001",
            "16:9",
            "2K",
            extra={"settings": {"seed": "42"}},
        ),
        model="gemini-nano-banana-2.1-001",
        text="Here is your cape.\nEnjoy!",
        usage=Usage(1290, 1680, 210, 3180, extra={"cached_tokens": 12}),
        created_at=1764000123.25,
    )


def test_a_generated_picture_is_still_found_by_its_prompt(third: Path) -> None:
    database = Database(third)
    catalog = Catalog(database)
    made = next(a for a in catalog.all_assets() if a.filename == "红色披风.png")
    index_words(database.connection, [made.id])
    assert [*catalog.words.find("丝绸披风", 5)] == [made.id]
    database.close()


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("settings", "{half of it"),
        ("settings", '["16:9"]'),
        ("settings", '{"aspect_ratio": 1, "deep": ' + "[" * 5_000 + "]" * 5_000 + "}"),
        ("usage", '{"total_tokens": ' + "9" * 400 + "}"),
        ("usage", "NaN"),
    ],
)
def test_what_is_no_json_is_kept_as_it_is(third: Path, column: str, written: str) -> None:
    with closing(sqlite3.connect(third)) as connection:
        connection.execute(f"UPDATE lineage SET {column} = ? WHERE asset_id = 4", (written,))
        connection.commit()
    database = Database(third)
    record = LineageTable(database).of(4)
    database.close()
    assert record is not None
    assert record.request.prompt == "a red cape"
    kept = record.request.extra["settings"] if column == "settings" else record.usage.extra["usage"]
    assert kept == written
