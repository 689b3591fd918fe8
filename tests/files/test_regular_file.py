"""Reading what may be anything: it never blocks, and never takes more than asked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from desktop.core.errors import FileDamaged, FileTooLarge, FileUnreadable, FileUnsupported
from desktop.files.content_hash import content_hash
from desktop.files.regular_file import (
    NotRegular,
    open_guarded,
    open_regular_file,
    read_regular_file,
    read_up_to,
)

needs_pipes = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")


def test_a_link_is_followed_only_where_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"data")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "a")
    with open_guarded(link) as file:
        assert file.read() == b"data"
    with pytest.raises(NotRegular), open_guarded(link, follow_links=False):
        pass


@needs_pipes
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegular):
        content_hash(tmp_path / "pipe")
    with pytest.raises(FileUnsupported, match="pipe"), open_regular_file(tmp_path / "pipe"):
        pass


@needs_pipes
def test_nor_does_a_pipe_block_that_took_the_files_place_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"data")
    real = os.open

    def swapped(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return real(name, flags)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(NotRegular), open_guarded(path):
        pass


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileUnsupported, match="folder"):
        read_regular_file(tmp_path, 10)
    with pytest.raises(FileUnreadable, match="not there"):
        read_regular_file(tmp_path / "a", 10)
    with pytest.raises(FileNotFoundError):
        content_hash(tmp_path / "a")


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    assert read_regular_file(path, 10) == b"0123456789"
    with pytest.raises(FileTooLarge):
        read_regular_file(path, 9)
    with open_guarded(path) as file:
        assert (read_up_to(file, 4), read_up_to(file, 10), read_up_to(file, 10)) == (
            b"0123",
            b"456789",
            b"",
        )


def test_an_empty_file_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(FileDamaged, match="empty"):
        read_regular_file(tmp_path / "a", 10)
