"""A catalogue that is not whole: what it can be repaired from, and the repair itself."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desktop.core.text import moment, ngettext, sentences, tr
from desktop.library.catalog.copies import WholeCopy, newest_whole, place_copy
from desktop.library.catalog.database import Database, unusable
from desktop.library.catalog.queue import hold


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """What a repair would do; nothing has been done yet.

    Attributes:
        backup: what would be restored; None: there is none, and the catalogue begins anew.
        changed_at: when the damaged file was last written, seconds since the epoch; 0: it is gone.
    """

    backup: WholeCopy | None
    changed_at: float

    def sentence(self) -> str:
        """What is about to happen and what it costs, for the person."""
        kept = tr("The damaged file is kept beside it.") if self.changed_at else ""
        if self.backup is None:
            return sentences(
                tr(
                    "There is no intact backup. A new catalogue can be created: your pictures are "
                    "found again when you add their folders, tags, ratings, notes and boards are "
                    "not."
                ),
                kept,
            )
        hours = (self.changed_at - self.backup.made_at) / 3600
        cost = (
            tr("What was entered in the {time} after that is lost.", time=_span(hours))
            if hours > 0
            else ""
        )
        found = tr("The backup of {time} can be restored.", time=moment(self.backup.made_at))
        return sentences(found, cost, kept)


def plan_repair(catalog: Path, backups: Path) -> RepairPlan:
    """Look for the newest whole backup."""
    changed_at = catalog.stat().st_mtime if catalog.exists() else 0.0
    return RepairPlan(newest_whole(backups), changed_at)


def carry_out(plan: RepairPlan, catalog: Path) -> Path | None:
    """Put the damaged catalogue aside, and the backup or a new one in its place.

    A kill in between leaves no catalogue, which is found as damage, and the repair begins again.

    Returns:
        Where the damaged file is kept; None when there was none.

    Raises:
        LibraryError: the disk is full or the folder cannot be written; the damaged file is kept.
    """
    try:
        aside = _put_aside(catalog)
        if plan.backup is not None:
            place_copy(plan.backup.path, catalog, _prepare)
    except (OSError, sqlite3.Error) as error:
        raise unusable(catalog, error) from error
    Database(catalog).close()  # made anew, or migrated
    return aside


def _prepare(copy: Path) -> None:
    """The vector index may hold newer values under the same ids: all are to be sent again. And what
    waits in the queue may have been made."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE vectors SET is_stored = 0")
        hold(connection)
        connection.commit()


def _put_aside(catalog: Path) -> Path | None:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = catalog.with_name(f"{catalog.stem}.damaged-{stamp}{catalog.suffix}")
    # Its log first: alone, it would be taken for a part of the next catalogue.
    for ending in ("-wal", "-shm", ""):
        part = catalog.with_name(catalog.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside if aside.exists() else None


def _span(hours: float) -> str:
    if hours < 1:
        return tr("minutes")
    if hours < 48:
        return ngettext("{count} hour", "{count} hours", round(hours))
    return ngettext("{count} day", "{count} days", round(hours / 24))
