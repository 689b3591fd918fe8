"""The log: a rotating file in the profile, without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import re
from pathlib import Path

_MAX_BYTES = 2_000_000
_KEPT_FILES = 3
_SECRET = re.compile(
    r"AIza[\w\-]{10,}"  # Google API keys
    r"|(?i:(?<=key=)|(?<=token=)|(?<=x-goog-api-key: )|(?<=bearer ))[^\s'\",&]+"
)


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and blanks whatever looks like a key."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub("[hidden]", super().format(record))


def log_to_file(folder: Path) -> logging.Handler:
    """Send this program's log to ``folder``; the caller removes the handler when done.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "plantain.log", maxBytes=_MAX_BYTES, backupCount=_KEPT_FILES, encoding="utf-8"
    )
    handler.setFormatter(
        RedactingFormatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    logging.getLogger("desktop").addHandler(handler)
    logging.getLogger("desktop").setLevel(logging.INFO)
    return handler
