"""What every controller works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop.core.errors import PlantainError
from desktop.core.progress import Progress
from desktop.qt.engine import EngineParts
from desktop.qt.lanes import Lanes
from desktop.qt.main_window import MainWindow
from desktop.qt.models.job_list import JobState
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.workers.lane import Job, JobHandle, Lane


@dataclass(frozen=True)  # no slots: Qt keeps weak references to the methods it calls
class Context:
    """One open library and the window that shows it.

    Attributes:
        unforeseen: takes errors that are ours; the report dialog shows them.
    """

    engine: EngineParts
    window: MainWindow
    lanes: Lanes
    pictures: Pictures
    cache: PixmapCache
    unforeseen: Callable[[BaseException], None]

    def known(self, error: object) -> PlantainError:
        """An error to be shown in place; what nobody foresaw is reported as well."""
        if isinstance(error, PlantainError):
            return error
        if isinstance(error, BaseException):
            self.unforeseen(error)
        return PlantainError(
            "Something went wrong inside Plantain.", safe="Your pictures were not changed."
        )

    def notice(self, error: object) -> None:
        """Say a failure above the grid."""
        self.window.centre.notice.say(self.known(error).sentence(), is_failure=True)

    def follow(
        self, lane: Lane, title: str, job: Job, *, stopped: str = "Stopped"
    ) -> tuple[int, JobHandle]:
        """Run a job that the jobs line shows; the caller connects ``finished``.

        Progress, cancelling and failing are shown there.

        Args:
            stopped: the outcome in words when a person stops it.
        """
        jobs = self.window.jobs
        handle = lane.submit(job)
        job_id = jobs.add(title, handle.cancel)

        def report(progress: Progress) -> None:
            jobs.report(job_id, progress)

        handle.progressed.connect(report)
        handle.cancelled.connect(lambda: jobs.end(job_id, JobState.STOPPED, stopped))
        handle.failed.connect(
            lambda error: jobs.end(
                job_id, JobState.FAILED, getattr(error, "message", "") or "It did not work"
            )
        )
        return job_id, handle
