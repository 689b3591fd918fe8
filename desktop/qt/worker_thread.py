"""A QThread around one function."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QThread


class WorkerThread(QThread):
    """Runs ``work`` to its end; ``join`` waits for it.

    Args:
        name: seen in logs and debuggers.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        super().__init__()
        self._work = work
        self.setObjectName(name)

    def run(self) -> None:
        """Called by Qt in the new thread."""
        # Python knows a foreign thread as "Dummy-1"; logs should say which lane speaks.
        threading.current_thread().name = self.objectName()
        self._work()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it did not come in time."""
        return self.wait(max(0, round(timeout_s * 1000)))
