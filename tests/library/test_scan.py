"""Walking folders of every kind, the wicked ones included."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.library.folders.scan import FoundFile, ScanFailure, scan
from desktop.media.formats.registry import is_picture


def names(root: Path) -> list[str]:
    found = scan(root, is_picture)
    return [os.fsdecode(f.relative_path) for f in found if isinstance(f, FoundFile)]


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_finds_pictures_below_in_any_letter_case_in_name_order(tmp_path: Path) -> None:
    for name in ("b/z.JPG", "b/a.Png", "a.jpeg", "notes.txt", "b/c/deep.webp"):
        touch(tmp_path / name)
    assert names(tmp_path) == ["a.jpeg", "b/a.Png", "b/z.JPG", "b/c/deep.webp"]


def test_tells_size_and_time(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.png")
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    [found] = scan(tmp_path, is_picture)
    status = path.stat()
    expected = FoundFile(b"a.png", 1, 1_234_567_890_123_456_789)
    assert found == expected._replace(file_id=f"{status.st_dev}:{status.st_ino}")


def test_passes_over_hidden_files_and_system_folders(tmp_path: Path) -> None:
    for name in (".hidden/a.png", "._a.png", "__MACOSX/a.png", "seen.png"):
        touch(tmp_path / name)
    assert names(tmp_path) == ["seen.png"]


def test_a_hidden_folder_that_was_asked_for_is_scanned(tmp_path: Path) -> None:
    touch(tmp_path / ".refs/a.png")
    assert names(tmp_path / ".refs") == ["a.png"]


def test_link_loops_end_and_nothing_is_found_twice(tmp_path: Path) -> None:
    touch(tmp_path / "a/one.png")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert names(tmp_path) == ["a/one.png"]


def test_a_link_to_a_file_is_found_where_somebody_put_it(tmp_path: Path) -> None:
    touch(tmp_path / "capes/red.png")
    (tmp_path / "best").mkdir()
    (tmp_path / "best/first.png").symlink_to(tmp_path / "capes/red.png")
    assert names(tmp_path) == ["best/first.png", "capes/red.png"]


def test_links_that_lead_out_are_followed_once(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere/far.png")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/one").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root/two").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root/three.png").symlink_to(tmp_path / "elsewhere/far.png")
    assert names(tmp_path / "root") == ["three.png", "one/far.png"]


def test_a_dangling_link_is_reported_and_the_rest_is_found(tmp_path: Path) -> None:
    touch(tmp_path / "good.png")
    (tmp_path / "gone.png").symlink_to("/nowhere/at/all.png")
    failures = [f for f in scan(tmp_path, is_picture) if isinstance(f, ScanFailure)]
    assert [f.path.name for f in failures] == ["gone.png"]
    assert "not there" in failures[0].reason
    assert names(tmp_path) == ["good.png"]


@pytest.mark.parametrize(
    "name", ["line\nbreak.png", "🎨 brush.png", "红色披风.png", "quote'\".png", "caf\udce9.png"]
)
def test_names_of_every_kind_survive(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    assert names(tmp_path) == [name]


def test_a_folder_that_cannot_be_opened_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "locked/a.png")
    touch(tmp_path / "open/b.png")
    real = os.scandir

    def guarded(path: str) -> object:
        # Permission bits do not stop root, under which tests may run.
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = list(scan(tmp_path, is_picture))
    assert [f.relative_path for f in found if isinstance(f, FoundFile)] == [b"open/b.png"]
    [failure] = [f for f in found if isinstance(f, ScanFailure)]
    assert failure.path == tmp_path / "locked"
    assert "permission" in failure.reason


def test_plantains_own_folder_is_never_entered(tmp_path: Path) -> None:
    touch(tmp_path / "mine/a.png")
    touch(tmp_path / "library/thumbnails/b.png")
    touch(tmp_path / "library/catalog.sqlite")
    touch(tmp_path / "library/in-use.lock")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/link").symlink_to(tmp_path / "library")
    assert names(tmp_path) == ["mine/a.png"]
    assert names(tmp_path / "elsewhere") == []


def test_a_part_of_a_root_is_walked_as_the_whole_would_be(tmp_path: Path) -> None:
    touch(tmp_path / "c/p.png")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/to c").symlink_to(tmp_path / "c")
    assert list(scan(tmp_path / "b", is_picture, within=tmp_path)) == []
