"""Works the queue of pictures off, one after the other, and shows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.attempt import Attempt
from desktop.core.errors import PlantainError, Remedy
from desktop.core.generation_queue import WaitReason
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import Progress
from desktop.core.text import listed, ngettext, tr
from desktop.qt.create.closing import may_close_over
from desktop.qt.create.failure_card import FROM_REQUEST
from desktop.qt.create.queue_dialog import QueueDialog
from desktop.qt.create.queue_words import short_wait_words
from desktop.qt.create.refused_key import give_way
from desktop.qt.create.sending_controller import SendingController
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import JobState, Offer, Outcome
from desktop.qt.jobs.lane import JobHandle
from desktop.services.generation.queueing import QueueStep, QueueView
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.reports import GeneratedPicture

_AGAIN = frozenset({Remedy.TRY_AGAIN, Remedy.WAIT, Remedy.SEE_WHAT_IS_SENT})
"""The queue itself shows what is sent, where somebody has to agree to it."""
_LONGEST_TIMER_MS = 3_600_000
"""Of a wait that is longer it is looked at again in between: a computer may have slept."""


class QueueController(QObject):
    """One runner in the network lane. Each picture is a job of its own there, so that one that is
    created at once comes in between; what is left is known to the catalogue alone.

    Args:
        make_searchable: lets the assets of these ids be found.
    """

    viewed = Signal(object)
    """QueueView: the queue may be another."""
    made = Signal(object)
    """GeneratedPicture."""
    remedy_chosen = Signal(object, object, object)
    """Remedy, PlantainError, GenerationRequest: a next step that is none of the queue's."""

    def __init__(
        self, context: Context, make_searchable: Callable[[Sequence[int]], JobHandle]
    ) -> None:
        super().__init__()
        self._context = context
        self._make_searchable = make_searchable
        self._sending = SendingController(context)
        self._dialog: QueueDialog | None = None
        self._view = QueueView(None, (), ())
        self._is_wanted_again = False
        self._handle: JobHandle | None = None
        self._job: int | None = None
        self._made = self._failed = 0
        self._offered: tuple[int, JobState, str] | None = None
        self._is_live = False
        # With the window it goes.
        self._timer = QTimer(context.dialog_parent, singleShot=True)
        self._timer.timeout.connect(self._run)
        self.refresh()

    @property
    def view(self) -> QueueView:
        """As it was last read."""
        return self._view

    @property
    def is_at_work(self) -> bool:
        """A picture of the queue is being made."""
        return self._handle is not None

    def may_close(self) -> bool:
        """Asks while one is being made, and while one that was paid for could not be saved; those
        that wait are there again after the next start."""
        if self.is_at_work:
            what = tr("A picture of the queue is being made.")
        elif self._context.engine.generation.left_answers.is_at_risk:
            what = tr("A picture that was paid for is not saved, and would be lost.")
        else:
            return True
        return may_close_over(self._context.dialog_parent, what)

    def show(self) -> None:
        """The list."""
        if self._dialog is None:
            self._dialog = dialog = QueueDialog(
                self._context.engine.generation.generators, self._context.dialog_parent
            )
            dialog.pause_wanted.connect(self.pause)
            dialog.resume_wanted.connect(self.resume)
            dialog.consent_wanted.connect(self.ask_consent)
            dialog.cancel_wanted.connect(self.cancel)
            dialog.retry_wanted.connect(self.retry)
            dialog.order_wanted.connect(self.order)
            dialog.remedy_chosen.connect(self._do_about)
            dialog.finished.connect(self._forget_dialog)
            dialog.show_view(self._view)
            self._tell_spent(dialog)
        self._dialog.show()
        self._dialog.raise_()
        self.refresh()

    def add(self, requests: Sequence[GenerationRequest]) -> None:
        """Behind those that wait; it begins unless there is a reason to wait."""
        self._change(partial(self._context.engine.generation.queue.add, requests), then_run=True)

    def go_on(self) -> None:
        """Something was added to it by another way."""
        self._change(lambda: None, then_run=True)

    def pause(self) -> None:
        """Nothing more is sent; what was sent is waited for."""
        self._change(self._context.engine.generation.queue.pause)

    def resume(self) -> None:
        """Whatever it waited for."""
        self._change(self._context.engine.generation.queue.resume, then_run=True)

    def ask_consent(self) -> None:
        """Show what the next one would send; it goes on when the person agrees, and sends that."""
        if not self._view.waiting:
            return
        attempt = self._view.waiting[0]
        queue = self._context.engine.generation.queue

        def agree(seen: Rehearsal) -> None:
            self._change(partial(queue.agree, attempt.key, seen.request), then_run=True)

        looking = self._sending.ask_about((attempt.record.request,), agree)
        looking.failed.connect(self._context.notice)

    def order(self, keys: Sequence[str]) -> None:
        """All that wait, in this order."""
        self._change(partial(self._context.engine.generation.queue.order, keys))

    def cancel(self, keys: Collection[str]) -> None:
        """These are not wanted any more."""
        self._change(
            partial(self._context.engine.generation.queue.cancel, keys), after=self._stop_if
        )

    def retry(self, keys: Sequence[str]) -> None:
        """The same once more."""
        queue = self._context.engine.generation.queue

        def ask() -> None:
            for key in keys:
                queue.retry(key)

        self._change(ask, then_run=True)

    def refresh(self) -> None:
        """Read it anew."""
        self._change(lambda: None)

    # ------------------------------------------------------------------ inside

    def _do_about(self, remedy: Remedy, error: PlantainError, attempt: Attempt) -> None:
        if attempt.is_over and remedy in _AGAIN:
            self.retry([attempt.key])
            return
        if self._dialog is not None and remedy in FROM_REQUEST:
            self._dialog.accept()  # it is before the panel
        self.remedy_chosen.emit(remedy, error, attempt.record.request)

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _change(
        self,
        do: Callable[[], object],
        *,
        then_run: bool = False,
        after: Callable[[object], object] = lambda _: None,
    ) -> None:
        queue = self._context.engine.generation.queue

        def change() -> tuple[object, QueueView]:
            return do(), queue.view()

        def show(answer: tuple[object, QueueView]) -> None:
            result, view = answer
            was = self._view.wait
            self._show(view)
            after(result)
            is_lifted = was is not None and was.reason is WaitReason.CHANGED and view.wait is None
            if then_run or is_lifted:
                self._run()

        handle = self._context.lanes.browse.submit(lambda _: change())
        handle.finished.connect(show)
        handle.failed.connect(self._context.notice)

    def _show(self, view: QueueView) -> None:
        self._view = view
        if self._dialog is not None:
            self._dialog.show_view(view)
            self._tell_spent(self._dialog)
        self.viewed.emit(view)
        self._set_timer()

    def _tell_spent(self, dialog: QueueDialog) -> None:
        spending = self._context.engine.generation.spending
        handle = self._context.lanes.browse.submit(lambda _: spending.report())
        # It may have been closed, and another one opened, meanwhile.
        handle.finished.connect(lambda report: dialog is self._dialog and dialog.show_spent(report))
        handle.failed.connect(self._context.notice)

    def _set_timer(self) -> None:
        """A wait that ends by itself ends here, where this run has begun to work."""
        wait = self._view.wait
        if wait is None or not wait.until or not self._view.waiting or not self._is_live:
            self._timer.stop()
            return
        left_ms = int(max(0.0, wait.until - time.time()) * 1000) + 1
        self._timer.start(min(left_ms, _LONGEST_TIMER_MS))

    def _stop_if(self, is_running: object) -> None:
        if is_running and self._handle is not None:
            self._handle.cancel()

    def _run(self) -> None:
        """Ask for the next one, unless one is asked for already."""
        self._is_live = True
        # It may have seen already that nothing waits, and not have said so yet.
        self._is_wanted_again = self._handle is not None
        if self._handle is not None:
            return
        queue = self._context.engine.generation.queue
        handle = self._context.lanes.network.submit(queue.run_next)
        self._handle = handle
        handle.progressed.connect(self._report)
        handle.finished.connect(self._on_step)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(lambda: self._end(JobState.STOPPED))

    def _report(self, progress: Progress) -> None:
        jobs = self._context.jobs
        if self._job is None:
            self._made = self._failed = 0
            self._close_offer()
            self._job = jobs.add(tr("Queue of pictures"), self.pause)
            self.refresh()  # one of them is at work now
        done = self._made + self._failed
        at_work = sum(not attempt.is_over for attempt in self._view.others)
        left = max(1, len(self._view.waiting) + at_work)
        jobs.report(self._job, Progress(progress.stage, done, done + left))

    def _on_step(self, step: QueueStep) -> None:
        self._handle = None
        if step.picture is not None:
            self._made += 1
            self._take(step.picture)
        elif step.error is not None:
            self._failed += 1
            give_way(self._context, step.generator, step.error)
        if step.is_over and self._is_wanted_again and step.error is None:
            self._run()
        elif step.is_over:
            if step.error is not None:
                self._failed -= 1  # it is waited for, and has not failed for good
            self._end(JobState.DONE)
        else:
            self.refresh()
            self._run()

    def _take(self, picture: GeneratedPicture) -> None:
        self._context.pictures.learn(picture.assets)
        self._make_searchable([asset.id for asset in picture.assets])
        self._context.hub.tell(Changes(assets=True))
        self.made.emit(picture)

    def _on_failed(self, error: object) -> None:
        self._context.notice(error)
        self._end(JobState.FAILED)

    def _close_offer(self) -> None:
        """The line of an earlier run has nothing to offer any more."""
        if self._offered is not None:
            job, state, text = self._offered
            self._offered = None
            self._context.jobs.end(job, state, Outcome(text))

    def _end(self, state: JobState) -> None:
        """Nothing is at work any more; what the queue says now is told of it."""
        self._handle = None
        job, self._job = self._job, None
        if job is None:
            self.refresh()
            return
        done = [
            ngettext("{count} created", "{count} created", self._made) if self._made else "",
            ngettext("{count} failed", "{count} failed", self._failed) if self._failed else "",
        ]
        told = listed(part for part in done if part)

        def tell(_: object) -> None:
            view = self._view
            why = short_wait_words(view.wait) if view.waiting else ""
            is_open = bool(why) or self._failed > 0
            text = " · ".join(part for part in (told, why) if part) or tr("Nothing waits.")
            offer = Offer(tr("Show the queue"), self.show) if is_open else None
            self._offered = (job, state, text) if is_open else None
            self._context.jobs.end(job, state, Outcome(text, offer=offer))

        self._change(lambda: None, after=tell)
