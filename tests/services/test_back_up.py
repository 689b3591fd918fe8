"""A library as one file, and a library again."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import FileIO
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, LibraryError
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.services.backup import archive
from desktop.services.backup.archive import BackUpReport
from desktop.services.backup.restore import RestoreReport, restore
from desktop.services.engine import Engine
from tests import pictures

OpenEngine = Callable[..., Engine]


def back_up(engine: Engine, target: Path, **options: bool) -> BackUpReport:
    return finish(engine.backup.run(target, CancelToken(), **options))


def restored(archive: Path, folder: Path) -> RestoreReport:
    return finish(restore(archive, folder, CancelToken()))


@pytest.fixture
def full(engine: Engine, folder: Path) -> Engine:
    """Six pictures, one generated, and something said about them."""
    pictures.fill(folder, 6)
    finish(engine.indexing.run([folder], CancelToken()))
    ids = [asset.id for asset in engine.browsing.all()]
    engine.annotations.tag(ids[:3], ["夏天"])
    engine.annotations.create_board("Mood", ids[:2])
    reference = Reference(engine.browsing.all()[0].path, ids[0])
    request = GenerationRequest("a cape", (reference,), generator="moodboard")
    made = finish(engine.generation.generating.run(request, CancelToken()))
    assert finish(engine.indexing.make_searchable(made.asset_ids, CancelToken()))
    return engine


def test_a_restored_library_is_the_same_and_searches_at_once(
    full: Engine, open_engine: OpenEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = back_up(full, tmp_path / "back up.zip")
    assert made.generated == 1
    expected = [hit.asset.id for hit in full.searching.search(Query("a watch")).hits]
    entered = full.exchange.collect()
    settings = full.library.paths.folder.parent / "settings.json"
    full.close()
    report = restored(made.path, tmp_path / "new" / "library")
    assert json.loads(report.settings.read_text())["version"] >= 1
    assert not settings.exists() or "token" not in report.settings.read_text()
    other = open_engine(library_dir=report.folder)
    monkeypatch.setattr(
        type(other.model.encoder()), "encode_images", lambda *_: pytest.fail("encoded again")
    )
    other.searching.settle()
    assert [hit.asset.id for hit in other.searching.search(Query("a watch")).hits] == expected
    assert other.exchange.collect() == entered
    made_picture = next(asset for asset in other.browsing.all() if asset.is_generated)
    assert made_picture.path.is_relative_to(report.folder)
    assert made_picture.path.exists()
    # The vectors went into its own file with the first run, which encodes nothing.
    finish(other.indexing.run((), CancelToken()))
    assert other.index_check.count() == 7


def test_only_one_of_two_libraries_goes_on_with_the_queue_by_itself(
    engine: Engine, open_engine: OpenEngine, tmp_path: Path
) -> None:
    engine.generation.queue.add([GenerationRequest("a kettle", generator="moodboard")])
    back_up(engine, tmp_path / "back up.zip")
    engine.close()
    other = open_engine(library_dir=restored(tmp_path / "back up.zip", tmp_path / "new").folder)
    assert finish(other.generation.queue.run_next(CancelToken())).is_over
    assert len(other.generation.queue.view().waiting) == 1
    other.generation.queue.resume()
    assert finish(other.generation.queue.run_next(CancelToken())).picture is not None


def test_thumbnails_come_along_when_asked(full: Engine, tmp_path: Path) -> None:
    back_up(full, tmp_path / "with.zip", with_thumbnails=True)
    report = restored(tmp_path / "with.zip", tmp_path / "new")
    there = {p.name for p in full.library.paths.thumbnails.rglob("*") if p.is_file()}
    assert {p.name for p in (report.folder / "thumbnails").rglob("*") if p.is_file()} == there


def test_back_ups_are_whole_while_the_library_grows(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    pictures.fill(folder, 40)
    problems: list[BaseException] = []

    def index() -> None:
        try:
            finish(engine.indexing.run([folder], CancelToken()))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            problems.append(error)

    thread = threading.Thread(target=index)
    thread.start()
    number = 0
    while thread.is_alive():
        back_up(engine, tmp_path / f"{number}.zip")
        number += 1
    thread.join()
    assert not problems
    assert number
    back_up(engine, tmp_path / "last.zip")
    for name in (*range(number), "last"):
        assert restored(tmp_path / f"{name}.zip", tmp_path / f"library {name}").files == 2
    engine.close()


def test_nothing_is_replaced_and_a_stop_leaves_nothing(full: Engine, tmp_path: Path) -> None:
    target = tmp_path / "safe" / "b.zip"
    target.parent.mkdir()
    target.write_bytes(b"precious")
    with pytest.raises(LibraryError, match="exists already"):
        back_up(full, target)
    assert target.read_bytes() == b"precious"
    target.unlink()
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        for _ in full.backup.run(target, cancel):
            cancel.cancel()
    assert list(target.parent.iterdir()) == []


def test_a_file_that_cannot_be_read_is_named_not_the_backup(
    full: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [made] = full.library.paths.generated.glob("*.png")
    real = archive.open_guarded

    def forbidden(path: Path) -> AbstractContextManager[FileIO]:
        if path == made:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    monkeypatch.setattr(archive, "open_guarded", forbidden)
    with pytest.raises(LibraryError, match="could not be read: Permission denied") as refused:
        back_up(full, tmp_path / "a.zip")
    assert made.name in refused.value.message
    assert "Free some space" not in refused.value.sentence()
    assert not list(tmp_path.glob("*.zip"))


def test_a_kill_leaves_no_half_made_library(full: Engine, tmp_path: Path) -> None:
    back_up(full, tmp_path / "b.zip", with_thumbnails=True)
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from desktop.core.cancellation import CancelToken\n"
        "from desktop.services.backup.restore import restore\n"
        "archive, folder = map(Path, sys.argv[1:])\n"
        "for step in restore(archive, folder, CancelToken()):\n"
        "    print(step, flush=True)\n"
        "    time.sleep(0.2)\n"
    )
    target = tmp_path / "new"
    process = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "b.zip", target],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    with process, process.stdout:
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert not target.exists()
    assert list(tmp_path.glob(".new.restoring-*"))
    restored(tmp_path / "b.zip", target)
    assert not list(tmp_path.glob(".new.restoring-*"))


class TestRestoringRefuses:
    @pytest.fixture
    def archive(self, engine: Engine, tmp_path: Path) -> Path:
        engine.library.paths.generated.mkdir()
        (engine.library.paths.generated / "a.png").write_bytes(b"a" * 1_000)
        return back_up(engine, tmp_path / "b.zip").path

    def changed(self, archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
        with zipfile.ZipFile(archive) as file:
            members = {name: file.read(name) for name in file.namelist()}
        change(members)
        archive.unlink()
        with zipfile.ZipFile(archive, "w") as file:
            for name, data in members.items():
                file.writestr(name, data)
        return archive

    def in_manifest(self, archive: Path, change: Callable[[dict[str, object]], None]) -> Path:
        def change_it(members: dict[str, bytes]) -> None:
            manifest = json.loads(members["manifest.json"])
            change(manifest)
            members["manifest.json"] = json.dumps(manifest).encode()

        return self.changed(archive, change_it)

    def refused(self, archive: Path, match: str) -> None:
        target = archive.with_name("new")
        with pytest.raises(LibraryError, match=match):
            restored(archive, target)
        assert not target.exists()
        assert not list(archive.parent.glob(".new*"))

    def test_a_folder_with_something_in_it(self, archive: Path, tmp_path: Path) -> None:
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "mine.txt").write_text("mine")
        with pytest.raises(LibraryError, match="not empty"):
            restored(archive, tmp_path / "new")
        assert (tmp_path / "new" / "mine.txt").read_text() == "mine"

    def test_a_newer_one(self, archive: Path) -> None:
        self.refused(self.in_manifest(archive, lambda m: m.update(version=99)), "newer")

    @pytest.mark.parametrize(
        "bad", ["../evil", "/etc/evil", "generated/../../evil", "library.json"]
    )
    def test_places_outside_a_library(self, archive: Path, bad: str) -> None:
        def move(manifest: dict[str, object]) -> None:
            members = manifest["members"]
            assert isinstance(members, list)
            members[1]["file"] = bad

        self.refused(self.in_manifest(archive, move), "does not belong")

    def test_changed_bytes_and_stowaways(self, archive: Path, tmp_path: Path) -> None:
        whole = archive.read_bytes()
        spoilt = self.changed(archive, lambda m: m.update({"generated/a.png": b"b" * 1_000}))
        self.refused(spoilt, "not as it was")
        archive.write_bytes(whole)
        self.refused(self.changed(archive, lambda m: m.update({"x": b""})), "not in its list")
        archive.write_bytes(whole[: len(whole) // 2])
        self.refused(archive, "damaged")
        archive.write_bytes(b"")
        self.refused(archive, "damaged")

    def test_a_bomb(self, archive: Path) -> None:
        with zipfile.ZipFile(archive) as file:
            manifest = file.read("manifest.json")
        archive.unlink()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("manifest.json", manifest)
            for name in ("catalog.sqlite", "settings.json", "generated/a.png"):
                file.writestr(name, bytes(10_000_000))
        self.refused(archive, "not as it was")


def test_a_read_only_engine_backs_up_beside_the_open_one(
    full: Engine, open_engine: OpenEngine, tmp_path: Path
) -> None:
    other = open_engine(is_read_only=True)
    full.annotations.tag([1], ["just now"])
    back_up(other, tmp_path / "beside.zip")
    report = restored(tmp_path / "beside.zip", tmp_path / "new")
    copy = open_engine(library_dir=report.folder)
    assert "just now" in [tag.name for tag in copy.annotations.tags()]


def test_the_catalogue_is_copied_once_a_day(engine: Engine, folder: Path) -> None:
    engine.catalog.roots.add(folder)
    made = engine.daily_backups.make_if_due()
    assert made is not None
    assert made.parent == engine.library.paths.backups
    assert engine.daily_backups.make_if_due() is None
    before = time.time() - 25 * 3600
    os.utime(made, (before, before))
    assert engine.daily_backups.make_if_due() is not None
