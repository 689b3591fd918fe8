"""Duplicates, the trash, and rules for what is not shown: nothing is deleted, nothing forgotten."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest
from PIL import Image

from desktop.core.annotations import Edits
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, LibraryError, UsageError
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.services.curation.duplicates import _tight
from desktop.services.engine import Engine
from tests import pictures


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def at(engine: Engine, path: Path) -> Asset:
    asset = engine.catalog.asset_at(path)
    assert asset is not None
    return asset


@pytest.fixture
def bin_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own, on the disk of the pictures, with the system's trash in it."""
    # The paths are worked out when the library is imported.
    folder = tmp_path / "home" / "Trash"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", bytes(folder), raising=True)
    return folder / "files"


class TestDuplicates:
    def test_the_same_bytes_are_grouped_the_most_to_gain_first(
        self, engine: Engine, folder: Path
    ) -> None:
        small, large = (
            pictures.save(folder / "s.png", 1),
            pictures.save(folder / "l.png", 2, (300, 300)),
        )
        for path in (small, large):
            shutil.copy2(path, folder / f"copy of {path.name}")
        pictures.save(folder / "single.png", 3)
        index(engine, folder)
        groups = engine.curation.duplicates.exact()
        assert [{a.name for a in group.assets} for group in groups] == [
            {"l.png", "copy of l.png"},
            {"s.png", "copy of s.png"},
        ]
        assert engine.curation.duplicates.near() == []  # these are the same, not nearly

    def test_scaled_and_recompressed_pictures_are_near_the_largest_is_kept(
        self, engine: Engine, folder: Path
    ) -> None:
        folder.mkdir(exist_ok=True)
        large = pictures.draw(1, (640, 480))
        large.save(folder / "large.png")
        large.resize((320, 240)).save(folder / "small.jpg", quality=60)
        pictures.save(folder / "other.png", 2)
        for number, colour in enumerate(("red", "blue")):  # plain surfaces say nothing
            Image.new("RGB", (64, 64), colour).save(folder / f"plain{number}.png")
        index(engine, folder)
        [group] = engine.curation.duplicates.near()
        assert [asset.name for asset in group.assets] == ["large.png", "small.jpg"]
        stopped = CancelToken()
        stopped.cancel()
        with pytest.raises(Cancelled):
            engine.curation.duplicates.near(cancel=stopped)

    def test_hashes_of_before_are_made_anew_from_the_thumbnails(
        self, engine: Engine, folder: Path
    ) -> None:
        folder.mkdir(exist_ok=True)
        large = pictures.draw(1, (640, 480))
        large.save(folder / "large.png")
        large.resize((320, 240)).save(folder / "small.jpg", quality=60)
        index(engine, folder)
        ids = [asset.id for asset in engine.browsing.all()]
        engine.catalog.record_hashes((asset_id, "00ff00ff00ff00ff") for asset_id in ids)
        assert len(engine.curation.duplicates.near()) == 1
        assert all(written.startswith("2:") for _, _, written in engine.catalog.content_hashes())

    def test_a_group_is_tight(self) -> None:
        chain = {"a": {"b"}, "b": {"a", "c"}, "c": {"b", "d"}, "d": {"c"}}
        assert _tight(chain, lambda *_: False) == [["b", "c"]]
        near = {"a", "c"}  # both like b, and nearly like each other
        assert _tight(chain, lambda one, other: {one, other} == near) == [["b", "c", "a"]]

    def test_the_one_that_is_kept_takes_over_what_was_said_of_the_other(
        self, engine: Engine, folder: Path, bin_of: Path
    ) -> None:
        first = pictures.save(folder / "a.png", 1)
        second = Path(shutil.copy2(first, folder / "b.png"))
        index(engine, folder)
        engine.annotations.tag([at(engine, second).id], ["gold"])
        kept, other = at(engine, first).id, at(engine, second).id
        report = finish(engine.curation.duplicates.keep(kept, [other], CancelToken()))
        assert (report.trashed, report.failed) == ((other,), ())
        assert engine.annotations.of([kept])[kept].tags == ("gold",)
        assert (first.exists(), second.exists()) == (True, False)
        assert [path.name for path in bin_of.iterdir()] == ["b.png"]
        assert engine.curation.duplicates.exact() == []

    def test_a_link_to_a_picture_is_no_duplicate_of_it(self, engine: Engine, folder: Path) -> None:
        picture = pictures.save(folder / "b.png", 1)
        (folder / "a.png").symlink_to(picture)  # keeping this one would keep nothing
        index(engine, folder)
        assert len(engine.browsing.all()) == 2
        assert engine.curation.duplicates.exact() == []
        kept = at(engine, folder / "a.png").id
        with pytest.raises(LibraryError, match="the same file"):
            finish(engine.curation.duplicates.keep(kept, [at(engine, picture).id], CancelToken()))
        assert picture.exists()

    def test_what_was_written_since_it_was_read_is_no_duplicate(
        self, engine: Engine, folder: Path
    ) -> None:
        first = pictures.save(folder / "a.png", 1)
        second = Path(shutil.copy2(first, folder / "b.png"))
        index(engine, folder)
        kept, other = at(engine, first).id, at(engine, second).id
        second.write_bytes(b"no picture any more")
        report = finish(engine.curation.duplicates.keep(kept, [other], CancelToken()))
        assert (report.trashed, [failure.path for failure in report.failed]) == ((), [second])
        index(engine)
        assert engine.curation.duplicates.exact() == []

    @pytest.mark.parametrize("is_stopped", [True, False], ids=["a stop", "a full disk"])
    def test_where_nothing_is_trashed_nothing_is_merged(
        self,
        engine: Engine,
        folder: Path,
        bin_of: Path,
        monkeypatch: pytest.MonkeyPatch,
        is_stopped: bool,
    ) -> None:
        first = pictures.save(folder / "a.png", 1)
        second = Path(shutil.copy2(first, folder / "b.png"))
        index(engine, folder)
        kept, other = at(engine, first).id, at(engine, second).id
        engine.annotations.tag([other], ["of the other"])
        cancel, merge = CancelToken(), engine.annotations.merge

        def then_stop(from_ids: Sequence[int], into_id: int) -> Edits:
            undo = merge(from_ids, into_id)
            cancel.cancel()
            return undo

        def full(*_: object, **__: object) -> None:
            raise LibraryError("The disk is full.")

        if is_stopped:
            monkeypatch.setattr(engine.annotations, "merge", then_stop)
        else:
            monkeypatch.setattr(engine.catalog, "mark_missing", full)
        with pytest.raises(Cancelled if is_stopped else LibraryError):
            finish(engine.curation.duplicates.keep(kept, [other], cancel))
        assert second.exists()
        assert engine.annotations.of([kept])[kept].tags == ()

    def test_nothing_is_trashed_when_the_one_to_keep_is_gone(
        self, engine: Engine, folder: Path
    ) -> None:
        first = pictures.save(folder / "a.png", 1)
        second = Path(shutil.copy2(first, folder / "b.png"))
        index(engine, folder)
        kept, other = at(engine, first).id, at(engine, second).id
        first.unlink()
        with pytest.raises(LibraryError, match=r"a\.png"):
            finish(engine.curation.duplicates.keep(kept, [other], CancelToken()))
        assert second.exists()


