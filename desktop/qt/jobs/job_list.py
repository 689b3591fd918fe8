"""The jobs of this session: what runs, and how the rest ended."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.core.progress import Progress
from desktop.core.text import number, tr
from desktop.qt.jobs.pace import Pace, left_text
from desktop.services.reports import FileFailure

JOB_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``JobRow`` of a row."""

KEPT_JOBS = 30
_LEAST_RATE = 0.5 / 60
"""Steps a second; of less is said nothing, it would read "0 a minute"."""

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be done about a job that has ended.

    Attributes:
        text: of the button.
    """

    text: str
    do: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended.

    Attributes:
        text: in one line.
        failures: files that failed, for the list behind "Show".
        offer: what a person may do about it; stays in sight until it is done.
    """

    text: str
    failures: tuple[FileFailure, ...] = ()
    offer: Offer | None = None


@dataclass(slots=True)
class JobRow:
    """One job as it is shown.

    Attributes:
        title: what was asked ("Add 2 folders").
        outcome: how it ended; empty while it runs.
        pace: of the stage that it is at.
        is_stopping: a person has asked it to stop.
    """

    id: int
    title: str
    cancel: Callable[[], None]
    state: JobState = JobState.WAITING
    progress: Progress = field(default_factory=lambda: Progress(tr("Waiting")))
    outcome: Outcome = Outcome("")
    pace: Pace = field(default_factory=Pace)
    is_stopping: bool = False

    @property
    def is_live(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)


def progress_text(row: JobRow) -> str:
    """Stage, count, rate and time left, as far as they are known."""
    if not row.is_live:
        return row.outcome.text
    step = row.progress
    if step.total:
        done = tr("{done} of {total} {unit}", done=step.done, total=step.total, unit=tr(step.unit))
        parts = [step.stage, done.rstrip()]
    elif step.done:
        parts = [step.stage, tr("{done} {unit}", done=step.done, unit=tr(step.unit)).rstrip()]
    else:
        parts = [step.stage]
    if row.is_stopping:
        parts[0] = tr("Stopping…")
    elif (rate := row.pace.rate()) >= _LEAST_RATE:
        parts.append(
            tr("{rate} a second", rate=number(rate))
            if rate >= 1
            else tr("{rate} a minute", rate=number(rate * 60))
        )
        left = row.pace.left_s(step.total) if step.total else None
        if left is not None:
            parts.append(left_text(left))
    if step.failed:
        parts.append(tr("{count} could not be read", count=step.failed))
    return " · ".join(parts)


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
        finished = [
            at for at, job in enumerate(self._jobs) if not job.is_live and job.outcome.offer is None
        ]
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
        if progress.stage != row.progress.stage:
            row.pace = Pace()
        row.pace.take(progress.done, time.monotonic())
        row.state, row.progress = JobState.RUNNING, progress
        self._changed(row)

    def stop(self, job_id: int) -> None:
        """A person wants no more of a job, and reads so at once: what is at hand may take a while.

        Nothing is asked of one that is over, or was asked before.
        """
        row = self.job(job_id)
        if row is None or not row.is_live or row.is_stopping:
            return
        row.is_stopping = True
        self._changed(row)
        row.cancel()

    def end(self, job_id: int, state: JobState, outcome: Outcome) -> None:
        """A job is over."""
        row = self.job(job_id)
        if row is None:
            return
        row.state, row.outcome = state, outcome
        self._changed(row)

    def job(self, job_id: int) -> JobRow | None:
        return next((row for row in self._jobs if row.id == job_id), None)

    def jobs(self) -> tuple[JobRow, ...]:
        """Newest first."""
        return tuple(self._jobs)

    def current(self) -> JobRow | None:
        """The one worth a line: what runs, else what waits, what can be done about one that has
        ended, else what ended last."""
        for state in (JobState.RUNNING, JobState.WAITING):
            for row in reversed(self._jobs):
                if row.state is state:
                    return row
        for row in self._jobs:
            if row.outcome.offer is not None:
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
