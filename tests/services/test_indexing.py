"""Folders become searchable assets, once each, whatever lies in them and whatever interrupts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import Progress, finish
from desktop.library.catalog.roots import Root
from desktop.services.engine import Engine
from desktop.services.reports import IndexReport
from tests import pictures
from tests.media import originals, psds
from tests.services.conftest import OpenEngine


def index(engine: Engine, *paths: Path, **options: bool) -> IndexReport:
    return finish(engine.indexing.run(paths, CancelToken(), **options))


def counts(report: IndexReport) -> dict[str, int]:
    return {
        "found": report.found,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "missing": report.missing,
        "failed": len(report.failed),
    }


def vectors_in(engine: Engine) -> int:
    space = engine.model.vector_space()
    assert space is not None
    engine.vectors.settle(space)
    store = engine.vectors.open_known(space)
    return store.count() if store else 0


def test_a_folder_is_added_with_thumbnails_sizes_and_vectors(engine: Engine, folder: Path) -> None:
    pictures.fill(folder / "deep" / "er", 5)
    assert counts(index(engine, folder)) == {
        "found": 5,
        "added": 5,
        "updated": 0,
        "unchanged": 0,
        "missing": 0,
        "failed": 0,
    }
    for asset in engine.browsing.all():
        assert (asset.width, asset.height, asset.format) == (64, 48, "PNG")
        assert engine.thumbnails.path_for(asset.content_hash).exists()
    assert vectors_in(engine) == 5
    assert engine.status.read().pending == 0


def test_a_file_that_is_shown_by_its_preview_says_so(engine: Engine, folder: Path) -> None:
    known = originals.known_picture()
    empty = originals.psd(known, has_merged=False)
    (folder / "a.psd").write_bytes(psds.with_resource(empty, psds.thumbnail(known)))
    (folder / "b.psd").write_bytes(originals.psd(known))
    index(engine, folder)
    shown = {asset.filename: asset for asset in engine.browsing.all()}
    assert shown["a.psd"].is_preview
    assert not shown["b.psd"].is_preview
    assert shown["b.psd"].format == "PSD"


def test_a_second_run_adds_nothing_and_reads_nothing(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.fill(folder, 5)
    index(engine, folder)

    def must_not_read(*_: object, **__: object) -> None:
        raise AssertionError("an unchanged file was read")

    monkeypatch.setattr("desktop.services.indexing.reading.load_renditions", must_not_read)
    report = index(engine, folder)
    assert (report.found, report.unchanged, report.added) == (5, 5, 0)
    assert vectors_in(engine) == 5


def test_a_second_run_does_not_load_the_model(open_engine: OpenEngine, folder: Path) -> None:
    pictures.fill(folder, 2)
    first = open_engine()
    index(first, folder)
    first.close()
    again = open_engine()
    again.indexing._encoder = lambda: pytest.fail("the model was loaded")  # type: ignore[assignment]
    assert index(again, folder).unchanged == 2


def test_a_changed_file_is_updated_under_its_identity(engine: Engine, folder: Path) -> None:
    [path] = pictures.fill(folder, 1)
    index(engine, folder)
    [before] = engine.browsing.all()
    pictures.save(path, seed=99, size=(80, 80))
    report = index(engine, folder)
    [after] = engine.browsing.all()
    assert (report.updated, report.added) == (1, 0)
    assert before.id == after.id
    assert (after.width, after.content_hash != before.content_hash) == (80, True)
    assert vectors_in(engine) == 1


def test_a_deleted_file_is_missing_and_comes_back(engine: Engine, folder: Path) -> None:
    first, _ = pictures.fill(folder, 2)
    index(engine, folder)
    kept = first.read_bytes()
    status = first.stat()
    first.unlink()
    assert index(engine, folder).missing == 1
    assert engine.status.read().missing == 1
    assert len(engine.browsing.all()) == 2
    first.write_bytes(kept)
    os.utime(first, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = index(engine, folder)
    assert (report.missing, report.updated) == (0, 1)
    assert engine.status.read().missing == 0


def test_files_that_fail_are_reported_with_reasons_and_the_rest_goes_on(
    engine: Engine, folder: Path
) -> None:
    good = pictures.fill(folder, 3)
    (folder / "zero.png").write_bytes(b"")
    (folder / "cut.png").write_bytes(good[0].read_bytes()[:200])
    (folder / "text.jpg").write_text("this is no picture")
    os.mkfifo(folder / "pipe.png")
    (folder / "folder.png").mkdir()
    report = index(engine, folder)
    reasons = {failure.path.name: failure.reason for failure in report.failed}
    assert report.added == 3
    assert set(reasons) == {"zero.png", "cut.png", "text.jpg", "pipe.png"}
    assert "empty" in reasons["zero.png"]
    assert "not a picture" in reasons["text.jpg"]


def test_a_failed_file_is_not_read_again_until_it_changes_but_still_reported(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    first = index(engine, folder)
    with monkeypatch.context() as patch:
        patch.setattr(
            "desktop.services.indexing.reading.load_renditions",
            lambda *_, **__: pytest.fail("read again"),
        )
        assert index(engine, folder).failed == first.failed
    pictures.save(broken, seed=1)
    assert (index(engine, folder).added, index(engine, folder).failed) == (1, ())


def test_failed_files_are_read_again_when_asked_for(engine: Engine, folder: Path) -> None:
    broken = folder / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    status = broken.stat()
    index(engine, folder)
    pictures.save(folder / "spare.png", seed=1)
    data = (folder / "spare.png").read_bytes()
    # The same size and time as before, as after a repair that keeps both.
    broken.write_bytes(data[: status.st_size])
    os.utime(broken, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert len(index(engine, folder, retry_failed=True).failed) == 1


@pytest.mark.parametrize("name", ["line\nbreak.png", "🎨.png", "红色披风.png", "caf\udce9.png"])
def test_names_of_every_kind_are_found_again(engine: Engine, folder: Path, name: str) -> None:
    pictures.save(folder / "x.png", seed=1).rename(folder / name)
    assert index(engine, folder).added == 1
    assert index(engine, folder).unchanged == 1
    assert engine.browsing.all()[0].path == folder / name


def test_a_single_file_is_added_without_its_folder(engine: Engine, folder: Path) -> None:
    one, _ = pictures.fill(folder, 2)
    assert index(engine, one).added == 1
    assert [asset.path for asset in engine.browsing.all()] == [one]
    assert index(engine).found == 1
    assert index(engine, folder).added == 1
    assert index(engine, folder).unchanged == 2


def test_a_part_of_a_known_folder_is_looked_at_alone(engine: Engine, folder: Path) -> None:
    pictures.fill(folder / "a", 2)
    pictures.fill(folder / "b", 3, first_seed=10)
    index(engine, folder)
    shutil.rmtree(folder / "b")
    report = index(engine, folder / "a")
    assert (report.found, report.unchanged, report.missing) == (2, 2, 0)
    assert index(engine, folder).missing == 3


def test_paths_that_make_no_sense_are_reported(engine: Engine, folder: Path) -> None:
    (folder / "notes.txt").write_text("x")
    report = index(engine, folder / "nowhere", folder / "notes.txt", engine.library.paths.folder)
    assert len(report.failed) == 3
    assert engine.browsing.all() == []


def test_without_paths_all_known_folders_are_looked_at(engine: Engine, tmp_path: Path) -> None:
    pictures.fill(tmp_path / "one", 1)
    pictures.fill(tmp_path / "two", 1, first_seed=5)
    index(engine, tmp_path / "one", tmp_path / "two")
    pictures.save(tmp_path / "two" / "new.png", seed=9)
    assert counts(index(engine))["added"] == 1


def test_an_unplugged_drive_keeps_its_pictures(engine: Engine, tmp_path: Path) -> None:
    pictures.fill(tmp_path / "drive", 2)
    index(engine, tmp_path / "drive")
    (tmp_path / "drive").rename(tmp_path / "unplugged")
    report = index(engine)
    assert report.missing == 0
    assert "drive connected" in report.failed[0].reason
    (tmp_path / "unplugged").rename(tmp_path / "drive")
    assert index(engine).unchanged == 2


def test_a_place_that_cannot_be_looked_into_loses_nothing(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.fill(folder / "locked", 2)
    index(engine, folder)
    real = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    report = index(engine, folder)
    assert (report.missing, len(report.failed)) == (0, 1)
    assert engine.status.read().missing == 0


def test_plantains_own_folder_inside_a_root_is_not_indexed(
    open_engine: OpenEngine, folder: Path
) -> None:
    engine = open_engine(library_dir=folder / "my library")
    pictures.fill(folder, 2)
    index(engine, folder)
    assert index(engine, folder).found == 2


def test_stopping_keeps_what_is_finished_and_the_next_run_does_the_rest(
    engine: Engine, folder: Path
) -> None:
    pictures.fill(folder, 200)
    cancel = CancelToken()
    steps = engine.indexing.run([folder], cancel)
    with pytest.raises(Cancelled):
        for step in steps:
            if step.stage == "Reading pictures" and step.done >= 40:
                cancel.cancel()
    done = 200 - engine.status.read().pending
    assert 0 < done < 200
    report = index(engine, folder)
    assert (report.found, report.added + report.updated, report.unchanged) == (
        200,
        200 - done,
        done,
    )
    assert vectors_in(engine) == 200


def test_progress_counts_up_to_the_total(engine: Engine, folder: Path) -> None:
    pictures.fill(folder, 7)
    steps: list[Progress] = list(engine.indexing.run([folder], CancelToken()))
    reading = [step for step in steps if step.stage == "Reading pictures"]
    assert reading[-1].done == 7
    assert [step.done for step in reading] == sorted(step.done for step in reading)
    assert {step.total for step in reading} == {7}
    assert {step.current for step in steps if step.current} == {f"{n:04}.png" for n in range(7)}


def test_without_a_model_pictures_are_browsable_and_wait_for_one(
    open_engine: OpenEngine, folder: Path, tiny_model: Path
) -> None:
    pictures.fill(folder, 3)
    bare = open_engine(model="")
    report = index(bare, folder)
    assert (report.added, bare.status.read().pending) == (3, 3)
    assert bare.status.read().model == ""
    assert "no model" in bare.status.read().model_problem
    assert bare.thumbnails.path_for(bare.browsing.all()[0].content_hash).exists()
    bare.close()
    engine = open_engine()
    report = index(engine, folder)
    assert (report.found, report.updated) == (3, 3)
    assert engine.status.read().pending == 0


def test_vectors_lost_by_milvus_are_restored_without_reading_pictures(
    open_engine: OpenEngine, folder: Path
) -> None:
    pictures.fill(folder, 12)
    engine = open_engine()
    index(engine, folder)
    engine.close()
    shutil.rmtree(engine.library.paths.vectors)
    shutil.rmtree(folder)
    again = open_engine()
    assert vectors_in(again) == 12


def test_vectors_that_the_catalogue_does_not_know_are_removed(
    open_engine: OpenEngine, folder: Path
) -> None:
    pictures.fill(folder, 4)
    engine = open_engine()
    index(engine, folder)
    with engine.catalog.all_or_nothing():
        connection = engine.library.database.connection
        connection.execute("DELETE FROM vectors WHERE id = 2")
    engine.close()
    again = open_engine()
    assert vectors_in(again) == 3


def test_roots_keep_the_name_the_person_used(engine: Engine, tmp_path: Path) -> None:
    pictures.fill(tmp_path / "real", 1)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    index(engine, tmp_path / "link")
    [root] = engine.catalog.roots.all()
    assert isinstance(root, Root)
    assert root.path == tmp_path / "link"


class TestOnePlaceUnderSeveralNames:
    def test_a_folder_and_a_link_to_it(self, engine: Engine, tmp_path: Path) -> None:
        pictures.fill(tmp_path / "real", 3)
        (tmp_path / "link").symlink_to(tmp_path / "real")
        index(engine, tmp_path / "real")
        assert index(engine, tmp_path / "link").unchanged == 3
        assert len(engine.browsing.all()) == 3

    @pytest.mark.parametrize("order", [("whole", "whole/link"), ("whole/link", "whole")])
    def test_a_folder_and_a_link_in_it_that_leads_out(
        self, engine: Engine, tmp_path: Path, order: tuple[str, str]
    ) -> None:
        pictures.fill(tmp_path / "elsewhere", 2)
        (tmp_path / "whole").mkdir()
        (tmp_path / "whole/link").symlink_to(tmp_path / "elsewhere")
        for name in order:
            index(engine, tmp_path / name)
        report = index(engine)
        assert (report.found, report.unchanged, report.missing) == (2, 2, 0)
        assert len(engine.browsing.all()) == 2

    def test_the_same_folder_twice_in_one_run(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder / "a", 2)
        report = index(engine, folder, folder / "a", folder)
        assert (report.found, report.added, report.unchanged) == (2, 2, 0)

    def test_a_hidden_folder_added_by_name_stays_with_itself(
        self, engine: Engine, folder: Path
    ) -> None:
        pictures.fill(folder / ".refs", 1)
        index(engine, folder / ".refs")
        assert index(engine, folder).missing == 0
        assert index(engine).unchanged == 1

    def test_a_library_reached_by_a_link(self, engine: Engine, folder: Path) -> None:
        pictures.fill(folder, 2)
        index(engine, folder)
        (folder / "mine").symlink_to(engine.library.paths.folder)
        assert index(engine, folder).found == 2
        assert "own folder" in index(engine, folder / "mine").failed[0].reason


def test_a_moved_library_keeps_its_generated_pictures(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    engine = open_engine()
    request = GenerationRequest("a cape", generator="moodboard")
    made = finish(engine.generation.generating.run(request, CancelToken()))
    assert finish(engine.indexing.make_searchable(made.asset_ids, CancelToken()))
    engine.close()
    (tmp_path / "profile").rename(tmp_path / "moved")
    moved = open_engine(profile_dir=tmp_path / "moved")
    report = index(moved)
    assert (report.found, report.unchanged, report.failed) == (1, 1, ())
    [asset] = moved.browsing.all()
    assert asset.path.exists()


def test_a_root_below_a_forbidden_folder_does_not_stop_the_others(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures.fill(tmp_path / "one", 1)
    pictures.fill(tmp_path / "two", 1, first_seed=5)
    index(engine, tmp_path / "one", tmp_path / "two")
    real = os.stat

    def guarded(path: object, *rest: object, **options: object) -> os.stat_result:
        if str(path) == str(tmp_path / "one"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", guarded)
    report = index(engine)
    assert report.missing == 0
    assert engine.status.read().missing == 0


def test_a_drive_that_is_away_does_not_make_its_pictures_fail(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    pictures.fill(tmp_path / "drive", 2)
    pictures.fill(tmp_path / "here", 1, first_seed=5)
    bare = open_engine(model="")
    index(bare, tmp_path / "drive", tmp_path / "here")
    bare.close()
    (tmp_path / "drive").rename(tmp_path / "unplugged")
    engine = open_engine()
    report = index(engine)
    assert (report.found, report.updated, len(report.failed)) == (1, 1, 1)


def test_two_libraries_on_one_store_leave_each_other_alone(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    uri = str(tmp_path / "shared.db")
    first = open_engine(store_uri=uri)
    index(first, *[pictures.fill(tmp_path / "one", 4)[0].parent])
    first.close()
    second = open_engine(store_uri=uri, library_dir=tmp_path / "other library")
    index(second, *[pictures.fill(tmp_path / "two", 3, first_seed=50)[0].parent])
    assert vectors_in(second) == 3
    second.close()
    assert vectors_in(open_engine(store_uri=uri)) == 4


def test_a_damaged_vector_file_is_put_aside_and_made_again(
    open_engine: OpenEngine, folder: Path
) -> None:
    pictures.fill(folder, 5)
    engine = open_engine()
    index(engine, folder)
    engine.close()
    shutil.rmtree(engine.library.paths.vectors)
    engine.library.paths.vectors.write_bytes(b"garbage where the vectors were")
    again = open_engine()
    assert vectors_in(again) == 5
    assert len(list(again.library.paths.folder.glob("vectors.damaged-*"))) == 1
