"""What every controller works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import isgenerator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from PySide6.QtWidgets import QWidget

from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.jobs.changes import ChangeHub, Changes
from desktop.qt.jobs.job_list import JobListModel, JobState, Outcome
from desktop.qt.jobs.lane import Job, JobHandle, Lane
from desktop.qt.jobs.lanes import Lanes
from desktop.qt.theme import Theme
from desktop.qt.widgets.notice_bar import NoticeBar

if TYPE_CHECKING:
    from desktop.services.engine import Engine

_NOTHING = Changes()


class Offer(NamedTuple):
    """What can be done about an error right where it is said.

    Attributes:
        name: of the button, made when it is shown.
    """

    name: Callable[[], str]
    choose: Callable[[PlantainError], object]


@dataclass(frozen=True)  # no slots: Qt keeps weak references to the methods it calls
class Context:
    """One open library, and what is needed to work on it and to tell what came of it.

    Attributes:
        engine: the services.
        jobs: the jobs line and its list.
        notices: the line above the grid that tells of failures.
        unforeseen: takes errors that are ours; the report dialog shows them.
        dialog_parent: the widget over which dialogs open.
        offers: what notices of these errors offer; filled by the controllers that can do it.
    """

    engine: Engine
    lanes: Lanes
    jobs: JobListModel
    notices: NoticeBar
    theme: Theme
    pictures: Pictures
    cache: PixmapCache
    unforeseen: Callable[[BaseException], None]
    dialog_parent: QWidget
    hub: ChangeHub = field(default_factory=ChangeHub)
    offers: dict[type[PlantainError], Offer] = field(
        default_factory=dict[type[PlantainError], Offer]
    )

    def known(self, error: object) -> PlantainError:
        """An error to be shown in place; what nobody foresaw is reported as well."""
        if isinstance(error, PlantainError):
            return error
        if isinstance(error, BaseException):
            self.unforeseen(error)
        return PlantainError(
            tr("Something went wrong inside Plantain."), safe=tr("Your pictures were not changed.")
        )

    def notice(self, error: object) -> None:
        """Say a failure above the grid, with what can be done about it there."""
        known = self.known(error)
        offer = self.offers.get(type(known))
        self.notices.say(
            known.sentence(),
            is_failure=True,
            action=offer.name() if offer else "",
            chosen=None if offer is None else lambda: offer.choose(known),
        )

    def follow(
        self,
        lane: Lane,
        title: str,
        job: Job,
        outcome: Callable[[Any], Outcome],
        *,
        changes: Changes = _NOTHING,
        over: Callable[[], object] = lambda: None,
        stopped: str = "",
        on_stop: Callable[[], object] = lambda: None,
    ) -> JobHandle:
        """Run a job that the jobs line shows from its beginning to its end.

        Args:
            outcome: says what came of it, from the job's result.
            changes: what it may have changed, told however it ends.
            over: called before that, however it ends.
            stopped: the outcome when a person stops it.
            on_stop: called when a person stops it, before the job is told.
        """
        handle = lane.submit(lambda token: _steps(job, token))

        def cancel() -> None:
            on_stop()
            handle.cancel()

        job_id = self.jobs.add(title, cancel)

        def report(progress: Progress) -> None:
            self.jobs.report(job_id, progress)

        def end(state: JobState, outcome: Outcome) -> None:
            self.jobs.end(job_id, state, outcome)
            over()
            self.hub.tell(changes)

        def fail(error: object) -> None:
            message = getattr(error, "message", "") or tr("Failed")
            end(JobState.FAILED, Outcome(message))

        handle.progressed.connect(report)
        handle.finished.connect(lambda result: end(JobState.DONE, outcome(result)))
        handle.failed.connect(fail)
        handle.cancelled.connect(lambda: end(JobState.STOPPED, Outcome(stopped or tr("Stopped"))))
        return handle


def _steps(job: Job, token: CancelToken) -> ProgressSteps[Any]:
    """A job that tells first that it has begun: one without steps would read "Waiting" to its
    end."""
    yield Progress("")
    made = job(token)
    if isgenerator(made):
        return (yield from cast(ProgressSteps[Any], made))
    return made
