"""Answers that were paid for, from the moment they came until their pictures are in the library,
and from then on those that a next turn is asked with.

A file each: one line of JSON, then the answer as it came over the wire. Where the library's disk
takes nothing more another folder is tried, and in between the answer stays in memory.
"""

from __future__ import annotations

import io
import json
import logging
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.core.generation_record import GenerationRecord
from desktop.files.atomic import sync_folder, write_file
from desktop.files.checked_json import checked, parse_json
from desktop.files.record_json import plain_record, record_from
from desktop.files.regular_file import MOST_BYTES_OF_TEXT, open_guarded, read_guarded

_SUFFIX = ".answer"
_UNREADABLE = ".unreadable"
_MOST_BYTES = 256 << 20
"""Of an answer; a reply over the wire has 96 MiB at most."""
PLACE = ".place"
"""Of a file that names the folder of an answer that a person had kept elsewhere."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpooledAnswer:
    """One answer.

    Attributes:
        record: what was asked and of whom; ``record.attempt`` names the answer.
        body: as it came, nothing taken out.
        out: the file that was named for its picture.
    """

    record: GenerationRecord
    body: bytes
    out: Path | None = None

    @property
    def key(self) -> str:
        return self.record.attempt


@dataclass(frozen=True, slots=True)
class TurnFile:
    """One that was archived. Attributes: size: bytes; modified_ns: since the epoch."""

    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class _Head:
    """``out`` as the hexadecimal digits of its bytes."""

    record: dict[str, Any]
    out: str = ""


class Spool:
    """Keeps answers.

    Args:
        folder: the library's own. It is made alone: a library that was moved away is not begun
            anew.
        turns: where those are kept whose pictures are in the library.
        elsewhere: where else to try.
    """

    def __init__(self, folder: Path, turns: Path, *elsewhere: Path) -> None:
        self._own = folder
        self._turns = turns
        self._folders: tuple[Path, ...] = (folder, *elsewhere)
        self._lock = threading.Lock()
        self._held: dict[str, SpooledAnswer] = {}

    def keep(self, answer: SpooledAnswer) -> bool:
        """On a disk, all of it, when this returns True; in memory alone when False."""
        if any(self._written(folder, answer) for folder in self._folders):
            return True
        with self._lock:
            self._held[answer.key] = answer
        return False

    def keep_in(self, folder: Path, key: str) -> bool:
        """A person names another folder for an answer that is in memory alone. It stays there too
        where nothing can be written that leads to that folder after the next start."""
        with self._lock:
            answer = self._held.get(key)
        if answer is None or not self._written(folder, answer):
            return False
        is_found_again = any(_led_to(own / f"{key}{PLACE}", folder) for own in self._folders)
        with self._lock:
            self._folders = (*self._folders, folder)
            if is_found_again:
                del self._held[key]
        return True

    @property
    def holds_any(self) -> bool:
        """There is an answer that nobody would find after the next start."""
        with self._lock:
            return bool(self._held)

    def load(self, key: str) -> SpooledAnswer | None:
        """The answer of that attempt."""
        with self._lock:
            if key in self._held:
                return self._held[key]
        paths = (folder / f"{key}{_SUFFIX}" for folder in self._folders_of(key))
        return next((found for path in paths if (found := _read(path)) is not None), None)

    def waiting(self) -> list[str]:
        """Keys of all answers that wait, the oldest first."""
        with self._lock:
            held = list(self._held)
        files: list[tuple[float, str]] = []
        for path in self._answers():
            with suppress(OSError):  # gone meanwhile
                files.append((path.stat().st_mtime, path.stem))
        return [*dict.fromkeys([*(key for _, key in sorted(files)), *held])]

    def unsaved(self) -> Iterator[tuple[str, Path | bytes]]:
        """All answers that wait, wherever they are: the name of a file for each, and that file, or
        what would be in it."""
        for path in self._answers():
            yield path.name, path
        with self._lock:
            held = list(self._held.values())
        for answer in held:
            yield f"{answer.key}{_SUFFIX}", _file_of(answer)

    def remove(self, key: str) -> None:
        """Its pictures are in the library."""
        with self._lock:
            self._held.pop(key, None)
        for folder in self._folders_of(key):
            with suppress(OSError):
                (folder / f"{key}{_SUFFIX}").unlink(missing_ok=True)
        for folder in self._folders:
            with suppress(OSError):
                (folder / f"{key}{PLACE}").unlink(missing_ok=True)

    def archive(self, key: str) -> None:
        """Its pictures are in the library; the answer is kept as it came, for a next turn.

        Where that cannot be, nothing is lost but the talk: its pictures can still be gone on from.
        """
        with suppress(OSError):
            self._turns.mkdir(exist_ok=True, mode=0o700)
            (self._own / f"{key}{_SUFFIX}").replace(self._turns / f"{key}{_SUFFIX}")
        self.remove(key)

    def turn(self, key: str) -> SpooledAnswer | None:
        """An answer that was archived."""
        return _read(self._turns / f"{key}{_SUFFIX}")

    def has_turn(self, key: str) -> bool:
        """It was archived, and is still there."""
        return bool(key) and (self._turns / f"{key}{_SUFFIX}").is_file()

    def turn_record(self, key: str) -> GenerationRecord | None:
        """What was asked for it, without reading the answer."""
        return _read_record(self._turns / f"{key}{_SUFFIX}")

    def turn_files(self) -> dict[str, TurnFile]:
        """All answers that were archived, by their keys."""
        found: dict[str, TurnFile] = {}
        for path in self._turns.glob(f"*{_SUFFIX}"):
            with suppress(OSError):
                stat = path.stat()
                found[path.stem] = TurnFile(stat.st_size, stat.st_mtime_ns)
        return found

    def remove_turn(self, key: str) -> None:
        """Nothing goes on from it any more."""
        with suppress(OSError):
            (self._turns / f"{key}{_SUFFIX}").unlink(missing_ok=True)

    def set_aside(self, key: str) -> None:
        """Nobody can read it; it is kept, and not tried again."""
        with self._lock:
            self._held.pop(key, None)
        for folder in self._folders_of(key):
            with suppress(OSError):
                path = folder / f"{key}{_SUFFIX}"
                path.replace(path.with_suffix(_UNREADABLE))

    def _folders_of(self, key: str) -> list[Path]:
        """Where that answer may be."""
        folders = [*self._folders]
        for folder in self._folders:
            with suppress(OSError):
                folders.append(Path(os.fsdecode(read_guarded(folder / f"{key}{PLACE}"))))
        return folders

    def _answers(self) -> Iterator[Path]:
        """All files that hold one."""
        for folder in self._folders:
            places: list[Path] = []
            with suppress(OSError):
                yield from folder.glob(f"*{_SUFFIX}")
                places = [*folder.glob(f"*{PLACE}")]
            for place in places:
                with suppress(OSError, ValueError):
                    named = Path(os.fsdecode(read_guarded(place))) / f"{place.stem}{_SUFFIX}"
                    if named.is_file():
                        yield named

    def _written(self, folder: Path, answer: SpooledAnswer) -> bool:
        path = folder / f"{answer.key}{_SUFFIX}"
        try:
            folder.mkdir(exist_ok=True, parents=folder != self._own, mode=0o700)
            write_file(path, _file_of(answer), replace=True, mode=0o600)
            sync_folder(folder)
        except OSError as error:
            _LOG.warning("an answer is not kept in %s: %s", folder, error.strerror)
            return False
        return True


def _led_to(place: Path, folder: Path) -> bool:
    """Whether the file ``place`` names ``folder`` now, on the disk."""
    try:
        write_file(place, os.fsencode(folder.absolute()), replace=True, mode=0o600)
        sync_folder(place.parent)
    except OSError as error:
        _LOG.warning("where an answer is kept is not written down: %s", error.strerror)
        return False
    return True


def _file_of(answer: SpooledAnswer) -> bytes:
    head = {
        "record": plain_record(answer.record),
        "out": os.fsencode(answer.out).hex() if answer.out else "",
    }
    return b"\n".join((json.dumps(head).encode("ascii"), answer.body))


def _read(path: Path) -> SpooledAnswer | None:
    """None where there is no such file, or one that is not of our making."""
    with _told_of(path):
        head, _, body = read_guarded(path, _MOST_BYTES).partition(b"\n")
        written = checked(parse_json(head), _Head)
        out = bytes.fromhex(written.out)
        return SpooledAnswer(
            record_from(written.record), body, Path(os.fsdecode(out)) if out else None
        )
    return None


def _read_record(path: Path) -> GenerationRecord | None:
    """The same of its first line alone."""
    with _told_of(path), open_guarded(path) as file, io.BufferedReader(file) as lines:
        head = lines.readline(MOST_BYTES_OF_TEXT)
        return record_from(checked(parse_json(head), _Head).record)
    return None


@contextmanager
def _told_of(path: Path) -> Generator[None]:
    """A file that cannot be read is named in the log; one that is not there is nothing."""
    try:
        yield
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        _LOG.warning("the spooled answer %s cannot be read: %s", path, type(error).__name__)
