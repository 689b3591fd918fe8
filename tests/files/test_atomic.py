"""A file is written whole or not at all, and takes another's place only where it may."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.files.atomic import atomic_path, leftovers, remove, try_writing, write_file
from desktop.files.new_file import new_file


class Interrupted(Exception):
    """What ends the writing halfway."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("replace", [True, False])
def test_a_file_appears_with_its_permissions(tmp_path: Path, replace: bool) -> None:
    path = tmp_path / "a.json"
    write_file(path, b"data", replace=replace, mode=0o600)
    assert path.read_bytes() == b"data"
    assert names(tmp_path) == ["a.json"]
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with atomic_path(path, replace=True) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert leftovers(tmp_path) == [temporary], "a kill now leaves what can be found"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("replace", [True, False])
def test_an_error_while_writing_leaves_everything_as_it_was(tmp_path: Path, replace: bool) -> None:
    (tmp_path / "a.json").write_bytes(b"old")
    target = tmp_path / ("a.json" if replace else "b.json")
    with pytest.raises(Interrupted), atomic_path(target, replace=replace) as temporary:
        temporary.write_bytes(b"ha")
        raise Interrupted
    assert names(tmp_path) == ["a.json"]
    assert (tmp_path / "a.json").read_bytes() == b"old"


def test_a_file_that_may_not_be_replaced_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write_file(path, b"new", replace=False)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_nor_one_that_appears_meanwhile_nor_a_link_to_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(FileExistsError), atomic_path(path, replace=False):
        path.write_bytes(b"another's")
    assert path.read_bytes() == b"another's"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        write_file(link, b"new", replace=False)
    assert names(tmp_path) == ["a.json", "link"]


def test_the_bytes_reach_the_disk_before_the_name_unless_that_is_not_worth_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    were_there: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: were_there.append(path.exists()))
    write_file(path, b"data", replace=True)
    assert were_there == [False]
    write_file(path, b"data", replace=True, sync=False)
    assert len(were_there) == 1


def test_a_full_disk_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        write_file(path, b"new", replace=True)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_what_older_versions_left_behind_is_found_too_and_nothing_else(tmp_path: Path) -> None:
    left = [f"{'0a' * 16}.x7_d.tmp", ".settings-k2", ".plantain-a", ".plantain-catalog.sqlite"]
    for name in (*left, "mine.tmp", ".hidden", "abc.x.tmp", "settings.json"):
        (tmp_path / name).touch()
    found = leftovers(tmp_path, tmp_path / "not there")
    assert sorted(path.name for path in found) == sorted(left)
    for path in found:
        remove(path)
    assert names(tmp_path) == [".hidden", "abc.x.tmp", "mine.tmp", "settings.json"]


def test_removing_takes_whole_folders_but_not_what_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").touch()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    for name in ("folder", "link", "not there"):
        remove(tmp_path / name)
    assert names(tmp_path) == ["kept"]
    assert names(tmp_path / "kept") == ["a"]


def test_a_folder_is_tried_without_a_trace(tmp_path: Path) -> None:
    try_writing(tmp_path / "new")
    assert names(tmp_path / "new") == []
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        try_writing(tmp_path / "file")


def test_who_asked_for_a_new_file_is_told_why_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.zip"
    with new_file(path, "The back-up") as file:
        file.write(b"data")
        assert not path.exists()
    assert path.read_bytes() == b"data"
    with pytest.raises(LibraryError, match="exists already"), new_file(path, "The back-up"):
        pass
    within = path / "folder" / "b.zip"
    with (
        pytest.raises(LibraryError, match=r"The back-up could not be saved as .*b\.zip"),
        new_file(within, "The back-up"),
    ):
        pass
    assert path.read_bytes() == b"data"
