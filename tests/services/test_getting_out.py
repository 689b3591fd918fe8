"""Renaming, the bin and its undo, files handed to others: always the picture that was seen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, LibraryError, UsageError
from desktop.core.progress import finish
from desktop.files import rename as renaming
from desktop.services.curation.renaming import rename_with_sidecars
from desktop.services.engine import Engine
from tests import pictures


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def at(engine: Engine, path: Path) -> Asset:
    asset = engine.catalog.asset_at(path)
    assert asset is not None
    return asset


@pytest.fixture
def two(engine: Engine, folder: Path) -> tuple[Path, Path]:
    made = pictures.save(folder / "a.png", 1), pictures.save(folder / "b.png", 2)
    index(engine, folder)
    return made


@pytest.fixture
def bin_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, on the disk of the pictures, with the system's trash in it."""
    folder = tmp_path / "home" / "Trash"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", bytes(folder), raising=True)
    return folder / "files"


def swap(one: Path, other: Path) -> None:
    """The two change places, with the times that their names had."""
    times = [(path.stat().st_atime_ns, path.stat().st_mtime_ns) for path in (one, other)]
    aside = one.with_suffix(".aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    for path, ns in zip((one, other), times, strict=True):
        os.utime(path, ns=ns)


class TestRenaming:
    def test_it_stays_the_same_asset_with_all_that_was_said(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        asset = at(engine, two[0])
        engine.annotations.tag([asset.id], ["hero"])
        engine.annotations.create_board("Mood", [asset.id])
        (two[0].with_name("a.png.xmp")).write_text("beside it")
        assert engine.curation.renaming.rename(asset.id, "Grüße 海报.png") == "a.png"
        renamed = two[0].with_name("Grüße 海报.png")
        assert renamed.exists()
        assert not two[0].exists()
        assert renamed.with_name("Grüße 海报.png.xmp").read_text() == "beside it"
        now = at(engine, renamed)
        assert now == asset._replace(name="Grüße 海报.png")
        assert engine.annotations.of([asset.id])[asset.id].tags == ("hero",)
        assert list(engine.catalog.words.find("海报", 9)) == [asset.id]
        index(engine)
        assert {known.id for known in engine.browsing.all()} == {asset.id, at(engine, two[1]).id}
        engine.curation.renaming.rename(asset.id, "a.png")
        assert at(engine, two[0]) == asset

    @pytest.mark.parametrize(
        ("name", "beside", "goes_along"),
        [
            ("a.png", (), True),
            ("a.png", ("a.CR2",), False),
            ("a.png", ("a.jpg",), False),
            ("a.png", ("b.c.jpg",), False),
            ("a.CR2", ("a.jpg",), True),
            ("a.CR2", ("a.NEF",), False),
        ],
    )
    def test_what_raw_programs_keep_beside_it_goes_along_if_it_is_its_own(
        self, tmp_path: Path, name: str, beside: tuple[str, ...], goes_along: bool
    ) -> None:
        """``a.xmp`` beside ``a.CR2``: all that was developed. Left behind, it would be nobody's."""
        picture = tmp_path / name
        for each in (name, *beside):
            (tmp_path / each).write_bytes(b"a picture")
        (tmp_path / "a.XMP").write_text("developed")
        rename_with_sidecars(picture, picture.with_name(f"b.c{picture.suffix}"))
        assert (tmp_path / "b.c.XMP").exists() is goes_along
        assert (tmp_path / "a.XMP").exists() is not goes_along
        assert all((tmp_path / each).exists() for each in beside)

    def test_nothing_is_renamed_where_the_new_name_of_a_sidecar_is_taken(
        self, tmp_path: Path
    ) -> None:
        for each in ("a.CR2", "a.CR2.xmp", "a.xmp", "b.xmp"):
            (tmp_path / each).write_text(each)
        with pytest.raises(FileError, match=r"b\.xmp already"):
            rename_with_sidecars(tmp_path / "a.CR2", tmp_path / "b.CR2")
        kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
        assert kept == {name: name for name in ("a.CR2", "a.CR2.xmp", "a.xmp", "b.xmp")}

    def test_no_other_file_is_replaced_whether_the_library_knows_it_or_not(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        asset, content = at(engine, two[0]), two[1].read_bytes()
        with pytest.raises(LibraryError, match=r"b\.png already"):
            engine.curation.renaming.rename(asset.id, "b.png")
        stranger = two[0].with_name("stranger.png")
        stranger.write_bytes(b"not in the library")
        with pytest.raises(FileError, match=r"stranger\.png already"):
            engine.curation.renaming.rename(asset.id, "stranger.png")
        assert two[1].read_bytes() == content
        assert stranger.read_bytes() == b"not in the library"
        assert at(engine, two[0]) == asset

    @pytest.mark.parametrize(
        "name", ["", ".png", "  .png", "a/b.png", "a\nb.png", "a.jpg", "a", 300 * "x" + ".png"]
    )
    def test_what_no_file_can_be_called_is_refused(
        self, engine: Engine, two: tuple[Path, Path], name: str
    ) -> None:
        with pytest.raises(UsageError):
            engine.curation.renaming.rename(at(engine, two[0]).id, name)
        assert two[0].exists()

    def test_only_the_case_of_a_name_can_change(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        asset = at(engine, two[0])
        engine.curation.renaming.rename(asset.id, "A.png")
        assert [path.name for path in two[0].parent.iterdir()].count("A.png") == 1
        assert at(engine, two[0].with_name("A.png")).id == asset.id

    def test_the_name_of_one_that_is_gone_is_free(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        first, gone = at(engine, two[0]), at(engine, two[1])
        two[1].unlink()
        index(engine)
        engine.curation.renaming.rename(first.id, "b.png")
        assert at(engine, two[1]).id == first.id
        assert engine.catalog.assets_by_id([gone.id])[gone.id].is_missing

    def test_a_file_that_was_swapped_since_is_left_alone(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        asset = at(engine, two[0])
        shutil.copyfile(two[1], two[0])
        with pytest.raises(FileError, match="something else"):
            engine.curation.renaming.rename(asset.id, "c.png")
        assert two[0].exists()

    def test_without_the_systems_help_nothing_is_replaced_either(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(renaming, "_renamed_by_system", lambda *_: False)
        one, other = tmp_path / "one", tmp_path / "other"
        one.write_text("1")
        other.write_text("2")
        with pytest.raises(FileExistsError):
            renaming.rename_new(one, other)
        renaming.rename_new(one, tmp_path / "third")
        assert (tmp_path / "third").read_text() == "1"


class TestTheBin:
    def test_what_was_moved_there_is_taken_back(
        self, engine: Engine, two: tuple[Path, Path], bin_of: Path
    ) -> None:
        ids = [at(engine, path).id for path in two]
        report = finish(engine.curation.trash.run(ids, CancelToken()))
        assert {path.name for path in bin_of.iterdir()} == {"a.png", "b.png"}
        assert engine.curation.trash.take_back(report.places) == tuple(ids)
        assert [path.exists() for path in two] == [True, True]
        assert not any(asset.is_missing for asset in engine.browsing.all())
        assert [*bin_of.iterdir(), *(bin_of.parent / "info").iterdir()] == []

    def test_what_took_its_place_meanwhile_is_not_replaced(
        self, engine: Engine, two: tuple[Path, Path], bin_of: Path
    ) -> None:
        report = finish(engine.curation.trash.run([at(engine, two[0]).id], CancelToken()))
        two[0].write_bytes(b"a new one")
        with pytest.raises(FileError, match="has its name now"):
            engine.curation.trash.take_back(report.places)
        assert two[0].read_bytes() == b"a new one"
        assert (bin_of / "a.png").exists()

    def test_a_swapped_file_is_not_binned(
        self, engine: Engine, two: tuple[Path, Path], bin_of: Path
    ) -> None:
        asset = at(engine, two[0])
        shutil.copyfile(two[1], two[0])
        report = finish(engine.curation.trash.run([asset.id], CancelToken()))
        assert (report.trashed, len(report.failed)) == ((), 1)
        assert two[0].exists()


class TestHandingOut:
    def test_a_file_that_was_only_touched_is_the_same(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        shown = [at(engine, path) for path in two]
        os.utime(two[0], ns=(1, 1))
        assert engine.curation.handing_out.files(shown).paths == two

    def test_one_that_is_gone_or_holds_something_else_is_refused_and_said(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        shown = [at(engine, path) for path in two]
        swap(*two)
        files = engine.curation.handing_out.files(shown)
        assert files.paths == ()
        assert ["something else" in error.message for error in files.refused] == [True, True]
        two[0].unlink()
        files = engine.curation.handing_out.files(shown[:1])
        assert [error.message for error in files.refused] == ["It is no longer where it was."]

    def test_one_that_was_read_anew_since_it_was_shown_is_refused(
        self, engine: Engine, two: tuple[Path, Path]
    ) -> None:
        shown = at(engine, two[0])
        pictures.save(two[0], 9)
        index(engine)
        assert [*engine.curation.handing_out.files([shown]).paths] == []
        assert engine.curation.handing_out.files([at(engine, two[0])]).paths == (two[0],)
