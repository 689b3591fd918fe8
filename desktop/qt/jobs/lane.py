"""A lane: one QThread and one queue for one contended resource.

A job is a callable that takes a cancel token and returns a value, or a generator of ``Progress``
that returns one. Everything a job reports reaches its handle on the GUI thread, in order, and
ends in exactly one of ``finished``, ``failed`` or ``cancelled``. Raising never kills the lane.
``Latest`` asks a lane where only the newest answer matters.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from inspect import isgenerator
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, GenerationError, PlantainError
from desktop.core.progress import Progress
from desktop.qt.worker_thread import WorkerThread

_log = logging.getLogger(__name__)

PROGRESS_INTERVAL_S = 0.05
"""Twenty reports a second are as many as anyone reads; more would only starve the window."""

Job = Callable[[CancelToken], Any]


class JobHandle(QObject):
    """What the GUI thread holds of a job.

    Signals (all on the GUI thread): ``progressed(Progress)``, then exactly one of
    ``finished(result)``, ``failed(exception)`` and ``cancelled()``.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.token = CancelToken()
        self._lane = lane
        self.is_over = False

    def cancel(self) -> None:
        """Ask the job to stop; one that still waits in the queue ends at once."""
        self.token.cancel()
        self._lane.drop_if_waiting(self)


class Lane(QObject):
    """One thread, one queue. Made, used and closed on the GUI thread.

    Args:
        name: for logs and debuggers.
    """

    _woken = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._state = threading.Condition()
        self._waiting: deque[tuple[JobHandle, Job]] = deque()
        self._outbox: deque[tuple[JobHandle, str, object]] = deque()
        self._running: JobHandle | None = None
        self._is_closing = False
        # Handles stay referenced until their last signal was delivered: a queued delivery to a
        # collected QObject would be lost.
        self._handles: set[JobHandle] = set()
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = WorkerThread(self._work, f"lane-{name}")
        self._thread.start()

    def submit(self, job: Job) -> JobHandle:
        """Queue a job. On a closing lane it ends as cancelled without having run."""
        handle = JobHandle(self)
        self._handles.add(handle)
        with self._state:
            if self._is_closing:
                handle.token.cancel()
                self._post(handle, "cancelled", None)
            else:
                self._waiting.append((handle, job))
                self._state.notify()
        return handle

    def drop_if_waiting(self, handle: JobHandle) -> None:
        """End a job that has not begun; one that runs ends by its token."""
        with self._state:
            for entry in self._waiting:
                if entry[0] is handle:
                    self._waiting.remove(entry)
                    self._post(handle, "cancelled", None)
                    return

    @property
    def is_idle(self) -> bool:
        """Nothing runs, waits, or is on its way to a handle."""
        with self._state:
            return not self._waiting and self._running is None and not self._outbox

    def stop_intake(self) -> None:
        """Take no more jobs, end the waiting ones and ask the running one to stop."""
        with self._state:
            self._is_closing = True
            dropped = [handle for handle, _ in self._waiting]
            self._waiting.clear()
            running = self._running
            for handle in dropped:
                self._post(handle, "cancelled", None)
            self._state.notify()
        for handle in dropped:
            handle.token.cancel()
        if running is not None:
            running.token.cancel()

    def close(self, deadline_s: float) -> bool:
        """Stop, wait for the thread, deliver what is left.

        Returns:
            False when the running job did not end in time; its thread then still runs.
        """
        self.stop_intake()
        is_over = self._thread.join(deadline_s)
        self._deliver()
        if not is_over:
            _log.warning("lane %s did not stop within %.1f s", self.name, deadline_s)
        return is_over

    # ------------------------------------------------------------------ in the lane's thread

    def _work(self) -> None:
        while True:
            with self._state:
                while not self._waiting and not self._is_closing:
                    self._state.wait()
                if not self._waiting:
                    return
                handle, job = self._waiting.popleft()
                self._running = handle
            outcome, value = self._run(handle, job)
            # The job and its closure go before the handle is told, so that nothing they hold is
            # released later, in a thread of its own choosing.
            del job
            with self._state:
                self._running = None
                self._post(handle, outcome, value)
            del handle, value

    def _run(self, handle: JobHandle, job: Job) -> tuple[str, object]:
        try:
            handle.token.raise_if_cancelled()
            value = job(handle.token)
            if isgenerator(value):
                value = self._drain(handle, value)
        except Cancelled:
            return "cancelled", None
        except PlantainError as error:
            # What a generator says may quote the prompt, which is the person's own.
            words = error.kind if isinstance(error, GenerationError) else error.headline
            _log.info("lane %s: %s", self.name, words)
            return "failed", error
        except Exception as error:  # noqa: BLE001 (a lane survives any job)
            _log.exception("lane %s: a job raised", self.name)
            return "failed", error
        return "finished", value

    def _drain(self, handle: JobHandle, steps: Any) -> object:
        """Run the steps to their end, passing on as much progress as anyone can read."""
        reported_at = float("-inf")
        unreported: Progress | None = None
        stage = ""
        while True:
            try:
                unreported = next(steps)
            except StopIteration as stop:
                if unreported is not None:
                    self._post(handle, "progressed", unreported)
                return stop.value
            now = time.monotonic()
            # A new stage is told at once: the step after it may take long ("Starting the model").
            if now - reported_at >= PROGRESS_INTERVAL_S or unreported.stage != stage:
                self._post(handle, "progressed", unreported)
                reported_at, stage, unreported = now, unreported.stage, None

    def _post(self, handle: JobHandle, outcome: str, value: object) -> None:
        self._outbox.append((handle, outcome, value))
        self._woken.emit()

    # ------------------------------------------------------------------ on the GUI thread

    @Slot()
    def _deliver(self) -> None:
        while self._outbox:
            handle, outcome, value = self._outbox.popleft()
            if handle.is_over:
                continue
            if outcome == "progressed":
                handle.progressed.emit(value)
                continue
            handle.is_over = True
            self._handles.discard(handle)
            if outcome == "cancelled":
                handle.cancelled.emit()
            elif outcome == "failed":
                handle.failed.emit(value)
            else:
                handle.finished.emit(value)


class Latest(QObject):
    """Sends jobs to a lane and lets only the newest one answer.

    Every request gets a serial. A newer one cancels the older, whose answer is dropped even when
    it comes after all. Signals as in ``JobHandle``, for the newest request only.
    """

    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._serial = 0
        self._handle: JobHandle | None = None

    @property
    def is_busy(self) -> bool:
        return self._handle is not None

    def submit(self, job: Job) -> None:
        """Replace whatever was asked before."""
        self.forget()
        serial = self._serial
        handle = self._lane.submit(job)
        self._handle = handle
        handle.finished.connect(lambda value: self._answer(serial, self.finished, value))
        handle.failed.connect(lambda error: self._answer(serial, self.failed, error))
        handle.cancelled.connect(lambda: self._settle(serial))

    def forget(self) -> None:
        """No answer is wanted any more."""
        self._serial += 1
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.cancel()

    def _settle(self, serial: int) -> bool:
        if serial != self._serial:
            return False
        self._handle = None
        return True

    def _answer(self, serial: int, signal: SignalInstance, value: object) -> None:
        if self._settle(serial):
            signal.emit(value)
