"""A library held open by this process: lock, catalogue, and what killed runs have left behind."""

from __future__ import annotations

import logging
from pathlib import Path

from filelock import FileLock, Timeout

from desktop.core.errors import LibraryError, LibraryInUse
from desktop.core.text import tr
from desktop.files.atomic import leftovers, remove
from desktop.library.backup import repair as repairing
from desktop.library.backup.repair import RepairPlan
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database, unusable
from desktop.library.catalog.full_text import renew_words
from desktop.library.layout import check_layout, write_layout
from desktop.library.paths import LibraryPaths

_LOG = logging.getLogger(__name__)


class OpenLibrary:
    """One library, until it is closed.

    Args:
        is_read_only: write nothing, and work beside another process that has it open.

    Attributes:
        database: its catalogue.
        notices: what was found wrong and put right since it was opened, for the person.

    Raises:
        LibraryInUse: another Plantain has the library open.
        LibraryDamaged: the catalogue is not whole; see ``plan_repair``.
        LibraryReadOnly: the library's folder cannot be written to.
        LibraryError: the library cannot be used.
    """

    def __init__(self, paths: LibraryPaths, *, is_read_only: bool = False) -> None:
        self.paths = paths
        self.is_read_only = is_read_only
        self.notices: list[str] = []
        self._lock = None if is_read_only else _hold(paths)
        try:
            check_layout(paths.marker)
            traces = (
                *(paths.marker, paths.vectors, paths.backups, paths.thumbnails, paths.generated),
            )
            self.database = Database(paths.catalog, traces, is_read_only=is_read_only)
            if not is_read_only:
                self._settle()
        except BaseException:
            self._release()
            raise

    def damage(self) -> str:
        """What is wrong with the catalogue, by a look at every page; empty when it is whole."""
        return self.database.damage()

    def close(self) -> None:
        """Another Plantain can open the library from now on."""
        try:
            self.database.close()
        finally:
            self._release()

    def _settle(self) -> None:
        try:
            self._remove_left_behind()
            write_layout(self.paths.marker)
            Catalog(self.database).roots.move_generated(self.paths.generated)
            self._renew_words()
        except OSError as error:
            self.database.close()
            raise unusable(self.paths.catalog, error) from error
        except BaseException:
            self.database.close()
            raise

    def _renew_words(self) -> None:
        try:
            renew_words(self.database)
        except LibraryError as error:  # with the words of before it can be used as well
            _LOG.warning("the words wait for the next opening: %s", error)

    def _remove_left_behind(self) -> None:
        paths = self.paths
        left = leftovers(
            *(paths.folder, paths.backups, paths.generated, paths.spool, paths.regions, paths.kits)
        )
        if self.database.was_killed:
            left += leftovers(*paths.thumbnails.glob("*"))
        for path in left:
            remove(path)
            _LOG.info("removed what a killed Plantain left behind: %s", path)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()


def plan_repair(paths: LibraryPaths) -> RepairPlan:
    """What could be done about a library that is ``LibraryDamaged``; does nothing yet."""
    return repairing.plan_repair(paths.catalog, paths.backups)


def repair(paths: LibraryPaths, plan: RepairPlan) -> Path | None:
    """Carry a plan out; returns where the damaged catalogue is kept.

    Raises:
        LibraryInUse: another Plantain has the library open.
        LibraryError: the folder cannot be written to; the damaged catalogue is kept.
    """
    lock = _hold(paths)
    try:
        return repairing.carry_out(plan, paths.catalog)
    finally:
        lock.release()


def _hold(paths: LibraryPaths) -> FileLock:
    """Take the library for this process; the system gives it back however the process ends."""
    # Not bound to a thread: opened in one lane, closed in another.
    lock = FileLock(paths.lock, thread_local=False)
    try:
        paths.folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LibraryInUse(
            tr("The library {folder} is open in another Plantain.", folder=paths.folder),
            safe=tr("Nothing was changed."),
            next_step=tr("Close the other one, open it read-only, or open another library."),
            at_terminal=tr(
                "Close the other one, look at it with --read-only, or open "
                "another library with --library."
            ),
        ) from error
    except OSError as error:
        raise unusable(paths.catalog, error) from error
    return lock
