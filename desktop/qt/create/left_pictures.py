"""Pictures that an earlier run left: paid for and not saved, or decided on and not asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from desktop.core.text import ngettext, tr
from desktop.qt.create.queue_controller import QueueController
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import JobHandle
from desktop.services.generation.left_answers import LeftAnswers
from desktop.services.generation.queueing import QueueView
from desktop.services.reports import GeneratedPicture


class Left(NamedTuple):
    """What became of them. Attributes: problem: why not all could be saved."""

    made: Sequence[GeneratedPicture]
    problem: Exception | None = None


def finish_left(answers: LeftAnswers) -> Left:
    """Save what can be saved; in a lane."""
    made: list[GeneratedPicture] = []
    try:
        for picture in answers.finish():
            made.append(picture)  # noqa: PERF402 - those before a failure count
    except Exception as error:  # noqa: BLE001 (told to the person)
        return Left(made, error)
    return Left(made)


class LeftPictures(QObject):
    """Finishes them, once, when a library has been opened.

    Args:
        queue: goes on with what waits, when a person says so.
        make_searchable: as for ``CreationController``.
    """

    made = Signal(object)
    """GeneratedPicture that is in the library now."""

    def __init__(
        self,
        context: Context,
        queue: QueueController,
        make_searchable: Callable[[Sequence[int]], JobHandle],
    ) -> None:
        super().__init__()
        self._queue = queue
        self._context = context
        self._make_searchable = make_searchable
        engine = context.engine

        def look() -> tuple[Left, QueueView]:
            # Those that wait are looked up first: what this run decides on is its own.
            view = engine.generation.queue.view()
            engine.generation.talks.tidy()
            return finish_left(engine.generation.left_answers), view

        looking = context.lanes.network.submit(lambda _: look())
        looking.finished.connect(lambda found: self._tell(*found))
        looking.failed.connect(context.notice)

    def _tell(self, left: Left, view: QueueView) -> None:
        made, wait = left.made, view.wait
        if made:
            self._show(made)
        if left.problem is not None:
            self._context.notice(left.problem)
        elif made:
            self._context.notices.say(
                ngettext(
                    "{count} picture that was paid for in an earlier run has been saved.",
                    "{count} pictures that were paid for in an earlier run have been saved.",
                    len(made),
                )
            )
        elif view.waiting and wait is not None and wait.said and not wait.until:
            self._context.notices.say(
                wait.said, action=tr("Show the queue"), chosen=self._queue.show
            )
        elif view.waiting:
            self._context.notices.say(
                ngettext(
                    "{count} picture was decided on in an earlier run and not asked for yet.",
                    "{count} pictures were decided on in an earlier run and not asked for yet.",
                    len(view.waiting),
                ),
                action=tr("Create now"),
                chosen=self._queue.resume,
            )

    def _show(self, made: Sequence[GeneratedPicture]) -> None:
        assets = [asset for picture in made for asset in picture.assets]
        self._context.pictures.learn(assets)
        self._make_searchable([asset.id for asset in assets])
        self._context.hub.tell(Changes(assets=True))
        for picture in made:
            self.made.emit(picture)
