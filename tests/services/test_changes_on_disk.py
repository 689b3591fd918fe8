"""The library follows what people do with their files: nothing is lost, nothing encoded again."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.filter import Filter
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.library.folders import offline
from desktop.services.engine import Engine
from desktop.services.indexing import folder_pass
from desktop.services.reports import IndexReport
from tests import pictures

LONG_AGO = 1_600_000_000


def save(path: Path, seed: int = 1) -> Path:
    """A picture that nobody has touched for years."""
    pictures.save(path, seed)
    os.utime(path, (LONG_AGO + seed, LONG_AGO + seed))
    return path


def index(engine: Engine, *paths: Path) -> IndexReport:
    return finish(engine.indexing.run(paths, CancelToken()))


def by_path(engine: Engine) -> dict[Path, Asset]:
    return {asset.path: asset for asset in engine.browsing.all()}


def scalars(engine: Engine, asset_id: int) -> dict[str, object]:
    """What Milvus keeps beside the vector of this asset."""
    space = engine.model.vector_space()
    assert space is not None
    engine.vectors.close()
    engine.vectors.settle(space)
    store = engine.vectors.open_known(space)
    assert store is not None
    while not hasattr(store, "_client"):
        store = store._store  # type: ignore[attr-defined]
    rows = store._client.query(  # type: ignore[attr-defined]
        store.collection,
        filter=f"asset_id == {asset_id}",
        output_fields=["path", "filename"],
        limit=10,
    )
    [row] = rows
    return row


@pytest.fixture
def reads_nothing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, decoding a picture fails the test."""

    def begin() -> None:
        monkeypatch.setattr(
            "desktop.services.indexing.reading.load_renditions",
            lambda path, *_, **__: pytest.fail(f"{path} was read again"),
        )

    return begin


