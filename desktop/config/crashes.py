"""Native crashes: a segmentation fault or an abort leaves the stacks of all threads in a file.

The file is found at the next start, and the window then offers a report.
"""

from __future__ import annotations

import faulthandler
import logging
import time
from pathlib import Path
from typing import TextIO

_LIVE = "crash.txt"
"""Shared by all processes of the profile; empty unless one of them has crashed."""
_FOUND = "crash-*.txt"
_KEPT = 10
_LOG = logging.getLogger(__name__)


class CrashFile:
    """Takes the stacks of a crash of this process until it is closed.

    Raises:
        OSError: the folder cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self._file: TextIO | None = None
        if faulthandler.is_enabled():
            return  # "python -X faulthandler": somebody wants them on the terminal
        self._file = (folder / _LIVE).open("a", encoding="utf-8")
        faulthandler.enable(self._file)

    def close(self) -> None:
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None


def find_crashes(folder: Path) -> list[Path]:
    """Crashes that nobody was told of yet, the newest first; to be asked before ``CrashFile``.

    Raises:
        OSError: the folder cannot be written to.
    """
    live = folder / _LIVE
    if live.exists() and live.stat().st_size:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(live.stat().st_mtime))
        found = folder / f"crash-{stamp}.txt"
        try:
            live.rename(found)
        except PermissionError:
            # On Windows another Plantain has it open: the next start finds it.
            _LOG.warning("a crash is noted in %s", live)
        else:
            _LOG.error("an earlier run ended in a crash; its stacks are in %s", found)
    crashes = crash_files(folder)
    for old in crashes[_KEPT:]:
        old.unlink(missing_ok=True)
    return [path for path in crashes[:_KEPT] if not path.stem.endswith("-seen")]


def mark_seen(crash: Path) -> None:
    """The person was told; the file stays for reports.

    Raises:
        OSError: the folder cannot be written to.
    """
    crash.rename(crash.with_name(f"{crash.stem}-seen{crash.suffix}"))


def crash_files(folder: Path) -> list[Path]:
    """All that are kept, the newest first."""
    return sorted(folder.glob(_FOUND), reverse=True)
