"""Latest wins: a newer request replaces an older one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, SignalInstance

from desktop.qt.workers.lane import Job, JobHandle, Lane


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
