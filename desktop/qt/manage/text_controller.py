"""Reading the text in pictures, whenever nothing else reads pictures."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from desktop.core.progress import Progress
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import JobState, Offer, Outcome
from desktop.qt.jobs.lane import JobHandle
from desktop.qt.manage.stop_controller import StopController
from desktop.services.indexing.text_reading import TextReport

QUIET_MS = 2_000
"""After the last change; a start costs a second and a half of a processor."""
_WORTH_A_LINE = 20
"""Pictures from which on the jobs line tells of it."""


class TextController(QObject):
    """Begins when the library has been at rest for a moment; waits while pictures are indexed."""

    def __init__(self, context: Context, stop: StopController) -> None:
        super().__init__()
        self._context = context
        self._stop = stop
        self._handle: JobHandle | None = None
        self._job_id: int | None = None
        self._paused_row: int | None = None
        self._is_asked_again = False
        self._quiet = QTimer(self, interval=QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._start)
        if not context.engine.is_read_only:
            context.hub.changed.connect(self._on_changes)
            stop.stopped.connect(self._on_stopped)
            stop.released.connect(self._quiet.start)
            self._quiet.start()

    def _on_changes(self, changes: Changes) -> None:
        if changes.assets:
            self._quiet.start()

    def _start(self) -> None:
        if self._paused_row is not None or self._stop.holds:
            return
        if self._handle is not None:  # it may be about to end
            self._is_asked_again = True
            return
        reading, index = self._context.engine.text_reading, self._context.lanes.index
        self._handle = handle = self._context.lanes.text.submit(
            lambda cancel: reading.run(cancel, is_held=lambda: not index.is_idle)
        )
        handle.progressed.connect(self._on_progress)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(lambda: self._end(JobState.STOPPED, Outcome(tr("Stopped"))))

    def _on_progress(self, progress: Progress) -> None:
        if self._handle is None or self._handle.token.is_cancelled:
            return  # it was paused, and its row says so
        jobs = self._context.jobs
        is_much = progress.total is not None and progress.total >= _WORTH_A_LINE
        if self._job_id is None and is_much:
            self._job_id = jobs.add(tr("Text in pictures"), self._pause)
        if self._job_id is not None:
            jobs.report(self._job_id, progress)

    def _on_finished(self, report: TextReport) -> None:
        told = ngettext(
            "Text found in {count} picture", "Text found in {count} pictures", report.with_text
        )
        self._end(JobState.DONE, Outcome(told))

    def _on_failed(self, error: object) -> None:
        self._context.notice(error)
        self._end(JobState.FAILED, Outcome(getattr(error, "message", "") or tr("Failed")))

    def _on_stopped(self) -> None:
        """A person has stopped all reading of pictures."""
        if self._handle is not None:
            self._handle.cancel()

    def _pause(self) -> None:
        """A person has stopped the reading of text; the rest is offered in the jobs line."""
        self._on_stopped()
        row, self._job_id = self._job_id, None
        if row is not None:
            self._paused_row = row
            offer = Offer(tr("Continue"), self._go_on)
            told = tr("Paused; what was read is kept")
            self._context.jobs.end(row, JobState.STOPPED, Outcome(told, offer=offer))

    def _go_on(self) -> None:
        row, self._paused_row = self._paused_row, None
        if row is not None:
            self._context.jobs.end(row, JobState.DONE, Outcome(tr("Goes on")))
        self._start()

    def _end(self, state: JobState, outcome: Outcome) -> None:
        if self._job_id is not None:
            self._context.jobs.end(self._job_id, state, outcome)
        self._job_id = self._handle = None
        if self._is_asked_again:
            self._is_asked_again = False
            self._quiet.start()
