"""Whatever reads pictures and writes vectors, in the index lane."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from desktop.core.asset import displayable_name
from desktop.core.progress import Progress
from desktop.core.text import marked, ngettext, tr
from desktop.qt.browse.centre import Centre
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import Job, JobHandle, Latest
from desktop.qt.jobs.panel import JobsPanel
from desktop.qt.manage.failures_dialog import FailuresDialog
from desktop.qt.manage.stop_controller import StopController
from desktop.services.reports import FileFailure, IndexReport, passed_over_in_words

_NOTHING_THERE = marked("No pictures found there")


class IndexingController(QObject):
    """Runs whatever reads pictures, one after the other; the catching up gives way."""

    def __init__(
        self, context: Context, centre: Centre, jobs_panel: JobsPanel, stop: StopController
    ) -> None:
        super().__init__()
        self._context = context
        self._stop = stop
        stop.stopped.connect(self._on_stopped)
        stop.continue_wanted.connect(self.go_on)
        self._centre = centre
        self._running = 0
        self._catching_up: JobHandle | None = None
        self._settling: JobHandle | None = None
        # Without a word where it fails: what was not sent now goes with the next run.
        self._renewals = Latest(context.lanes.index, self)
        jobs_panel.failures_requested.connect(self._show_failures)
        context.hub.changed.connect(self._on_changes)

    @property
    def is_indexing(self) -> bool:
        return self._running > 0

    def add(self, paths: Sequence[Path], *, retry_failed: bool = False) -> None:
        """Add folders and files to the library."""
        if len(paths) == 1:
            title = tr("Add {name}", name=displayable_name(paths[0]))
        else:
            title = ngettext("Add {count} item", "Add {count} items", len(paths))
        self._index(title, tuple(paths), retry_failed=retry_failed)

    def rescan(self) -> None:
        """Look for changes in all known folders, and read the rest if a person had stopped."""
        self._stop.lift()
        self._index(tr("Look for changes"), ())

    def go_on(self) -> None:
        """Read what was left when a person stopped, and what has changed since."""
        self._stop.lift()
        self._index(tr("Read the rest"), ())

    def catch_up(self) -> None:
        """Encode what the model in use does not know yet; whatever a person asks for goes first."""
        engine = self._context.engine
        if engine.is_read_only or self._stop.holds:
            return
        self._catching_up = self._run(
            tr("Make every picture searchable"),
            engine.indexing.catch_up,
            nothing=tr("Everything is up to date"),
        )

    def make_searchable(self, asset_ids: Sequence[int]) -> JobHandle:
        """Let pictures be found that were saved a moment ago; finished(True) once they can be."""
        engine = self._context.engine
        handle = self._context.lanes.index.submit(
            lambda cancel: engine.indexing.make_searchable(asset_ids, cancel)
        )
        handle.finished.connect(
            lambda can_be_found: self._context.hub.tell(Changes(assets=True, vectors=can_be_found))
        )
        handle.failed.connect(self._context.notice)
        self._let_pass()
        return handle

    def settle(self) -> None:
        """Send to a vector store that a search has opened what it was found to lack."""
        engine = self._context.engine
        if engine.is_read_only or (self._settling is not None and not self._settling.is_over):
            return
        # Without a word where it fails: what was not sent now goes with the next run.
        self._settling = self._context.lanes.index.submit(lambda _: engine.indexing.settle())
        self._settling.finished.connect(self._on_settled)

    # ------------------------------------------------------------------ inside

    def _on_settled(self, sent: int) -> None:
        if sent:
            self._context.hub.tell(Changes(vectors=True))

    def _on_changes(self, changes: Changes) -> None:
        if changes.ignored_less and not self._stop.is_stopped:
            self.rescan()
        if changes.model:
            if self._stop.is_stopped:  # the pictures are to be encoded: a person asked for that
                self.go_on()
            self.catch_up()
        if changes.annotations and not self._context.engine.is_read_only:
            self._renewals.submit(self._context.engine.indexing.keep_up)

    def _index(self, title: str, paths: Sequence[Path], *, retry_failed: bool = False) -> None:
        engine = self._context.engine
        self._run(
            title, lambda cancel: engine.indexing.run(paths, cancel, retry_failed=retry_failed)
        )
        self._let_pass()

    def _let_pass(self) -> None:
        """What was just asked for is done before the catching up, which goes on after it."""
        handle, self._catching_up = self._catching_up, None
        if handle is not None and not handle.is_over:
            handle.cancelled.connect(self.catch_up)
            handle.cancel()

    def _run(self, title: str, job: Job, *, nothing: str = _NOTHING_THERE) -> JobHandle:
        """``nothing``: the outcome when there was no picture to look at."""
        self._running += 1
        self._centre.show_indexing(True)
        engine = self._context.engine
        handle = self._context.follow(
            self._context.lanes.index,
            title,
            self._stop.kept(job, engine.model_switch.stop_loading),
            lambda report: index_outcome(report, nothing),
            over=self._on_over,
            changes=Changes(assets=True),
            stopped=tr("Stopped; what was read is kept"),
            on_stop=self._stop.stop,
        )
        handle.progressed.connect(self._on_progress)
        handle.failed.connect(self._context.notice)
        return handle

    def _on_progress(self, progress: Progress) -> None:
        if progress.total or progress.done:
            self._context.hub.tell(Changes(assets=True, is_partial=True))

    def _on_stopped(self) -> None:
        # What would be read by itself; what a person asked for besides is done all the same.
        handle, self._catching_up = self._catching_up, None
        if handle is not None:
            handle.cancel()

    def _on_over(self) -> None:
        self._running -= 1
        if not self.is_indexing:
            self._centre.show_indexing(False)

    def _show_failures(self, failures: Sequence[FileFailure]) -> None:
        dialog = FailuresDialog(failures, self._context.dialog_parent)
        dialog.retry_requested.connect(lambda paths: self.add(paths, retry_failed=True))
        dialog.open()


def index_outcome(report: IndexReport, nothing: str = _NOTHING_THERE) -> Outcome:
    """What a run did; ``nothing``: in case that there was no picture to look at."""
    done = _index_text(report) or tr(nothing)
    passed_over = passed_over_in_words(report.passed_over)
    return Outcome(f"{done} · {passed_over}" if passed_over else done, report.failed)


def _index_text(report: IndexReport) -> str:
    parts: list[str] = []
    if report.added:
        parts.append(tr("{count} added", count=report.added))
    if report.updated:
        parts.append(tr("{count} updated", count=report.updated))
    if report.moved:
        parts.append(tr("{count} moved", count=report.moved))
    if report.missing:
        parts.append(tr("{count} missing", count=report.missing))
    if report.failed:
        parts.append(tr("{count} could not be read", count=len(report.failed)))
    if parts:
        return " · ".join(parts)
    return tr("Everything is up to date") if report.found else ""
