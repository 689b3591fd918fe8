"""What a damaged catalogue is repaired from, and a catalogue that is only looked at."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from desktop.core.attempt import AttemptState
from desktop.core.errors import LibraryDamaged, LibraryReadOnly
from desktop.core.generation_queue import WaitReason
from desktop.core.generation_record import GenerationRecord, GenerationRequest
from desktop.library.backup.daily import DailyBackups
from desktop.library.backup.repair import carry_out, plan_repair
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.attempts import AttemptTable
from desktop.library.catalog.copies import newest_whole
from desktop.library.catalog.database import Database
from desktop.library.catalog.queue import QueueTable
from desktop.library.folders.scan import FoundFile

_NOON = 1_790_000_000.0


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """One asset with a vector, tagged before the copy of the day and rated after it."""
    path = tmp_path / "library" / "catalog.sqlite"
    with closing(Database(path)) as database:
        root = Catalog(database).roots.add(tmp_path)
        Catalog(database).add_files(root, [FoundFile(b"a.png", 1, 1)])
        with database.transaction() as connection:
            connection.execute(
                "INSERT INTO vectors (asset_id, encoder, content_hash, value, is_stored)"
                " VALUES (1, 'e@1', '', x'0000', 1)"
            )
        Annotations(database).tag([1], ["before"])
        assert DailyBackups(database, path.parent / "backups").make_if_due()
        Annotations(database).rate([1], 5)
    [copy] = (path.parent / "backups").iterdir()
    os.utime(copy, (_NOON, _NOON))
    os.utime(path, (_NOON + 3 * 3600, _NOON + 3 * 3600))
    return path


@pytest.fixture
def garbage(catalog: Path) -> Path:
    status = catalog.stat()
    catalog.write_bytes(b"garbage" * 5_000)
    os.utime(catalog, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(LibraryDamaged, match="not a database"):
        Database(catalog)
    return catalog


def test_the_plan_says_what_comes_back_and_what_is_lost(garbage: Path) -> None:
    plan = plan_repair(garbage, garbage.parent / "backups")
    assert "What was entered in the 3 hours after that is lost." in plan.sentence()
    assert "kept" in plan.sentence()
    assert garbage.read_bytes().startswith(b"garbage")


def test_the_copy_takes_its_place_and_every_vector_is_to_be_sent_again(garbage: Path) -> None:
    aside = carry_out(plan_repair(garbage, garbage.parent / "backups"), garbage)
    assert aside is not None
    assert aside.read_bytes().startswith(b"garbage")
    with closing(Database(garbage)) as database:
        said = Annotations(database).of([1])[1]
        assert (said.tags, said.rating) == (("before",), 0)
        [row] = database.read("SELECT is_stored FROM vectors")
        assert row["is_stored"] == 0


def test_what_waited_when_the_copy_was_made_is_not_sent_unasked(catalog: Path) -> None:
    folder = catalog.parent / "backups"
    with closing(Database(catalog)) as database:
        record = GenerationRecord(GenerationRequest("a kettle"), attempt="k")
        AttemptTable(database).queue("k", record)
        DailyBackups(database, folder).copy_now("with-a-queue")
        AttemptTable(database).end("k", AttemptState.DONE, record)  # sent after the copy was made
    catalog.write_bytes(b"garbage" * 5_000)
    carry_out(plan_repair(catalog, folder), catalog)
    with closing(Database(catalog)) as database:
        queue = QueueTable(database, AttemptTable(database))
        assert [attempt.key for attempt in queue.waiting()] == ["k"]
        wait = queue.wait()
        assert wait is not None
        assert (wait.reason, wait.until) == (WaitReason.PERSON, 0)
        assert "may have been made since" in wait.said


def test_a_damaged_copy_is_passed_over_for_an_older_one(catalog: Path) -> None:
    folder = catalog.parent / "backups"
    [older] = folder.iterdir()
    (folder / "catalog-daily-20300101-000000.sqlite").write_bytes(older.read_bytes()[:9_000])
    (folder / "catalog-daily-20300102-000000.sqlite").write_bytes(b"garbage" * 2_000)
    found = newest_whole(folder)
    assert found is not None
    assert found.path == older


def test_an_empty_file_where_a_library_was_is_no_new_library(catalog: Path) -> None:
    catalog.write_bytes(b"")
    with pytest.raises(LibraryDamaged, match="gone"):
        Database(catalog, [catalog.parent / "backups"])
    catalog.unlink()
    with pytest.raises(LibraryDamaged, match="gone"):
        Database(catalog, [catalog.parent / "backups"])
    assert not catalog.exists()


def test_a_reader_changes_nothing_and_sees_what_others_change(catalog: Path) -> None:
    with closing(Database(catalog)) as writer, closing(Database(catalog, is_read_only=True)) as one:
        Annotations(writer).rate([1], 2)
        assert Annotations(one).of([1])[1].rating == 2
        with pytest.raises(LibraryReadOnly):
            Annotations(one).rate([1], 3)


@pytest.mark.parametrize("version", [1, 2])
def test_a_reader_of_an_old_catalogue_leaves_it_old(version: int, tmp_path: Path) -> None:
    old = Path(__file__).parents[1] / "data" / f"catalog-v{version}.sqlite"
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(old.read_bytes())
    with closing(Database(path, is_read_only=True)) as database:
        assert len(Catalog(database).all_assets()) == 4
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
