"""A copy of the catalogue a day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.library.backup.daily import DailyBackups
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database

DAY = 24 * 3600


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "catalog.sqlite")
    assert DailyBackups(database, tmp_path / "backups").make_if_due() is None, "it is empty"
    Catalog(database).roots.add(Path("/pictures"))
    yield database
    database.close()


def test_one_copy_is_made_a_day_and_seven_are_kept(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir(exist_ok=True)
    migrated = folder / "catalog-v2-20240101-000000.sqlite"
    migrated.write_bytes(b"kept for ever")
    now = time.time()
    for day in range(10):
        backups = DailyBackups(database, folder, clock=lambda day=day: now + day * DAY * 1.01)
        Catalog(database).roots.add(Path(f"/other/{day}"))
        made = backups.make_if_due()
        assert made is not None
        assert backups.make_if_due() is None
    assert len(list(folder.glob("*-daily-*"))) == 7
    assert migrated.exists()
    last = DailyBackups(database, folder).last_whole()
    assert last is not None
    copy = Database(last.path)
    assert len(Catalog(copy).roots.all()) == 11
    copy.close()


def test_a_damaged_copy_is_passed_over(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    backups = DailyBackups(database, folder)
    whole = backups.make_if_due()
    assert whole is not None
    (folder / "catalog-daily-29991231-000000.sqlite").write_bytes(whole.read_bytes()[:5_000])
    last = backups.last_whole()
    assert last is not None
    assert last.path == whole


def test_a_clock_put_back_does_not_stop_the_copies(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = DailyBackups(database, folder).make_if_due()
    assert first is not None
    yesterday = time.time() - DAY
    assert DailyBackups(database, folder, clock=lambda: yesterday).make_if_due() is not None


def test_copies_of_a_time_to_come_give_way_to_those_made_after_the_clock_was_put_back(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    now = time.time()
    for day in range(7):
        at = now + (1_000 + day) * DAY
        assert DailyBackups(database, folder, clock=lambda at=at: at).make_if_due() is not None
    right = DailyBackups(database, folder)
    made = right.make_if_due()
    assert made is not None
    assert made.exists()
    last = right.last_whole()
    assert last is not None
    assert last.path == made
    assert len(list(folder.iterdir())) == 7
