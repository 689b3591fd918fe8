"""One model on its way to this computer: how far it is, and how it can be held and taken up."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import size, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import JobHandle
from desktop.qt.jobs.pace import Pace, left_text

if TYPE_CHECKING:
    from desktop.embedding.models.registry import ModelEntry

Work = Callable[[CancelToken], "ProgressSteps[ModelEntry | None]"]
_MEGABYTE = 1_000_000


class Phase(StrEnum):
    OFFERED = "offered"
    RUNNING = "running"
    HELD = "held"
    FAILED = "failed"
    READY = "ready"


class ModelInstall(QObject):
    """Runs the job, which the jobs line shows too, and keeps what came of it.

    Attributes:
        title: what is being done, for the jobs line.
        progress: of the job at hand, or where it was held.
        error: why it failed.
        is_download: what arrived is kept when it is held.
    """

    changed = Signal()
    queued = Signal(str)
    """Title of what begins when what runs now is over."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._work: Work | None = None
        self._waiting: dict[str, Callable[[], None]] = {}
        self._handle: JobHandle | None = None
        self._pace = Pace()
        self.phase = Phase.OFFERED
        self.title = ""
        self.progress: Progress | None = None
        self.error: PlantainError | None = None
        self.is_download = False

    def begin(self, title: str, work: Work, *, is_download: bool = False) -> None:
        """Do this, after what runs already."""
        if self.phase is Phase.RUNNING:
            if title != self.title:
                self._waiting[title] = partial(self.begin, title, work, is_download=is_download)
                self.queued.emit(title)
                self.changed.emit()
            return
        self.title, self._work, self.is_download = title, work, is_download
        self.go_on()

    def go_on(self) -> None:
        """Begin the same again, where it was held or has failed."""
        if self._work is None or self.phase is Phase.RUNNING:
            return
        self.phase, self.progress, self.error = Phase.RUNNING, None, None
        handle = self._context.follow(
            self._context.lanes.models,
            self.title,
            self._work,
            lambda _: Outcome(tr("The model is in use")),
            stopped=tr("Held; what arrived is kept") if self.is_download else "",
        )
        self._handle = handle
        handle.progressed.connect(self._on_progress)
        handle.finished.connect(self._on_finished)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(lambda: self._now(Phase.HELD))
        self.changed.emit()

    def hold(self) -> None:
        """Stop for now."""
        if self._handle is not None and self.phase is Phase.RUNNING:
            self._handle.cancel()

    def forget(self) -> None:
        """Offer something else, where nothing runs."""
        if self.phase is not Phase.RUNNING:
            self._work, self.is_download, self.progress, self.error = None, False, None, None
            self._now(Phase.OFFERED)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Titles of what follows, in its order."""
        return tuple(self._waiting)

    @property
    def is_transferring(self) -> bool:
        """Bytes are on their way, of which none is lost when it is held."""
        step = self.progress
        return self.is_download and (step is None or step.unit == tr("MB"))

    def how_far(self) -> str:
        """Counts, rate and time left, as far as they are known."""
        step = self.progress
        if step is None or not step.total:
            return ""
        is_in_bytes = step.unit == tr("MB")
        counted = tr(
            "{done} of {total} {unit}", done=step.done, total=step.total, unit=tr(step.unit)
        )
        parts: list[str] = [counted]
        rate = self._pace.rate()
        if is_in_bytes and rate and self.phase is Phase.RUNNING:
            parts.append(tr("{size} a second", size=size(round(rate * _MEGABYTE))))
            left = self._pace.left_s(step.total)
            if left is not None:
                parts.append(left_text(left))
        return " · ".join(parts)

    # ------------------------------------------------------------------ inside

    def _on_progress(self, progress: Progress) -> None:
        if self.progress is None or progress.stage != self.progress.stage:
            self._pace = Pace()
        self._pace.take(progress.done, time.monotonic())
        self.progress = progress
        self.changed.emit()

    def _on_finished(self, _: object) -> None:
        self._context.hub.tell(Changes(model=True))
        self._now(Phase.READY)

    def _on_failed(self, error: object) -> None:
        self.error = self._context.known(error)
        self._now(Phase.FAILED)

    def _now(self, phase: Phase) -> None:
        self.phase = phase
        self.changed.emit()
        if phase is not Phase.OFFERED and self._waiting:
            self._waiting.pop(next(iter(self._waiting)))()
