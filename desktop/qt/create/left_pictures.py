"""Pictures that an earlier run left: paid for and not saved, or decided on and not asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.cancellation import CancelToken
from desktop.core.progress import ProgressSteps
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import JobHandle
from desktop.services.reports import GeneratedPicture


class LeftPictures(QObject):
    """Finishes them, once, when a library has been opened.

    Args:
        make_searchable: as for ``CreationController``.
    """

    def __init__(
        self, context: Context, make_searchable: Callable[[Sequence[int]], JobHandle]
    ) -> None:
        super().__init__()
        self._context = context
        self._make_searchable = make_searchable
        engine = context.engine

        def look() -> tuple[list[GeneratedPicture], list[Attempt]]:
            # Those that wait are looked up first: what this run decides on is its own.
            waiting = [
                attempt
                for attempt in engine.generating.unfinished()
                if attempt.state is AttemptState.QUEUED
            ]
            return [*engine.generating.finish_left()], waiting

        looking = context.lanes.network.submit(lambda _: look())
        looking.finished.connect(lambda found: self._tell(*found))
        looking.failed.connect(context.notice)

    def _tell(self, made: Sequence[GeneratedPicture], waiting: Sequence[Attempt]) -> None:
        if made:
            self._show(made)
            self._context.notices.say(
                ngettext(
                    "{count} picture that was paid for in an earlier run has been saved.",
                    "{count} pictures that were paid for in an earlier run have been saved.",
                    len(made),
                )
            )
        elif waiting:
            self._context.notices.say(
                ngettext(
                    "{count} picture was decided on in an earlier run and not asked for yet.",
                    "{count} pictures were decided on in an earlier run and not asked for yet.",
                    len(waiting),
                ),
                action=tr("Create now"),
                chosen=lambda: self._create([attempt.key for attempt in waiting]),
            )

    def _create(self, keys: Sequence[str]) -> None:
        generating = self._context.engine.generating

        def run(cancel: CancelToken) -> ProgressSteps[list[GeneratedPicture]]:
            made: list[GeneratedPicture] = []
            for key in keys:
                made.append((yield from generating.run_queued(key, cancel)))  # noqa: PERF401
            return made

        handle = self._context.follow(
            self._context.lanes.network,
            tr("Pictures of an earlier run"),
            run,
            lambda made: self._show(made),
        )
        handle.failed.connect(self._context.notice)

    def _show(self, made: Sequence[GeneratedPicture]) -> Outcome:
        assets = [asset for picture in made for asset in picture.assets]
        self._context.pictures.learn(assets)
        self._make_searchable([asset.id for asset in assets])
        self._context.hub.tell(Changes(assets=True))
        return Outcome(tr("Saved as {file}", file=assets[-1].filename))
