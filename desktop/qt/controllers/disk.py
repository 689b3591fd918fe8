"""Following what happens in the library's folders while the window is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.core.progress import Progress
from desktop.qt.controllers.context import Context
from desktop.qt.controllers.library import report_text
from desktop.qt.engine import WatcherPart
from desktop.qt.models.job_list import JobState
from desktop.qt.workers.lane import JobHandle
from desktop.services.reports import IndexReport

_WORTH_A_LINE = 20
"""Pictures to be read from which on the jobs line tells of it; a file saved needs no comment."""


class DiskController(QObject):
    """Watches from its making to ``stop``; indexes what has changed, one look at a time."""

    library_changed = Signal()
    _told = Signal(object)
    _limited = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._is_stopped = False
        self._waiting: set[Path] = set()
        self._handle: JobHandle | None = None
        self._job_id: int | None = None
        # From the watcher's thread into this one.
        self._told.connect(self._on_told)
        self._limited.connect(context.window.centre.notice.say)
        self._watcher: WatcherPart | None = None
        starting = context.lanes.browse.submit(
            lambda _: context.engine.watch(self._told.emit, self._limited.emit)
        )
        starting.finished.connect(self._keep)
        starting.failed.connect(context.notice)

    def stop(self) -> None:
        """Notice no more changes."""
        self._is_stopped = True
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.stop()

    def _keep(self, watcher: WatcherPart) -> None:
        self._watcher = watcher
        if self._is_stopped:  # the window was closed while it began
            self.stop()

    def _on_told(self, paths: frozenset[Path]) -> None:
        self._waiting |= paths
        self._follow()

    def _follow(self) -> None:
        if self._is_stopped or not self._waiting or self._handle is not None:
            return
        paths, self._waiting = frozenset(self._waiting), set()
        engine = self._context.engine
        self._handle = handle = self._context.lanes.index.submit(
            lambda cancel: engine.indexing.run_on_changes(paths, cancel)
        )
        handle.progressed.connect(self._on_progress)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(lambda: self._end(JobState.STOPPED, "Stopped"))

    def _on_progress(self, progress: Progress) -> None:
        jobs = self._context.window.jobs
        is_much = progress.total is not None and progress.total >= _WORTH_A_LINE
        if self._job_id is None and is_much and self._handle is not None:
            self._job_id = jobs.add("Changes on disk", self._handle.cancel)
        if self._job_id is not None:
            jobs.report(self._job_id, progress)

    def _on_finished(self, report: IndexReport) -> None:
        self._end(JobState.DONE, report_text(report))

    def _on_failed(self, error: object) -> None:
        self._context.notice(error)
        self._end(JobState.FAILED, getattr(error, "message", "") or "It did not work")

    def _end(self, state: JobState, outcome: str) -> None:
        if self._job_id is not None:
            self._context.window.jobs.end(self._job_id, state, outcome)
        self._job_id = self._handle = None
        self.library_changed.emit()
        self._follow()
