"""Is a folder of the library there now? A drive that is unplugged has lost nothing.

A folder is away when it is not there, and also when an empty or a strange folder is found at its
place, as a mount point is while nothing is mounted. What tells is the folder's identity (device and
inode), noted when it was last looked through, and the known files in it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from desktop.core.text import marked, sentences, tr
from desktop.library.folders.ignore import is_ignored
from desktop.library.folders.scan import identity

_PATIENCE_S = 2.0
"""A network drive that is lost may not answer for minutes; then it counts as away."""
_KEPT = marked("Its pictures stay in the library.")
_NOT_THERE = marked("The folder is not there; is its drive connected?")
_NO_ANSWER = marked("The drive does not answer.")
_EMPTY = marked("The folder is empty, as when its drive is not connected.")
_STRANGE = marked(
    "Another folder or drive is at this place now, with none of the known pictures. Add the folder "
    "again if it is the right one."
)

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a folder counts as away.

    Attributes:
        is_strange: something else is at its place, which a person may know to be right.
    """

    reason: str
    is_strange: bool = False


class Disks:
    """Asks the disks of folders, of which each may take its time or never answer; any thread may
    ask.

    An unanswered question keeps its thread. Until it is answered its folder is not asked again: a
    drive that hangs over a night holds one thread, and not one for each time it was looked for.
    """

    def __init__(self) -> None:
        self._unanswered: dict[Path, threading.Thread] = {}

    def ask(self, folder: Path, question: Callable[[], AnswerT]) -> AnswerT | None:
        """The answer, or None when the disk takes too long."""
        before = self._unanswered.get(folder)
        if before is not None and before.is_alive():
            return None
        answers: list[AnswerT] = []
        thread = threading.Thread(
            target=lambda: answers.append(question()), name="offline", daemon=True
        )
        thread.start()
        thread.join(_PATIENCE_S)
        if thread.is_alive():
            self._unanswered[folder] = thread
        return answers[0] if answers else None


def absence_of(
    folder: Path, folder_id: str, known_files: Callable[[], Sequence[bytes]], disks: Disks
) -> Absence | None:
    """Why the folder is away; None when it is there.

    Args:
        folder_id: its ``identity`` when it was last looked through; empty when nobody noted it.
        known_files: relative paths of some files that were in it then; asked only when needed.
    """
    found = disks.ask(folder, lambda: _look_at(folder))
    if found is None:
        return Absence(_with_kept(_NO_ANSWER))
    if isinstance(found, Absence):
        return found
    now, is_empty = found
    known: Sequence[bytes] = known_files() if now != folder_id else ()
    if not known:  # the same folder as before, or nothing that could be lost
        return None
    if is_empty:
        return Absence(_with_kept(_EMPTY))
    # The first time since an update, or a drive under another device number.
    if not folder_id or disks.ask(folder, lambda: _is_any_there(folder, known)):
        return None
    return Absence(_with_kept(_STRANGE), is_strange=True)


def identity_of(folder: Path) -> str:
    """What tells the folder from another at its place; empty when it is not there."""
    try:
        return identity(folder.stat())
    except OSError:
        return ""


def _look_at(folder: Path) -> tuple[str, bool] | Absence:
    """The folder's identity, and whether nothing but system files is in it."""
    try:
        folder_id = identity(folder.stat())
        with os.scandir(folder) as listing:
            return folder_id, all(is_ignored(entry.name) for entry in listing)
    except PermissionError:
        return Absence(_with_kept(marked("You do not have permission to open it.")))
    except OSError:
        return Absence(_with_kept(_NOT_THERE))


def _is_any_there(folder: Path, relative_paths: Iterable[bytes]) -> bool:
    return any(os.path.lexists(folder / os.fsdecode(path)) for path in relative_paths)


def _with_kept(problem: str) -> str:
    return sentences(tr(problem), tr(_KEPT))
