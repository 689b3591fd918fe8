from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.library.import_picture import save_picture, save_picture_as


def test_a_picture_is_saved_under_a_name_made_from_its_title(tmp_path: Path) -> None:
    path = save_picture(tmp_path / "new", b"data", title="A red cape, at night!", suffix=".png")
    assert path.read_bytes() == b"data"
    assert path.name.endswith("-A-red-cape-at-night.png")


def test_pictures_of_one_title_never_replace_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(
            pool.map(
                lambda n: save_picture(tmp_path, str(n).encode(), title="same", suffix=".png"),
                range(20),
            )
        )
    assert len(set(paths)) == 20
    assert sorted(int(path.read_bytes()) for path in paths) == list(range(20))


@pytest.mark.parametrize("title", ["", "///", "红色丝绸披风" * 30, "a" * 500, "🎨\n\x00"])
def test_any_title_gives_a_valid_name(tmp_path: Path, title: str) -> None:
    path = save_picture(tmp_path, b"data", title=title, suffix=".jpg")
    assert path.parent == tmp_path
    assert len(os.fsencode(path.name)) <= 255


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    path = save_picture(tmp_path, b"data", title="x", suffix=".png")
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(b"precious")
    with pytest.raises(LibraryError, match="exists already"):
        save_picture_as(path, b"data")
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_works_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert save_picture(tmp_path, b"data", title="x", suffix=".png").read_bytes() == b"data"
    with pytest.raises(LibraryError):
        save_picture_as(next(tmp_path.iterdir()), b"other")


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LibraryError, match="could not be saved") as caught:
        save_picture(tmp_path / "file" / "x", b"data", title="x", suffix=".png")
    assert "overwritten" in caught.value.safe


def test_where_there_are_no_hard_links_nothing_half_written_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links")

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "a.png"
    assert save_picture_as(target, b"whole").read_bytes() == b"whole"
    real = os.fsync
    calls: list[int] = []

    def fill_up(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:  # the first is the temporary file's
            raise OSError(errno.ENOSPC, "full")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fill_up)
    with pytest.raises(LibraryError, match="could not be saved"):
        save_picture_as(tmp_path / "b.png", b"half")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
