"""Following what happens in the library's folders while the window is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import JobState, Outcome
from desktop.qt.jobs.lane import JobHandle
from desktop.qt.manage.indexing_controller import index_outcome
from desktop.qt.manage.stop_controller import StopController
from desktop.services.reports import IndexReport

if TYPE_CHECKING:
    from desktop.library.folders.watch import Watcher

_WORTH_A_LINE = 20
"""Pictures to be read from which on the jobs line tells of it; a file saved needs no comment."""


class WatchController(QObject):
    """Watches from its making to ``stop``; indexes what has changed, one look at a time, unless a
    person has stopped the reading of pictures."""

    _noticed = Signal(object)
    _limited = Signal(str)

    def __init__(
        self, context: Context, stop: StopController, on_library: Callable[[bool], None]
    ) -> None:
        super().__init__()
        self._context = context
        self._stop = stop
        stop.stopped.connect(self._on_stopped)
        stop.released.connect(self._follow)
        self._is_stopped = False
        self._waiting: set[Path] = set()
        self._handle: JobHandle | None = None
        self._job_id: int | None = None
        # From the watcher's thread into this one.
        self._noticed.connect(self._on_noticed)
        self._limited.connect(context.notices.say)
        self._watcher: Watcher | None = None
        starting = context.lanes.browse.submit(
            lambda _: context.engine.watching.start(
                self._noticed.emit, self._limited.emit, on_library
            )
        )
        starting.finished.connect(self._keep)
        starting.failed.connect(context.notice)

    def stop(self) -> None:
        """Notice no more changes."""
        self._is_stopped = True
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.stop()

    def _keep(self, watcher: Watcher) -> None:
        self._watcher = watcher
        if self._is_stopped:  # the window was closed while it began
            self.stop()

    def _on_noticed(self, paths: frozenset[Path]) -> None:
        if not self._stop.is_stopped:  # whoever goes on looks through all folders
            self._waiting |= paths
            self._follow()

    def _on_stopped(self) -> None:
        self._waiting.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _follow(self) -> None:
        is_held = self._is_stopped or self._stop.holds
        if is_held or not self._waiting or self._handle is not None:
            return
        paths, self._waiting = frozenset(self._waiting), set()
        engine = self._context.engine
        look = self._stop.kept(lambda cancel: engine.indexing.run_on_changes(paths, cancel))
        self._handle = handle = self._context.lanes.index.submit(look)
        handle.progressed.connect(self._on_progress)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(lambda: self._end(JobState.STOPPED, Outcome(tr("Stopped"))))

    def _on_progress(self, progress: Progress) -> None:
        jobs = self._context.jobs
        is_much = progress.total is not None and progress.total >= _WORTH_A_LINE
        if self._job_id is None and is_much and self._handle is not None:
            self._job_id = jobs.add(tr("Changes on disk"), self._stop.stop)
        if self._job_id is not None:
            jobs.report(self._job_id, progress)

    def _on_finished(self, report: IndexReport) -> None:
        self._end(JobState.DONE, index_outcome(report))

    def _on_failed(self, error: object) -> None:
        self._context.notice(error)
        self._end(JobState.FAILED, Outcome(getattr(error, "message", "") or tr("Failed")))

    def _end(self, state: JobState, outcome: Outcome) -> None:
        if self._job_id is not None:
            self._context.jobs.end(self._job_id, state, outcome)
        self._job_id = self._handle = None
        self._context.hub.tell(Changes(assets=True))
        self._follow()