class TestTheBin:
    def test_a_trashed_picture_is_missing_and_comes_back_with_its_tags(
        self, engine: Engine, folder: Path, bin_of: Path
    ) -> None:
        path = pictures.save(folder / "a.png", 1)
        index(engine, folder)
        asset = at(engine, path)
        engine.annotations.tag([asset.id], ["gold"])
        content = path.read_bytes()
        finish(engine.curation.trash.run([asset.id], CancelToken()))
        assert at(engine, path).is_missing
        assert (bin_of / "a.png").read_bytes() == content
        (bin_of / "a.png").rename(folder / "restored.png")
        index(engine)
        assert at(engine, folder / "restored.png").id == asset.id

    def test_a_stop_tells_what_was_moved_so_that_it_can_be_taken_back(
        self, engine: Engine, folder: Path, bin_of: Path
    ) -> None:
        paths = [pictures.save(folder / f"{n}.png", n) for n in range(3)]
        index(engine, folder)
        ids = [at(engine, path).id for path in paths]
        cancel = CancelToken()
        steps = engine.curation.trash.run(ids, cancel)
        while next(steps).done < 1:
            pass
        cancel.cancel()
        report = finish(steps)
        assert (len(report.trashed), report.left) == (2, 1)
        assert [path.exists() for path in paths] == [False, False, True]
        assert set(engine.curation.trash.take_back(report.places)) == set(report.trashed)
        assert all(path.exists() for path in paths)
        stopped = CancelToken()
        stopped.cancel()
        with pytest.raises(Cancelled):
            finish(engine.curation.trash.run(ids, stopped))

    def test_a_file_that_the_catalogue_cannot_note_is_put_back_and_the_rest_stays(
        self, engine: Engine, folder: Path, bin_of: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else it would lie in the trash, and nobody could tell which to take back."""
        paths = [pictures.save(folder / f"{n}.png", n) for n in range(3)]
        index(engine, folder)
        ids = [at(engine, path).id for path in paths]
        mark = engine.catalog.mark_missing

        def full_at_the_second(asset_ids: Collection[int], *, is_missing: bool) -> None:
            if ids[1] in asset_ids:
                raise LibraryError("The disk is full.")
            mark(asset_ids, is_missing=is_missing)

        monkeypatch.setattr(engine.catalog, "mark_missing", full_at_the_second)
        report = finish(engine.curation.trash.run(ids, CancelToken()))
        assert (report.trashed, report.left) == ((ids[0],), 1)
        [failure] = report.failed
        assert (failure.path, failure.reason) == (paths[1], "The disk is full.")
        assert [path.exists() for path in paths] == [False, True, True]
        assert engine.curation.trash.take_back(report.places) == (ids[0],)

    def test_where_there_is_no_bin_nothing_is_deleted(
        self, engine: Engine, folder: Path, bin_of: Path, tmp_path: Path
    ) -> None:
        drive = tmp_path / "drive"
        drive.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "none", drive], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip("mounting needs the rights of an administrator")
        try:
            path = pictures.save(drive / "a.png", 1)
            index(engine, drive)
            subprocess.run(["mount", "-o", "remount,ro", drive], check=True)
            report = finish(engine.curation.trash.run([at(engine, path).id], CancelToken()))
            [failure] = report.failed
            assert (failure.path, report.trashed) == (path, ())
            assert "not moved to the trash" in failure.reason
            assert path.exists()
            assert not at(engine, path).is_missing
        finally:
            subprocess.run(["umount", drive], check=True)

    def test_a_missing_picture_does_not_take_along_what_is_at_its_place_now(
        self, engine: Engine, folder: Path, bin_of: Path
    ) -> None:
        first, second = pictures.save(folder / "a.png", 1), pictures.save(folder / "b.png", 2)
        index(engine, folder)
        gone = at(engine, first).id
        first.unlink()
        second.rename(first)
        index(engine)
        assert at(engine, first).id != gone
        report = finish(engine.curation.trash.run([gone], CancelToken()))
        assert (report.trashed, len(report.failed), first.exists()) == ((), 1, True)

    def test_what_is_not_in_the_library_is_left_alone(self, engine: Engine, folder: Path) -> None:
        path = pictures.save(folder / "a.png", 1)
        with pytest.raises(LibraryError, match="not in the library"):
            engine.curation.trash.find([path])


class TestIgnoreRules:
    @pytest.fixture
    def filled(self, engine: Engine, folder: Path) -> Path:
        for number, name in enumerate(("a.png", "drafts/b.png", "drafts/keep.png", "c.webp")):
            pictures.save(folder / name, number)
        index(engine, folder)
        return folder

    def names(self, engine: Engine) -> set[str]:
        return {asset.name for asset in engine.browsing.all()}

    def test_a_preview_tells_what_would_be_hidden_and_changes_nothing(
        self, engine: Engine, filled: Path
    ) -> None:
        preview = engine.ignore_rules.preview("drafts/")
        assert (preview.hides, preview.shows) == (2, 0)
        assert {asset.name for asset in preview.examples} == {"b.png", "keep.png"}
        assert len(self.names(engine)) == 4
        assert engine.ignore_rules.patterns() == ()

    def test_what_is_hidden_is_neither_shown_nor_found_and_comes_back_with_its_tags(
        self, engine: Engine, filled: Path
    ) -> None:
        hidden = at(engine, filled / "drafts" / "b.png")
        engine.annotations.tag([hidden.id], ["gold"])
        engine.ignore_rules.add("drafts/")
        assert self.names(engine) == {"a.png", "c.webp"}
        assert engine.catalog.words.find("drafts", 9) == {}
        query = Query.like(filled / "drafts" / "b.png", limit=2)
        assert {hit.asset.name for hit in engine.searching.search(query).hits} == {
            "a.png",
            "c.webp",
        }
        pictures.save(filled / "drafts" / "new.png", 9)
        index(engine)
        status = engine.status.read()
        assert (status.assets, status.missing, status.pending) == (2, 0, 0)
        assert engine.ignore_rules.remove("drafts/") == 2
        assert self.names(engine) == {"a.png", "c.webp", "b.png", "keep.png"}
        assert engine.annotations.of([hidden.id])[hidden.id].tags == ("gold",)
        index(engine)
        assert "new.png" in self.names(engine)

    def test_an_exception_shows_a_part_again(self, engine: Engine, filled: Path) -> None:
        engine.ignore_rules.add("drafts/*")
        assert engine.ignore_rules.preview("!keep.png").shows == 1
        engine.ignore_rules.add("!keep.png")
        index(engine)
        assert self.names(engine) == {"a.png", "c.webp", "keep.png"}

    def test_what_is_no_rule_is_refused(self, engine: Engine, filled: Path) -> None:
        for pattern in ("", "# comment", "a\nb", "!"):
            with pytest.raises(UsageError):
                engine.ignore_rules.preview(pattern)
        with pytest.raises(UsageError, match="no rule"):
            engine.ignore_rules.remove("never")
