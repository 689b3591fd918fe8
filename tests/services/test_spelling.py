"""One folder, many spellings: on a drive that takes any, by a bind mount, or by a link."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.commands.annotate import assets_at
from desktop.core.cancellation import CancelToken
from desktop.core.filter import Filter
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.services.reports import IndexReport
from tests import pictures
from tests.fakes.caseless import caseless_drive

NFC, NFD = "Käse", unicodedata.normalize("NFD", "Käse")


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with caseless_drive(tmp_path_factory.mktemp("caseless")) as drive:
        if drive is None:
            pytest.skip("such a drive cannot be mounted here")
        yield drive


@pytest.fixture
def drive(mounted: Path, request: pytest.FixtureRequest) -> Path:
    folder = mounted / str(abs(hash(request.node.name)))
    folder.mkdir()
    return folder


def index(engine: Engine, *paths: Path) -> IndexReport:
    return finish(engine.indexing.run(paths, CancelToken()))


def changed(engine: Engine, *paths: Path) -> IndexReport:
    return finish(engine.indexing.run_on_changes(set(paths), CancelToken()))


def paths(engine: Engine) -> list[str]:
    return sorted(str(asset.path) for asset in engine.browsing.all())


def test_a_folder_in_another_case_is_the_same_and_its_files_are_known(
    engine: Engine, drive: Path
) -> None:
    picture = pictures.save(drive / "Photos" / "Sub" / "A.png", 1)
    index(engine, drive / "PHOTOS")
    assert paths(engine) == [str(picture)], "spelled as the disk does"
    for typed in ("photos", "Photos/sub", "PHOTOS/SUB/a.PNG"):
        assert index(engine, drive / typed).added == 0
    assert paths(engine) == [str(picture)]
    assert len(engine.catalog.roots.all()) == 1
    for typed in ("photos/sub/a.png", "Photos/SUB/A.png"):
        asset = engine.catalog.asset_at(drive / typed)
        assert asset is not None
        assert asset.path == picture
    assert assets_at(engine, [drive / "photos" / "sub"]) == [asset.id]
    known = engine.catalog.roots.known_as(drive / "photos" / "sub")
    assert engine.catalog.filters.count(Filter(folder=str(known))) == 1
    known = engine.catalog.roots.known_as(drive.parent / drive.name.upper())
    assert engine.catalog.filters.count(Filter(folder=str(known))) == 1, "one that holds the root"


def test_a_file_by_itself_and_then_its_folder_in_another_case(engine: Engine, drive: Path) -> None:
    picture = pictures.save(drive / "Photos" / "A.png", 1)
    pictures.save(drive / "Photos" / "b.png", 2)
    assert index(engine, drive / "photos" / "a.PNG").added == 1
    assert paths(engine) == [str(picture)]
    assert engine.catalog.asset_at(drive / "PHOTOS" / "a.png") is not None
    assert index(engine, drive / "PHOTOS").added == 1
    assert index(engine, drive / "photos" / "B.png").added == 0
    assert len(paths(engine)) == 2


def test_a_folder_around_one_in_another_case_takes_it_over(engine: Engine, drive: Path) -> None:
    picture = pictures.save(drive / "Top" / "Inner" / "a.png", 1)
    index(engine, drive / "top" / "inner")
    [before] = engine.browsing.all()
    assert index(engine, drive / "TOP").added == 0
    [after] = engine.browsing.all()
    assert (after.id, after.path) == (before.id, picture)


@pytest.mark.parametrize("is_told", [True, False], ids=["told by the system", "looked for"])
@pytest.mark.parametrize("is_folder", [True, False], ids=["a folder", "a file"])
def test_a_change_of_case_alone_is_a_move(
    engine: Engine, drive: Path, is_told: bool, is_folder: bool
) -> None:
    picture = pictures.save(drive / "Photos" / "Sub" / "a.png", 1)
    os.utime(picture, (1_600_000_000, 1_600_000_000))
    index(engine, drive / "Photos")
    [before] = engine.browsing.all()
    old = picture.parent if is_folder else picture
    new = old.with_name(old.name.upper())
    old.rename(new)
    report = changed(engine, old, new) if is_told else index(engine)
    assert (report.moved, report.added, report.missing) == (1, 0, 0)
    [after] = engine.browsing.all()
    assert after.id == before.id
    assert not after.is_missing
    assert str(new) in str(after.path)


def test_only_the_new_case_is_named(engine: Engine, drive: Path) -> None:
    picture = pictures.save(drive / "Photos" / "a.png", 1)
    index(engine, drive / "Photos")
    [before] = engine.browsing.all()
    picture.rename(picture.with_name("A.PNG"))
    index(engine, drive / "Photos" / "A.PNG")
    [after] = engine.browsing.all()
    assert (after.id, after.name) == (before.id, "A.PNG")


def test_a_composed_name_finds_a_decomposed_folder(engine: Engine, drive: Path) -> None:
    pictures.save(drive / NFD / f"{NFD}.png", 1)
    index(engine, drive / NFC)
    assert index(engine, drive / NFD).added == 0
    assert len(paths(engine)) == 1
    assert engine.catalog.asset_at(drive / NFC / f"{NFC}.png") is not None


def test_the_library_itself_is_not_added_by_another_name(open_engine: object, drive: Path) -> None:
    engine: Engine = open_engine(profile_dir=drive / "Profile")  # type: ignore[operator]
    folder = engine.library.paths.folder
    pictures.save(folder / "thumbnails" / "a.png", 1)
    typed = Path(str(folder).replace("Profile", "PROFILE")) / "Thumbnails"
    report = index(engine, typed)
    assert [failure.path for failure in report.failed] == [typed]
    assert paths(engine) == []


def test_no_duplicate_is_the_file_itself_in_another_case(engine: Engine, drive: Path) -> None:
    pictures.save(drive / "Photos" / "a.png", 1)
    index(engine, drive / "Photos")
    # As a library of before had it.
    with engine.catalog._database.transaction() as connection:  # type: ignore[attr-defined]
        connection.execute(
            "INSERT INTO roots (path, real_path, kind, added_at) VALUES (?1, ?1, 'folder', 0)",
            (os.fsencode(drive / "photos"),),
        )
        connection.execute(
            "INSERT INTO assets (root_id, relative_path, size, modified_ns, added_at, state,"
            " content_hash) SELECT (SELECT MAX(id) FROM roots), relative_path, size, modified_ns,"
            " added_at, state, content_hash FROM assets"
        )
    assert len(paths(engine)) == 2
    assert engine.curation.duplicates.exact() == []


def test_a_bind_mount_is_the_folder_itself(engine: Engine, tmp_path: Path) -> None:
    picture = pictures.save(tmp_path / "here" / "sub" / "a.png", 1)
    there = tmp_path / "there"
    there.mkdir()
    if subprocess.run(
        ["mount", "--bind", tmp_path / "here", there], capture_output=True, check=False
    ).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        index(engine, tmp_path / "here")
        assert index(engine, there).added == 0
        assert index(engine, there / "sub").added == 0
        asset = engine.catalog.asset_at(there / "sub" / "a.png")
        assert asset is not None
        assert asset.path == picture
        assert len(paths(engine)) == 1
    finally:
        subprocess.run(["umount", "-l", there], check=True)


def test_names_typed_composed_are_found_decomposed_where_the_disk_tells_them_apart(
    engine: Engine, tmp_path: Path
) -> None:
    pictures.save(tmp_path / NFD / f"{NFD}.png", 1)
    assert index(engine, tmp_path / NFC).added == 1
    assert engine.catalog.asset_at(tmp_path / NFC / f"{NFC}.png") is not None
    pictures.save(tmp_path / NFC / "b.png", 2)
    assert index(engine, tmp_path / NFC).added == 1, "now there are two folders"
    assert len(engine.catalog.roots.all()) == 2


@pytest.mark.parametrize(("typed", "listed"), [(NFC, NFD), (NFD, NFC)])
def test_a_rule_hides_a_folder_however_its_name_is_composed(
    engine: Engine, tmp_path: Path, typed: str, listed: str
) -> None:
    pictures.save(tmp_path / "all" / listed / "a.png", 1)
    index(engine, tmp_path / "all")
    engine.ignore_rules.add(f"{typed}/")
    assert paths(engine) == []
    report = index(engine)
    assert (report.missing, report.found) == (0, 0)


def test_what_a_rule_hides_only_now_is_hidden_and_not_missing(
    engine: Engine, tmp_path: Path
) -> None:
    pictures.save(tmp_path / "all" / NFD / "a.png", 1)
    index(engine, tmp_path / "all")
    with engine.catalog._database.transaction() as connection:  # type: ignore[attr-defined]
        connection.execute("INSERT INTO ignore_rules VALUES (?, 0)", (f"{NFC}/",))
    assert index(engine).missing == 0
    assert paths(engine) == []
    engine.ignore_rules.remove(f"{NFC}/")
    [asset] = engine.browsing.all()
    assert not asset.is_missing
