"""The jobs of this session: what runs, and how the rest ended."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.core.progress import Progress
from desktop.services.reports import FileFailure

JOB_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``JobRow`` of a row."""

KEPT_JOBS = 30

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(slots=True)
class JobRow:
    """One job as it is shown.

    Attributes:
        title: what was asked ("Add 2 folders").
        outcome: how it ended, in words; empty while it runs.
        failures: files that failed, for the list behind "Show".
        began_at: monotonic seconds of the first progress; 0 before.
    """

    id: int
    title: str
    cancel: Callable[[], None]
    state: JobState = JobState.WAITING
    progress: Progress = field(default_factory=lambda: Progress("Waiting"))
    outcome: str = ""
    failures: tuple[FileFailure, ...] = ()
    began_at: float = 0.0
    stage_began_at: float = 0.0

    @property
    def is_live(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)


def progress_text(row: JobRow, now: float) -> str:
    """Stage, count, rate and time left, as far as they are known."""
    if not row.is_live:
        return row.outcome
    step = row.progress
    if step.total:
        parts = [f"{step.stage} · {step.done:,} of {step.total:,} {step.unit}"]
    elif step.done:
        parts = [f"{step.stage} · {step.done:,} {step.unit}"]
    else:
        parts = [step.stage]
    elapsed = now - row.stage_began_at
    if row.stage_began_at and elapsed >= 2 and step.done:
        rate = step.done / elapsed
        parts.append(f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.0f} a minute")
        if step.total and step.done < step.total:
            parts.append(f"{duration_text((step.total - step.done) / rate)} left")
    if step.failed:
        parts.append(f"{step.failed:,} could not be read")
    return " · ".join(parts)


def duration_text(seconds: float) -> str:
    """A duration, rounded as people say it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


class JobListModel(QAbstractListModel):
    """Newest first; the oldest finished ones fall off the end."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: list[JobRow] = []
        self._ids = itertools.count(1)

    def add(self, title: str, cancel: Callable[[], None]) -> int:
        """A job was asked for; returns its id."""
        row = JobRow(next(self._ids), title, cancel)
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._jobs.insert(0, row)
        self.endInsertRows()
        finished = [at for at, job in enumerate(self._jobs) if not job.is_live]
        if len(self._jobs) > KEPT_JOBS and finished:
            self.beginRemoveRows(QModelIndex(), finished[-1], finished[-1])
            del self._jobs[finished[-1]]
            self.endRemoveRows()
        return row.id

    def report(self, job_id: int, progress: Progress) -> None:
        """A job came further."""
        row = self.job(job_id)
        if row is None or not row.is_live:
            return
        now = time.monotonic()
        if progress.stage != row.progress.stage:
            row.stage_began_at = now
        row.began_at = row.began_at or now
        row.state, row.progress = JobState.RUNNING, progress
        self._changed(row)

    def end(
        self,
        job_id: int,
        state: JobState,
        outcome: str,
        failures: tuple[FileFailure, ...] = (),
    ) -> None:
        """A job is over."""
        row = self.job(job_id)
        if row is None:
            return
        row.state, row.outcome, row.failures = state, outcome, failures
        self._changed(row)

    def job(self, job_id: int) -> JobRow | None:
        return next((row for row in self._jobs if row.id == job_id), None)

    def jobs(self) -> tuple[JobRow, ...]:
        """Newest first."""
        return tuple(self._jobs)

    def current(self) -> JobRow | None:
        """The one worth a line: what runs, else what waits, else what ended last."""
        for state in (JobState.RUNNING, JobState.WAITING):
            for row in reversed(self._jobs):
                if row.state is state:
                    return row
        return self._jobs[0] if self._jobs else None

    def live_count(self) -> int:
        return sum(row.is_live for row in self._jobs)

    # ------------------------------------------------------------------ Qt

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._jobs)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        row = self._jobs[index.row()]
        if role == JOB_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        return None

    def _changed(self, row: JobRow) -> None:
        index = self.index(self._jobs.index(row))
        self.dataChanged.emit(index, index)
