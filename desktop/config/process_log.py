"""What one process writes down about itself: the log, and how it crashed if it did."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from desktop import __version__
from desktop.config.crashes import CrashFile, find_crashes
from desktop.config.logging import log_to_file, stop_log

_LOG = logging.getLogger(__name__)


class ProcessLog:
    """Begins with the process and is closed with it.

    A folder that cannot be written to is no error here: opening the library will say what is wrong
    with the profile. Nothing goes to the terminal then either.

    Args:
        folder: the profile's logs.
        what: that runs ("window", "index").

    Attributes:
        crashes: files of earlier crashes that nobody was told of yet, the newest first.
    """

    def __init__(self, folder: Path, what: str) -> None:
        self.crashes: list[Path] = []
        self._crash_file: CrashFile | None = None
        self._handler = _handler(folder)
        # What costs nothing to know; of the rest ``log_versions`` tells, when there is time.
        python = sys.version.partition(" ")[0]
        _LOG.info("Plantain %s, %s: Python %s, %s", __version__, what, python, sys.platform)
        try:
            self.crashes = find_crashes(folder)
            self._crash_file = CrashFile(folder)
        except OSError as error:
            _LOG.warning("a crash would leave no traces: %s", error)

    def close(self) -> None:
        """Stop; the process may go on."""
        if self._crash_file is not None:
            self._crash_file.close()
        stop_log(self._handler)

    def __enter__(self) -> ProcessLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _handler(folder: Path) -> logging.Handler:
    try:
        return log_to_file(folder)
    except OSError:
        nowhere = logging.NullHandler()
        logging.getLogger().addHandler(nowhere)
        return nowhere
