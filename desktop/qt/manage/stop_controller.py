"""A person has stopped the reading of pictures: nothing is read by itself until they go on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled
from desktop.core.progress import ProgressSteps
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import JobState, Offer, Outcome
from desktop.qt.jobs.lane import Job, Latest
from desktop.services.reports import IndexReport


class StopController(QObject):
    """Keeps the stop, also over a restart, and offers to go on."""

    stopped = Signal()
    """Whatever reads pictures by itself is to end."""
    released = Signal()
    """What reads by itself may do so from now on."""
    continue_wanted = Signal()
    """A person asks for the rest."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._is_known = False
        self._is_stopped = False
        self._row: int | None = None
        self._counts = Latest(context.lanes.browse, self)
        self._counts.finished.connect(self._show)
        self._counts.failed.connect(self._on_unknown)
        context.hub.changed.connect(self._on_changes)
        self._count()

    @property
    def holds(self) -> bool:
        """Nothing may be read by itself: a person has stopped, or may have before the start."""
        return self._is_stopped or not self._is_known

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    def stop(self) -> None:
        """A person has stopped what reads pictures."""
        if self._context.engine.is_read_only:
            return
        self._is_known = self._is_stopped = True
        # First, so that the count finds it; what runs keeps it once more when it ends, in case the
        # window is closed before this one's turn has come.
        self._context.lanes.browse.submit(
            lambda _: self._context.engine.indexing_stop.set()
        ).failed.connect(self._context.notice)
        self._count()
        self.stopped.emit()

    def lift(self) -> None:
        """A person asks for the rest, wherever they do it."""
        if not self._is_stopped:
            return
        self._is_stopped = False
        self._counts.forget()
        self._context.lanes.browse.submit(
            lambda _: self._context.engine.indexing_stop.lift()
        ).failed.connect(self._context.notice)
        row, self._row = self._row, None
        if row is not None:
            self._context.jobs.end(row, JobState.DONE, Outcome(tr("Goes on")))
        self.released.emit()

    def kept(self, job: Job, on_stop: Callable[[], object] = lambda: None) -> Job:
        """The job; when it ends because a person has stopped, it keeps that for the next start: the
        lane sees it to its end even while the window closes. Who has gone on meanwhile has not
        stopped.

        Args:
            on_stop: called in the lane then.
        """
        kept = self._context.engine.indexing_stop

        def run(cancel: CancelToken) -> ProgressSteps[IndexReport]:
            try:
                return (yield from job(cancel))
            except Cancelled:
                if kept.set(lambda: self._is_stopped):
                    on_stop()
                raise

        return run

    # ------------------------------------------------------------------ inside

    def _on_changes(self, changes: Changes) -> None:
        if self._is_stopped and (changes.assets or changes.model) and not changes.is_partial:
            self._count()

    def _count(self) -> None:
        engine = self._context.engine
        self._counts.submit(lambda _: engine.indexing_stop.left())

    def _on_unknown(self, error: object) -> None:
        self._context.notice(error)
        self._show(None)

    def _show(self, left: int | None) -> None:
        was_known, self._is_known = self._is_known, True
        if left is None or self._context.engine.is_read_only:
            if not was_known:
                self.released.emit()
            return
        self._is_stopped = True
        if self._row is None:
            self._row = self._context.jobs.add(tr("Stopped"), lambda: None)
        told = (
            ngettext(
                "{count} picture is not read yet; what was read is kept",
                "{count} pictures are not read yet; what was read is kept",
                left,
            )
            if left
            else tr("New and changed pictures are not read until you continue")
        )
        offer = Offer(tr("Continue"), self.continue_wanted.emit)
        self._context.jobs.end(self._row, JobState.STOPPED, Outcome(told, offer=offer))
