"""Which roots are there now: a drive that is unplugged has lost nothing.

A root is away when its folder is not there, and also when an empty or a strange folder is found at
its place, as a mount point is while nothing is mounted. What tells is the folder's identity (device
and inode), noted when the root was last looked through, and the known files in it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from desktop.library.database import Database
from desktop.library.disk.ignore import is_ignored
from desktop.library.disk.scan import identity

_PATIENCE_S = 2.0
"""A network drive that is lost may not answer for minutes; then it counts as away."""
_SAMPLE = 20
_KEPT = "Its pictures stay in the library."
_NOT_THERE = f"The folder is not there; is its drive connected? {_KEPT}"
_NO_ANSWER = f"The drive does not answer. {_KEPT}"
_EMPTY = f"The folder is empty, as when its drive is not connected. {_KEPT}"
_STRANGE = (
    f"Another folder or drive is at this place now, with none of the known pictures. {_KEPT} "
    "Add the folder again if it is the right one."
)

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a root counts as away.

    Attributes:
        is_strange: something else is at its place, which a person may know to be right.
    """

    reason: str
    is_strange: bool = False


class RootPresence:
    """What is known of the roots' folders; any thread may ask.

    ``away`` answers from memory, so that searching and browsing never wait for a drive; ``look``
    asks the disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._away: Mapping[int, Absence] | None = None

    def away(self) -> Mapping[int, Absence]:
        """Root id -> why it is away, as of the last ``look``."""
        return self.look() if self._away is None else self._away

    def look(self) -> Mapping[int, Absence]:
        """As ``away``, after looking at every root's folder."""
        away: dict[int, Absence] = {}
        for root_id, path, folder_id in self._database.read(
            "SELECT id, path, folder_id FROM roots WHERE NOT is_elsewhere"
        ):
            absence = self._absence(root_id, Path(os.fsdecode(path)), folder_id)
            if absence is not None:
                away[root_id] = absence
        self._away = away
        return away

    def remember(self, root_id: int, folder: Path) -> None:
        """The root was looked through: this is its folder from now on."""
        try:
            folder_id = identity(folder.stat())
        except OSError:
            return  # it went away meanwhile; the next look says so
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE roots SET folder_id = ? WHERE id = ? AND folder_id <> ?",
                (folder_id, root_id, folder_id),
            )

    def _absence(self, root_id: int, folder: Path, folder_id: str) -> Absence | None:
        found = _in_time(lambda: _look_at(folder))
        if found is None:
            return Absence(_NO_ANSWER)
        if isinstance(found, Absence):
            return found
        now, is_empty = found
        known = self._some_files(root_id) if now != folder_id else []
        if not known:  # the same folder as before, or nothing that could be lost
            return None
        if is_empty:
            return Absence(_EMPTY)
        # The first time since an update, or a drive under another device number.
        if not folder_id or _in_time(lambda: _is_any_there(folder, known)):
            return None
        return Absence(_STRANGE, is_strange=True)

    def _some_files(self, root_id: int) -> list[bytes]:
        """Relative paths of some files that were there when last looked at."""
        return [
            row[0]
            for order in ("ASC", "DESC")
            for row in self._database.read(
                "SELECT relative_path FROM assets WHERE root_id = ? AND NOT is_missing"
                f" ORDER BY relative_path {order} LIMIT {_SAMPLE}",
                (root_id,),
            )
        ]


def _look_at(folder: Path) -> tuple[str, bool] | Absence:
    """The folder's identity, and whether nothing but system files is in it."""
    try:
        folder_id = identity(folder.stat())
        with os.scandir(folder) as listing:
            return folder_id, all(is_ignored(entry.name) for entry in listing)
    except PermissionError:
        return Absence(f"You do not have permission to open it. {_KEPT}")
    except OSError:
        return Absence(_NOT_THERE)


def _is_any_there(folder: Path, relative_paths: Iterable[bytes]) -> bool:
    return any(os.path.lexists(folder / os.fsdecode(path)) for path in relative_paths)


def _in_time(question: Callable[[], AnswerT]) -> AnswerT | None:
    """The answer, or None when the disk takes too long; then the thread is left to wait."""
    answers: list[AnswerT] = []
    thread = threading.Thread(
        target=lambda: answers.append(question()), name="presence", daemon=True
    )
    thread.start()
    thread.join(_PATIENCE_S)
    return answers[0] if answers else None
