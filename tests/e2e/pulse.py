"""A beat in the event loop that tells how long the window ever stood still."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer

TICK_MS = 5


class Pulse:
    """Beats in the event loop; the longest gap between two beats is the longest stall."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=TICK_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_s = max(self.longest_s, now - self._last)
        self._last = now

    def stop(self) -> float:
        self._timer.stop()
        return self.longest_s
