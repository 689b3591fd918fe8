"""The log: one rotating file in the profile, shared by all its processes, without secrets.

Paths are in it, because people look for their files by them; prompts and other content are not:
what quotes them is never logged in the first place.
"""

from __future__ import annotations

import copy
import logging
import logging.handlers
import sys
from pathlib import Path

from desktop.config.redaction import Redactor
from desktop.core.text import english, tr

LOG_NAME = "plantain.log"
_MAX_BYTES = 1_000_000
_KEPT_FILES = 4
"""Besides the current one."""
_ROTATION_TIMEOUT_S = 2.0
_LINE = "%(asctime)s %(levelname)s %(process)d %(threadName)s %(name)s: %(message)s"


class SharedLog(logging.handlers.RotatingFileHandler):
    """A rotating file that the window and the commands beside it write to at once.

    It is open for the time of one record only: whoever finds it full may then rename it, also on
    Windows, and nobody goes on writing to the renamed one. Lines come in the order of time, which
    a file for each process would not give.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder / LOG_NAME,
            maxBytes=_MAX_BYTES,
            backupCount=_KEPT_FILES,
            encoding="utf-8",
            errors="backslashreplace",  # names that are not UTF-8
            delay=True,
        )
        self.redactor = Redactor()
        self._has_complained = False
        with self._open():
            pass  # or say at once that it cannot be written

    def format(self, record: logging.LogRecord) -> str:
        """One record, its traceback included, without secrets; sentences in English, whatever
        language people are told them in."""
        if isinstance(given := record.args, tuple):
            record = copy.copy(record)
            record.args = tuple(english(a) if isinstance(a, str) else a for a in given)
        return self.redactor(super().format(record))

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        self._let_go()

    def doRollover(self) -> None:  # noqa: N802 (the standard library's name)
        # At the first full file: the window's first paint does not wait for this import.
        from filelock import FileLock, Timeout

        self._let_go()
        try:
            with FileLock(f"{self.baseFilename}.lock", timeout=_ROTATION_TIMEOUT_S):
                # Another process may have been first.
                if Path(self.baseFilename).stat().st_size >= _MAX_BYTES // 2:
                    super().doRollover()
        except (Timeout, FileNotFoundError, PermissionError):
            return  # another process is at it; this record may well go into the full file

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A disk that is full gets one line on the terminal, not a traceback for each record."""
        if not self._has_complained and sys.stderr is not None:
            self._has_complained = True
            sys.stderr.write(
                tr("plantain: the log cannot be written: {reason}", reason=sys.exc_info()[1]) + "\n"
            )

    def _let_go(self) -> None:
        if self.stream is not None:  # pyright: ignore[reportUnnecessaryComparison]
            stream, self.stream = self.stream, None  # pyright: ignore[reportAttributeAccessIssue]
            stream.close()


def log_to_file(folder: Path) -> SharedLog:
    """Send what this program notes, and what libraries warn of, to ``folder``; until
    ``stop_log``.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = SharedLog(folder)
    handler.setFormatter(logging.Formatter(_LINE))
    # Ours from INFO; of everybody else, by the root logger's own level, warnings.
    logging.getLogger("desktop").setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    return handler


def stop_log(handler: logging.Handler) -> None:
    """Write nothing more. Closing alone would not do: libraries close handlers of others when
    they set up their own logging (pymilvus does), and ours then goes on."""
    logging.getLogger().removeHandler(handler)
    handler.close()


def keep_out_of_log(secret: str) -> None:
    """This process came to know a secret: whatever logs it, it does not reach the file."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, SharedLog):
            handler.redactor.hide(secret)


def log_files(folder: Path) -> list[Path]:
    """The log and its predecessors, the newest first."""
    names = [LOG_NAME, *(f"{LOG_NAME}.{number}" for number in range(1, _KEPT_FILES + 1))]
    return [folder / name for name in names if (folder / name).is_file()]
