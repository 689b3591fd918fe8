"""What happens in a folder is told: soon, once, and when it is over."""

from __future__ import annotations

import queue
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.library.folders import watch
from desktop.library.folders.watch import Watcher
from desktop.media.formats.registry import is_picture

SOON_S = 20.0
"""Until which something must be told; much longer than it takes."""


class Listener:
    """A watcher, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.roots = [folder / "one", folder / "two"]
        for root in self.roots:
            root.mkdir()
        self.private = self.roots[0] / "library"
        self.private.mkdir()
        self.told: queue.Queue[frozenset[Path]] = queue.Queue()
        self.limits: list[str] = []
        self.watcher = Watcher(
            lambda: [root for root in self.roots if root.is_dir()],
            is_picture,
            self.private,
            self.told.put,
            self.limits.append,
        )

    def wait_for(self, *paths: Path) -> None:
        """Until all of them were told."""
        waiting = set(paths)
        while waiting:
            waiting -= self.told.get(timeout=SOON_S)

    def begin(self) -> None:
        """Return when changes are noticed: the thread takes a moment to begin."""
        self.watcher.start()
        sign = self.roots[0] / "sign.png"
        self.wait_until_noticed(sign)
        while not self.told.empty():
            self.wait_for(sign)

    def wait_until_noticed(self, sign: Path) -> None:
        """Write ``sign`` now and then until it is told, so that its folder is watched."""
        deadline = time.monotonic() + SOON_S
        told: set[Path] = set()
        while sign not in told:
            assert time.monotonic() < deadline
            sign.write_bytes(str(time.monotonic()).encode())
            time.sleep(0.5)
            while not self.told.empty():
                told |= self.told.get()


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.setattr(watch, "_TICK_S", 0.05)
    monkeypatch.setattr(watch, "_QUIET_S", 0.3)
    monkeypatch.setattr(watch, "_PATIENCE_S", 1.0)
    monkeypatch.setattr(watch, "_ROOTS_EVERY_S", 0.3)
    monkeypatch.setattr(watch, "_FIRST_RESCAN_S", 600)
    listener = Listener(tmp_path)
    yield listener
    listener.watcher.stop()


def test_a_catalogue_that_does_not_answer_for_a_moment_ends_no_watching(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.begin()
    asked = threading.Event()

    def fail() -> list[Path]:
        asked.set()
        raise LibraryError("The catalogue could not be read: disk I/O error.")

    with monkeypatch.context() as failing:
        failing.setattr(listener.watcher, "_roots", fail)
        assert asked.wait(SOON_S)
        asked.clear()
        assert asked.wait(SOON_S)
    listener.wait_until_noticed(listener.roots[1] / "later.png")


def test_a_disk_that_hangs_does_not_keep_anybody_from_closing(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.begin()
    answers, asked = threading.Event(), threading.Event()

    def hang(_: Path) -> None:
        asked.set()
        answers.wait()

    monkeypatch.setattr(watch, "_status", hang)
    monkeypatch.setattr(watch, "_ENDING_S", 0.1, raising=False)
    (listener.roots[0] / "a.png").write_bytes(b"1")
    assert asked.wait(SOON_S)
    stopping = threading.Thread(target=listener.watcher.stop, daemon=True)
    stopping.start()
    stopping.join(SOON_S)
    is_over = not stopping.is_alive()
    answers.set()
    listener.watcher._thread.join()
    assert is_over
    assert listener.told.empty()


def test_new_renamed_and_removed_files_and_folders_are_told(listener: Listener) -> None:
    listener.begin()
    one, two = listener.roots
    (one / "deep").mkdir()
    (one / "deep" / "a.png").write_bytes(b"x")  # perhaps before the new folder is watched
    listener.wait_for(one / "deep")
    (one / "deep").rename(two / "moved")
    listener.wait_for(one / "deep", two / "moved")
    (two / "moved" / "a.png").unlink()
    listener.wait_for(two / "moved" / "a.png")


def test_what_no_library_wants_is_not_told(listener: Listener) -> None:
    listener.begin()
    one = listener.roots[0]
    for name in ("notes.txt", ".hidden.png", "library/thumbnail.png"):
        (one / name).write_bytes(b"x")
    (one / "wanted.png").write_bytes(b"x")
    assert listener.told.get(timeout=SOON_S) == {one / "wanted.png"}
    assert listener.told.empty()


def test_a_file_that_grows_is_told_when_it_has_stopped_and_holds_up_no_other(
    listener: Listener,
) -> None:
    listener.begin()
    while True:
        growing, other = listener.roots[0] / "video.png", listener.roots[0] / "other.png"
        other.write_bytes(b"x")
        told: set[Path] = set()
        longest_pause, written = 0.0, time.monotonic()
        with growing.open("wb", buffering=0) as file:
            for _ in range(40):
                file.write(b"x" * 1000)
                longest_pause = max(longest_pause, time.monotonic() - written)
                written = time.monotonic()
                time.sleep(0.05)
                while not listener.told.empty():
                    told |= listener.told.get()
        if longest_pause < watch._QUIET_S / 2:
            break
        listener.wait_for(growing)  # a busy machine let it rest: once more
    assert told == {other}
    listener.wait_for(growing)


def test_a_drive_that_comes_or_goes_is_told(listener: Listener, tmp_path: Path) -> None:
    listener.begin()
    drive = listener.roots[1]
    drive.rename(tmp_path / "away")
    listener.wait_for(drive)
    (tmp_path / "away").rename(drive)
    listener.wait_for(drive)
    listener.wait_until_noticed(drive / "a.png")


def test_what_is_written_to_a_folder_once_it_was_told_is_never_missed(listener: Listener) -> None:
    new = listener.roots.pop()
    listener.begin()
    listener.roots.append(new)
    listener.wait_for(new)
    (new / "a.png").write_bytes(b"x")
    listener.wait_for(new / "a.png")


def test_where_the_system_cannot_watch_it_says_so_and_folders_are_told_now_and_then(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    monkeypatch.setattr(watch, "_FIRST_RESCAN_S", 0.5)
    monkeypatch.setattr(watch, "_RESCAN_EVERY_S_UNTOLD", 0.5)
    listener.watcher.start()
    for _ in range(2):
        assert listener.told.get(timeout=SOON_S) == frozenset(listener.roots)
    assert len(listener.limits) == 1
    assert "cannot watch" in listener.limits[0]


def test_thousands_of_changes_at_once_are_told_as_their_folder(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_MANY", 10)
    listener.begin()
    shutil.copytree(_many(listener.private), listener.roots[1] / "many")
    told: set[Path] = set()
    while listener.roots[1] not in told:
        told |= listener.told.get(timeout=SOON_S)
    assert len(told) <= 11


def _many(folder: Path) -> Path:
    for number in range(100):
        (folder / f"{number}.png").write_bytes(b"x")
    return folder
