"""Pipes, devices and files without end in the place of every file that is read from outside."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.config.settings import load_settings
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, FileError, PlantainError
from desktop.core.progress import finish
from desktop.embedding.models.checkpoint import identify
from desktop.embedding.models.manifest import MANIFEST_NAME, read_manifest
from desktop.files.content_hash import content_hash, sha256_of
from desktop.files.regular_file import NotRegular, open_guarded, read_guarded
from desktop.library.import_picture import save_picture_as
from desktop.library.spool import Spool
from desktop.media.decode import load_picture
from desktop.media.installed_fonts import fonts_in
from desktop.media.video.renditions import load_video
from desktop.services.backup.restore import restore

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices by name")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


READERS: dict[str, Callable[[Path], object]] = {
    "settings": load_settings,
    "a model's description": lambda path: read_manifest(path.parent),
    "a checkpoint": identify,
    "a picture": load_picture,
    "a video": lambda path: load_video(path, 64, None),
    "a backup": lambda path: finish(restore(path, path.with_name("new"), CancelToken())),
    "what is hashed": content_hash,
    "what is downloaded": sha256_of,
    "a picture that is there": lambda path: save_picture_as(path, b""),
}
NAMES = {"a model's description": MANIFEST_NAME, "a video": "a.mp4"}


@pytest.mark.parametrize("make", [pipe, endless], ids=["a pipe", "without end"])
@pytest.mark.parametrize("what", READERS)
def test_in_place_of_anything_it_is_refused_at_once(
    tmp_path: Path, what: str, make: Callable[[Path], None]
) -> None:
    path = tmp_path / NAMES.get(what, "file.bin")
    make(path)
    with pytest.raises((PlantainError, OSError)):
        READERS[what](path)


PASSED_OVER: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a font": ("a.ttf", lambda path: fonts_in([path.parent])),
    "an answer": ("a.answer", lambda path: Spool(path.parent, path.parent / "t").load("a")),
    "a place": ("a.place", lambda path: Spool(path.parent, path.parent / "t").waiting()),
}


@pytest.mark.parametrize("make", [pipe, endless], ids=["a pipe", "without end"])
@pytest.mark.parametrize("what", PASSED_OVER)
def test_among_others_it_is_passed_over_at_once(
    tmp_path: Path, what: str, make: Callable[[Path], None]
) -> None:
    name, read = PASSED_OVER[what]
    make(tmp_path / name)
    assert not read(tmp_path / name)


def test_a_file_that_becomes_a_pipe_between_looking_and_opening_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "picture.png"
    os.mkfifo(path)
    regular = os.stat(__file__)  # noqa: PTH116
    monkeypatch.setattr(Path, "stat", lambda *_, **__: regular)
    with pytest.raises(NotRegular), open_guarded(path):
        pass


def test_a_small_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"x" * 100)
    assert read_guarded(path, 100) == b"x" * 100
    with pytest.raises(OSError, match="large") as caught:
        read_guarded(path, 99)
    assert caught.value.errno == errno.EFBIG


@pytest.mark.timeout(60)  # to read it would take hours
@pytest.mark.parametrize("size", [8 << 40, 40 << 30, 2 << 30])
def test_a_film_that_is_mostly_a_hole_is_refused_before_it_is_read(
    tmp_path: Path, size: int
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(4096))
    try:
        os.truncate(path, size)
    except OSError:
        pytest.skip("no file is that large here")
    with pytest.raises(FileError):
        load_video(path, 64, None)


def test_hashing_ends_at_the_limit_and_at_a_cancel(tmp_path: Path) -> None:
    path = tmp_path / "growing.bin"
    path.write_bytes(bytes(10_000))
    with pytest.raises(OSError, match="too large"):
        content_hash(path, max_bytes=9_999)
    assert content_hash(path, max_bytes=10_000) == content_hash(path.read_bytes())
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        content_hash(path, cancel=cancel)
