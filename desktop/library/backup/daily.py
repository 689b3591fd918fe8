"""A copy of the catalogue a day, kept for the day on which it is damaged.

What people entered is in the catalogue alone, so it is copied without being asked. Copies that
migrations make first are kept here too, under names of their own, and are never removed.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.library.catalog.copies import WholeCopy, newest_whole, oldest_first, write_copy
from desktop.library.catalog.database import Database, unusable

_KEPT = 7
_KEPT_AT_LEAST = 2
_KEPT_BYTES = 4 << 30
"""Large libraries keep fewer copies, as many as take up no more than this."""
_DAY_S = 24 * 3600.0
_LOG = logging.getLogger(__name__)


def copy_catalog(database: Database, target: Path) -> None:
    """The catalogue at this moment as one file, while it is in use.

    Raises:
        LibraryError: the disk is full or cannot be written to; nothing is left.
    """
    try:
        write_copy(database.connection, target)
    except (OSError, sqlite3.Error) as error:
        raise unusable(target, error) from error


class DailyBackups:
    """Copies of an open catalogue in ``folder``.

    Args:
        clock: seconds since the epoch.
    """

    def __init__(
        self, database: Database, folder: Path, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock

    def last_whole(self) -> WholeCopy | None:
        """The newest copy that can be restored."""
        return newest_whole(self._folder)

    def make_if_due(self) -> Path | None:
        """Copy the catalogue unless that was done within a day; returns the new copy.

        Any thread may call it while others write: the copy is of one moment. A disk without room
        for it is left alone.

        Raises:
            LibraryError: the folder cannot be written to.
        """
        now = self._clock()
        try:
            kept = self._copies()
            # A time to come is one before the clock was put back; it says nothing.
            if self._database.is_read_only or any(
                0 <= now - path.stat().st_mtime < _DAY_S for path in kept
            ):
                return None
            if not self._database.read("SELECT 1 FROM roots LIMIT 1"):
                return None  # a new library: today's copy is better made of what comes into it
            self._database.require_there()
            self._folder.mkdir(exist_ok=True)
            needed = 2 * self._database.path.stat().st_size
            if shutil.disk_usage(self._folder).free < needed:
                _LOG.warning("no room for today's copy of the catalogue (%d bytes)", needed)
                return None
            stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
            made = self._folder / f"{self._database.path.stem}-daily-{stamp}.sqlite"
            copy_catalog(self._database, made)
            os.utime(made, (now, now))  # the order of copies is that of this clock
            self._forget_old()
        except OSError as error:
            raise unusable(self._database.path, error) from error
        _LOG.info("copied the catalogue to %s", made.name)
        return made

    def copy_now(self, why: str) -> Path:
        """A copy that is never removed, before something is done that might go wrong.

        Args:
            why: a part of its name.

        Raises:
            LibraryError: the disk is full, or the folder cannot be written to.
        """
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(self._clock()))
        target = self._folder / f"{self._database.path.stem}-{why}-{stamp}.sqlite"
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unusable(self._database.path, error) from error
        copy_catalog(self._database, target)
        return target

    def keep_up(self) -> None:
        """As ``make_if_due``; a failure is logged and disturbs nobody."""
        try:
            self.make_if_due()
        except LibraryError as error:
            _LOG.warning("no copy of the catalogue today: %s", error.sentence())

    def _copies(self) -> list[Path]:
        """The daily ones, the oldest first."""
        found = self._folder.glob(f"{self._database.path.stem}-daily-*.sqlite")
        return oldest_first(found, self._clock())

    def _forget_old(self) -> None:
        size = 0
        for kept, path in enumerate(reversed(self._copies()), start=1):
            size += path.stat().st_size
            if kept > _KEPT or (kept > _KEPT_AT_LEAST and size > _KEPT_BYTES):
                path.unlink()