def test_a_renamed_and_a_moved_file_keep_everything_without_being_read_again(
    engine: Engine, tmp_path: Path, reads_nothing: Callable[[], None]
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    renamed, moved = save(one / "cape.png", 1), save(one / "crown.png", 2)
    save(two / "other.png", 3)
    index(engine, one, two)
    before = by_path(engine)
    for path, tag in ((renamed, "red"), (moved, "gold")):
        engine.annotations.tag([before[path].id], [tag])
        engine.annotations.rate([before[path].id], 4)
    reads_nothing()
    renamed.rename(one / "red cape.png")
    (two / "deep").mkdir()
    moved.rename(two / "deep" / "crown.png")

    report = index(engine)

    assert (report.moved, report.missing, report.added, report.updated) == (2, 0, 0, 0)
    after = by_path(engine)
    assert after[one / "red cape.png"].id == before[renamed].id
    assert after[two / "deep" / "crown.png"].id == before[moved].id
    assert engine.annotations.of([before[moved].id])[before[moved].id].tags == ("gold",)
    assert after[two / "deep" / "crown.png"].rating == 4
    assert engine.status.read().pending == 0
    assert scalars(engine, before[moved].id)["path"] == str(two / "deep" / "crown.png")
    assert [*engine.catalog.words.find("red cape", 5)] == [before[renamed].id]
    assert not engine.browsing.ids(Filter(phrase="one crown")), "found where it was before"


@pytest.mark.parametrize("bin_name", ["#recycle", "$Recycle.Bin/S-1-5-21", "@Recycle/a/b"])
@pytest.mark.parametrize("is_told", [True, False], ids=["told by the system", "looked for"])
def test_a_file_that_went_into_a_bin_is_missing_and_comes_back_from_it(
    engine: Engine, folder: Path, bin_name: str, is_told: bool
) -> None:
    path, thrown = save(folder / "a.png", 1), folder / bin_name / "a.png"
    save(folder / "b.png", 2)
    index(engine, folder)
    before = by_path(engine)[path].id
    thrown.parent.mkdir(parents=True)

    def look() -> IndexReport:
        if not is_told:
            return index(engine)
        return finish(engine.indexing.run_on_changes({path, thrown}, CancelToken()))

    path.rename(thrown)
    report = look()
    assert (report.missing, report.moved, report.added) == (1, 0, 0)
    assert by_path(engine)[path].is_missing
    thrown.rename(path)
    assert look().missing == 0
    assert by_path(engine)[path].id == before
    assert not by_path(engine)[path].is_missing


def test_a_moved_file_that_is_named_twice_is_one(engine: Engine, folder: Path) -> None:
    path = save(folder / "a.png", 1)
    index(engine, folder)
    [before] = engine.browsing.all()
    moved = folder / "sub" / "b.png"
    moved.parent.mkdir()
    path.rename(moved)
    assert index(engine, moved, moved).found == 1
    [after] = engine.browsing.all()
    assert (after.id, after.path) == (before.id, moved)


def test_a_look_at_what_has_not_changed_leaves_the_version_as_it_is(
    engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    save(folder / "cape.png", 1)
    index(engine, folder)
    index(engine)
    version = engine.browsing.version()
    index(engine)
    finish(engine.indexing.run_on_changes({folder}, CancelToken()))
    assert engine.browsing.version() == version, "or the window reads the whole library anew"
    save(folder / "crown.png", 2)
    index(engine)
    assert engine.browsing.version() != version


def test_two_files_that_change_names_change_nothing_else(
    engine: Engine, folder: Path, reads_nothing: Callable[[], None]
) -> None:
    first, second = save(folder / "a.png", 1), save(folder / "b.png", 2)
    index(engine, folder)
    before = by_path(engine)
    reads_nothing()
    first.rename(folder / "aside")
    second.rename(first)
    (folder / "aside").rename(second)
    assert index(engine).moved == 2
    after = by_path(engine)
    assert (after[first].id, after[second].id) == (before[second].id, before[first].id)


def test_a_file_moved_over_another_keeps_its_own_tags_and_the_other_comes_back(
    engine: Engine, folder: Path
) -> None:
    kept, covered = save(folder / "kept.png", 1), save(folder / "covered.png", 2)
    copy = shutil.copy2(covered, folder.parent / "saved.png")
    index(engine, folder)
    before = by_path(engine)
    covered_id = before[covered].id
    kept.rename(covered)
    report = index(engine)
    assert (report.moved, report.missing) == (1, 1)
    assert by_path(engine)[covered].id in {before[kept].id, covered_id}
    lost = engine.catalog.asset(covered_id)
    assert lost is not None
    assert (lost.path, lost.is_missing) == (covered, True)
    shutil.copy2(copy, folder / "found again.png")
    index(engine)
    assert by_path(engine)[folder / "found again.png"].id == covered_id


def test_a_copy_is_a_picture_of_its_own(engine: Engine, folder: Path) -> None:
    first = save(folder / "a.png")
    index(engine, folder)
    shutil.copy2(first, folder / "b.png")
    report = index(engine)
    assert (report.added, report.moved, len(by_path(engine))) == (1, 0, 2)


def test_a_touched_file_is_compared_and_not_read_again(
    engine: Engine, folder: Path, reads_nothing: Callable[[], None]
) -> None:
    path = save(folder / "a.png")
    index(engine, folder)
    reads_nothing()
    for time in (LONG_AGO - 10**8, 2 * LONG_AGO):  # the clock jumps both ways
        os.utime(path, (time, time))
        report = index(engine)
        assert (report.unchanged, report.updated, report.missing) == (1, 0, 0)
    [asset] = engine.browsing.all()
    assert asset.modified_ns == 2 * LONG_AGO * 10**9


def test_other_bytes_of_one_size_and_time_are_noticed_when_just_written(
    engine: Engine, folder: Path
) -> None:
    path = folder / "a.bmp"
    pictures.save(path, seed=1)
    status = path.stat()
    index(engine, folder)
    [before] = engine.browsing.all()
    pictures.save(path, seed=2)
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert index(engine).updated == 1
    [after] = engine.browsing.all()
    assert (after.id, after.content_hash != before.content_hash) == (before.id, True)


def test_a_missing_picture_comes_back_in_any_folder(engine: Engine, tmp_path: Path) -> None:
    path = save(tmp_path / "one" / "a.png")
    save(tmp_path / "two" / "b.png", 2)
    index(engine, tmp_path / "one", tmp_path / "two")
    asset_id = by_path(engine)[path].id
    path.rename(tmp_path / "nowhere.png")
    assert index(engine).missing == 1
    (tmp_path / "nowhere.png").rename(tmp_path / "two" / "again.png")
    assert index(engine, tmp_path / "two").moved == 1
    assert by_path(engine)[tmp_path / "two" / "again.png"].id == asset_id


def test_a_file_is_recognised_where_it_went_though_its_old_folder_is_not_looked_at(
    engine: Engine, tmp_path: Path, reads_nothing: Callable[[], None]
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    first, second = save(one / "a.png", 1), save(one / "b.png", 2)
    index(engine, one)
    before = by_path(engine)
    reads_nothing()
    two.mkdir()
    first.rename(two / "a.png")
    second.rename(first)  # something is at its old place again
    assert index(engine, two).moved == 1
    assert index(engine).moved == 1
    after = by_path(engine)
    assert after[two / "a.png"].id == before[first].id
    assert after[first].id == before[second].id


def test_of_two_missing_twins_the_one_of_that_name_comes_back(engine: Engine, folder: Path) -> None:
    first, second = save(folder / "a.png"), folder / "b.png"
    shutil.copy2(first, second)
    index(engine, folder)
    second_id = by_path(engine)[second].id
    (folder.parent / "bin").mkdir()
    first.unlink()
    second.rename(folder.parent / "bin" / "b.png")
    index(engine)
    (folder / "deep").mkdir()
    shutil.copy2(folder.parent / "bin" / "b.png", folder / "deep" / "b.png")
    index(engine)
    assert by_path(engine)[folder / "deep" / "b.png"].id == second_id


class TestADriveThatIsAway:
    @pytest.mark.parametrize("way", ["renamed", "empty folder", "another folder"])
    def test_it_stays_to_be_seen_and_searched_and_comes_back_as_it_was(
        self, engine: Engine, tmp_path: Path, reads_nothing: Callable[[], None], way: str
    ) -> None:
        drive = tmp_path / "drive"
        for number in range(3):
            save(drive / f"{number}.png", number)
        index(engine, drive)
        reads_nothing()
        drive.rename(tmp_path / "unplugged")
        if way != "renamed":
            drive.mkdir()
            (drive / ".hidden").touch()
        if way == "another folder":
            (drive / "stranger.png").write_bytes(b"not one of ours")

        report = index(engine)

        [failure] = report.failed
        assert failure.path == drive
        assert "stay in the library" in failure.reason
        assert (report.missing, engine.status.read().missing) == (0, 0)
        assert engine.status.read().offline == 3
        assert [asset.is_offline for asset in engine.browsing.all()] == [True] * 3
        assert all(
            engine.thumbnails.path_for(a.content_hash).exists() for a in engine.browsing.all()
        )
        query = Query.like(tmp_path / "unplugged" / "1.png", limit=1)
        assert engine.searching.search(query).hits[0].asset.name == "1.png"

        shutil.rmtree(drive, ignore_errors=True)
        (tmp_path / "unplugged").rename(drive)
        assert index(engine).unchanged == 3
        assert engine.status.read().offline == 0

    def test_a_mount_point_without_its_drive_has_lost_nothing(
        self, engine: Engine, tmp_path: Path, reads_nothing: Callable[[], None]
    ) -> None:
        mount_point, disk = _made(tmp_path / "usb"), _made(tmp_path / "disk")
        save(disk / "a.png")

        def mount() -> bool:
            done = subprocess.run(
                ["mount", "--bind", disk, mount_point], capture_output=True, check=False
            )
            return done.returncode == 0

        if not mount():
            pytest.skip("mounting needs the rights of an administrator")
        try:
            index(engine, mount_point)
            reads_nothing()
            subprocess.run(["umount", mount_point], check=True)
            report = index(engine)
            assert (report.missing, len(report.failed)) == (0, 1)
            assert "empty" in report.failed[0].reason
            assert mount()
            assert index(engine).unchanged == 1
        finally:
            subprocess.run(["umount", "-q", mount_point], check=False)

    @pytest.mark.parametrize("is_added_whole", [True, False])
    def test_it_is_unplugged_while_another_folder_is_looked_through(
        self,
        engine: Engine,
        tmp_path: Path,
        reads_nothing: Callable[[], None],
        monkeypatch: pytest.MonkeyPatch,
        is_added_whole: bool,
    ) -> None:
        drive, here = tmp_path / "drive", tmp_path / "here"
        save(here / "here.png", 9)
        files = [save(drive / f"{number}.png", number) for number in range(3)]
        index(engine, here, *([drive] if is_added_whole else files))
        reads_nothing()
        monkeypatch.setattr(folder_pass, "_SCAN_BATCH", 1)

        def unplug() -> None:
            drive.rename(tmp_path / "unplugged")
            drive.mkdir()

        steps = engine.indexing.run([], CancelToken())
        while not next(steps).done:
            pass
        unplug()
        report = finish(steps)

        assert drive in {failure.path for failure in report.failed}
        assert (report.missing, engine.status.read().missing) == (0, 0)
        assert engine.status.read().offline == 3
        drive.rmdir()
        (tmp_path / "unplugged").rename(drive)
        assert index(engine).unchanged == 4

    def test_one_that_never_answers_is_asked_once(
        self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is looked for every other second; over a night those would be thousands of threads."""
        drive = tmp_path / "drive"
        save(drive / "a.png")
        index(engine, drive)
        answers, asked = threading.Event(), list[Path]()
        look_at = offline._look_at

        def hang(folder: Path) -> object:
            asked.append(folder)
            answers.wait()
            return look_at(folder)

        monkeypatch.setattr(offline, "_PATIENCE_S", 0.01)
        monkeypatch.setattr(offline, "_look_at", hang)
        presence = engine.catalog.roots.presence
        reasons = [absence.reason for _ in range(5) for absence in presence.look().values()]
        assert len(reasons) == 5
        assert all("does not answer" in reason for reason in reasons)
        assert asked == [drive]
        monkeypatch.setattr(offline, "_PATIENCE_S", 30)
        answers.set()
        for thread in threading.enumerate():
            if thread.name == "offline":
                thread.join()
        assert presence.look() == {}

    def test_another_folder_is_taken_when_the_person_says_so(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        drive = tmp_path / "drive"
        old = save(drive / "old.png")
        index(engine, drive)
        drive.rename(tmp_path / "unplugged")
        new = save(drive / "new.png", 2)
        assert index(engine).added == 0
        report = index(engine, drive)
        assert (report.added, report.missing) == (1, 1)
        assert {old, new} == by_path(engine).keys()

    def test_a_folder_that_was_emptied_has_lost_its_pictures(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        for number in range(2):
            save(tmp_path / "one" / f"{number}.png", number)
        index(engine, tmp_path / "one", _made(tmp_path / "two"))
        (tmp_path / "one" / "0.png").rename(tmp_path / "two" / "0.png")
        (tmp_path / "one" / "1.png").unlink()
        report = index(engine)
        assert (report.moved, report.missing, report.failed) == (1, 1, ())


class TestChangesAsTheyHappen:
    def follow(self, engine: Engine, *paths: Path) -> IndexReport:
        return finish(engine.indexing.run_on_changes(set(paths), CancelToken()))

    def test_only_what_was_named_is_looked_at(self, engine: Engine, folder: Path) -> None:
        save(folder / "a.png")
        index(engine, folder)
        new, unseen = save(folder / "new.png", 2), save(folder / "unseen.png", 3)
        assert self.follow(engine, new).added == 1
        assert unseen not in by_path(engine)

    def test_a_renamed_folder_is_followed_by_its_two_names(
        self, engine: Engine, folder: Path, reads_nothing: Callable[[], None]
    ) -> None:
        before = save(folder / "old" / "deep" / "a.png")
        index(engine, folder)
        asset_id = by_path(engine)[before].id
        reads_nothing()
        (folder / "old").rename(folder / "new")
        report = self.follow(engine, folder / "old", folder / "new")
        assert (report.moved, report.missing) == (1, 0)
        assert by_path(engine)[folder / "new" / "deep" / "a.png"].id == asset_id

    def test_what_is_no_part_of_the_library_is_passed_over(
        self, engine: Engine, folder: Path, tmp_path: Path
    ) -> None:
        save(folder / "a.png")
        (folder / "again").symlink_to(folder)
        index(engine, folder)
        own = save(engine.library.paths.folder / "thumbnails" / "x.png")
        hidden, text = save(folder / ".hidden.png"), folder / "notes.txt"
        text.write_text("hello")
        report = self.follow(
            engine,
            own, hidden, text,
            save(tmp_path / "elsewhere.png"), folder / "again", folder / "again" / "a.png",
        )  # fmt: skip
        assert (report.added, report.missing, report.failed) == (0, 0, ())
        assert len(by_path(engine)) == 1


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
