"""Walking folders: which picture files are there, and which places could not be looked into."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from desktop.core.file_names import suffix_of
from desktop.core.integers import as_int64
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.library.folders.ignore import NO_RULES, IgnoreRules, is_hidden, is_library
from desktop.library.folders.system_folders import is_system_folder


class FoundFile(NamedTuple):
    """A picture file, by name; nothing has been read from it yet.

    Attributes:
        relative_path: below the root, in the file system's own bytes.
        size: bytes.
        modified_ns: nanoseconds since the epoch; a time before 1678 or after 2262, which 64 bits
            do not hold, is the nearest that they do.
        file_id: "device:inode"; stays when the file is renamed. Empty where nobody asked.
    """

    relative_path: bytes
    size: int
    modified_ns: int
    file_id: str = ""

    @classmethod
    def at(cls, relative_path: bytes, status: os.stat_result) -> FoundFile:
        """A file of this status."""
        return cls(relative_path, *size_and_time(status), identity(status))


def size_and_time(status: os.stat_result) -> tuple[int, int]:
    """Bytes, and ``FoundFile.modified_ns``."""
    return status.st_size, as_int64(status.st_mtime_ns)  # the first are 64 bits everywhere


def identity(status: os.stat_result) -> str:
    """What stays of a file or folder when it is renamed."""
    return f"{status.st_dev}:{status.st_ino}"


@dataclass(frozen=True, slots=True)
class ScanFailure:
    """A folder or file that could not be looked at.

    Attributes:
        relative_path: below the root, as ``FoundFile.relative_path``; what lies there is unknown,
            not gone.
        reason: for the person.
    """

    path: Path
    relative_path: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that is neither hidden, nor ignored, nor a picture.

    Attributes:
        suffix: of its name; see ``suffix_of``.
    """

    suffix: str


def scan(
    start: Path,
    is_picture: Callable[[str], bool],
    within: Path | None = None,
    rules: IgnoreRules = NO_RULES,
    holds_picture: Callable[[str], bool] = lambda _: False,
) -> Iterator[FoundFile | ScanFailure | PassedOver]:
    """Every picture below ``start``, folder by folder, in name order, and what is none.

    A link to a file is found like a file: somebody put it there. A link to a folder is followed
    when it leads out of ``within``; one to a folder inside it, or already walked, is passed over,
    so that loops end and no folder is found twice. Libraries of Plantain's are not entered.

    Args:
        start: an absolute folder.
        is_picture: decides by file name.
        holds_picture: decides by the content of a file, by path, where its name does not.
        within: the root that ``start`` is a part of; ``start`` itself when None.
        rules: the person's own, besides ``is_hidden`` and ``is_system_folder``.
    """
    root = within or start
    real_root = os.path.realpath(root)
    walked: set[tuple[int, int]] = set()
    encoding = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()  # as os.fsencode
    waiting = [str(start)]
    while waiting:
        folder = waiting.pop()
        try:
            status = Path(folder).stat()
            if (status.st_dev, status.st_ino) in walked:
                continue
            walked.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                entries = {entry.name: entry for entry in listing}
        except OSError as error:
            yield _failure(root, folder, error)
            continue
        if is_library(entries):
            continue
        # Once a folder: what is done for every file decides how long a large library takes.
        above = _relative(root, folder)
        prefix = above + os.fsencode(os.sep) if above else b""
        inner: list[str] = []
        has_rules = bool(rules.patterns)
        for name in sorted(entries):
            if is_hidden(name):
                continue
            entry = entries[name]
            try:
                if entry.is_dir():
                    if is_system_folder(name):
                        continue
                    if entry.is_symlink() and leads_inside(entry.path, real_root):
                        continue
                    if not (has_rules and rules.hide_folder(prefix + name.encode(*encoding))):
                        inner.append(entry.path)
                else:
                    place = prefix + name.encode(*encoding)
                    if has_rules and rules.hide(place):
                        continue
                    if is_picture(name) or holds_picture(entry.path):
                        status = entry.stat()
                        file_id = f"{status.st_dev}:{status.st_ino}"  # as ``at``, but faster
                        yield FoundFile(place, *size_and_time(status), file_id)
                    else:
                        yield PassedOver(suffix_of(name))
            except (OSError, ValueError, OverflowError) as error:
                yield _failure(root, entry.path, error)
        waiting.extend(reversed(inner))


def _relative(root: Path, path: str) -> bytes:
    return os.fsencode(os.path.relpath(path, root)) if path != str(root) else b""


def leads_inside(link: str, real_root: str) -> bool:
    """True for a link that leads into the root ``real_root``, or around it."""
    target = os.path.realpath(link)
    return os.path.commonpath([target, real_root]) in (real_root, target)


def _failure(root: Path, path: str, error: OSError | ValueError | OverflowError) -> ScanFailure:
    match error:
        case PermissionError():
            reason = tr("You do not have permission to open it.")
        case FileNotFoundError():
            reason = tr("It is a link to something that is not there, or it was removed meanwhile.")
        case _:
            reason = tr(
                "The system could not open it: {reason}.",
                reason=system_reason(error) if isinstance(error, OSError) else error,
            )
    return ScanFailure(Path(path), _relative(root, path), reason)
