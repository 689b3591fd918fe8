"""Reading the text in pictures, as slowly as a test wants it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.services.indexing.text_reading import TextReading, TextReport


class FakeTextReading(TextReading):
    """Reads ``left`` pictures, one at each permit of ``gate``; every other one has text."""

    def __init__(self) -> None:
        self.left = 0
        self.gate = threading.Semaphore(0)
        self.runs = 0

    def run(
        self, cancel: CancelToken, is_held: Callable[[], bool] = lambda: False
    ) -> ProgressSteps[TextReport]:
        self.runs += 1
        total, done = self.left, 0
        while self.left:
            while not self.gate.acquire(timeout=0.01):
                cancel.raise_if_cancelled()
            self.left -= 1
            done += 1
            yield Progress("Reading text in pictures", done, total)
        return TextReport(done, done // 2)
