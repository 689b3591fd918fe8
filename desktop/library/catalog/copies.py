"""Whole copies of a catalogue: there completely or not at all, and told from damaged ones."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desktop.files.atomic import atomic_path
from desktop.library.catalog.migrations import CATALOG_VERSION


@dataclass(frozen=True, slots=True)
class WholeCopy:
    """A copy that can be restored.

    Attributes:
        made_at: seconds since the epoch.
        version: of the catalogue; an older one is migrated when it is opened.
    """

    path: Path
    made_at: float
    version: int


def write_copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy a database that may be in use, with all that was committed, into one file.

    Raises:
        OSError, sqlite3.Error: the disk is full or the folder cannot be written; nothing is left.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        atomic_path(target, replace=True) as temporary,
        closing(sqlite3.connect(temporary)) as copy,
    ):
        source.backup(copy)
        # Or whoever opens it makes two more files beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def oldest_first(paths: Iterable[Path], now: float) -> list[Path]:
    """By when they were written; those of a time to come were before the clock was put back."""
    times = {path: path.stat().st_mtime for path in paths}
    return sorted(times, key=lambda path: (times[path] <= now, times[path], path.name))


def newest_whole(folder: Path) -> WholeCopy | None:
    """The newest copy in ``folder`` that is whole; damaged and newer versions are passed over."""
    paths = [path for path in folder.glob("*.sqlite") if not path.name.startswith(".")]
    for path in reversed(oldest_first(paths, time.time())):
        version = whole_version(path)
        if version:
            return WholeCopy(path, path.stat().st_mtime, version)
    return None


def whole_version(path: Path) -> int:
    """Version of the catalogue in this copy; 0 when it is damaged, foreign, or from a newer
    Plantain. Reads all of it and changes nothing."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as copy:
            version = int(copy.execute("PRAGMA user_version").fetchone()[0])
            [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
            has_library = copy.execute("SELECT COUNT(*) FROM library").fetchone()[0] == 1
    except sqlite3.Error:
        return 0
    is_whole = verdict == "ok" and has_library and 1 <= version <= CATALOG_VERSION
    return version if is_whole else 0


def place_copy(copy: Path, target: Path, prepare: Callable[[Path], None]) -> None:
    """Put a copy where nothing is, whole or not at all; ``prepare`` may change it before.

    Raises:
        OSError, sqlite3.Error: the disk is full or the folder cannot be written.
    """
    with atomic_path(target, replace=True) as temporary:
        shutil.copyfile(copy, temporary)
        prepare(temporary)
