"""Shows what would be sent, and asks before the first time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import ProgressSteps
from desktop.core.text import date
from desktop.qt.create.sending_sheet import SendingSheet, SendingView, thumbnails_of
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import JobHandle
from desktop.services.generation.rehearsal import Rehearsal


class SendingController(QObject):
    """Between the Create panel and what sends."""

    refused = Signal()
    """The person has looked, and does not want it sent, or has stopped it meanwhile."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.sheet: SendingSheet | None = None

    def ask(
        self,
        requests: Sequence[GenerationRequest],
        agreed: Callable[[Rehearsal | None], object],
    ) -> JobHandle:
        """Ask where that is needed; ``agreed`` goes on, with what the person has seen.

        Returns:
            What stops it, also after the look, until ``agreed`` is called.
        """
        rehearsing = self._context.engine.generation.rehearsing
        ratio = self._ratio()

        def look(cancel: CancelToken) -> ProgressSteps[SendingView | None]:
            found = yield from rehearsing.unseen(requests, cancel)
            return _view(found, ratio) if found else None

        def go_on(seen: Rehearsal | None) -> None:
            if handle.token.is_cancelled:  # while the answer was on its way
                self.refused.emit()
            else:
                agreed(seen)

        def show(view: SendingView | None) -> None:
            if view is None or handle.token.is_cancelled:
                go_on(None)
            else:
                self._ask(view, go_on)

        # Not behind what the queue has sent: what is created at once is next.
        handle = self._context.lanes.preview.submit(look)
        handle.finished.connect(show)
        return handle

    def ask_about(
        self, requests: Sequence[GenerationRequest], agreed: Callable[[Rehearsal], object]
    ) -> JobHandle:
        """Ask in any case: what was agreed to before was something else."""
        handle = self._look(requests)
        handle.finished.connect(lambda view: self._ask(view, agreed))
        return handle

    def show(self, requests: Sequence[GenerationRequest]) -> JobHandle:
        """What would be sent, now or when the person has agreed long ago."""
        rules = self._context.engine.generation.sending_rules

        def show(view: SendingView) -> None:
            endpoint = view.rehearsal.destination.endpoint

            def withdraw() -> None:
                # It is believed from then on: that it was not kept has to be told.
                withdrawing = self._context.lanes.browse.submit(lambda _: rules.withdraw(endpoint))
                withdrawing.failed.connect(self._context.notice)

            self._open(view, is_question=False).withdrawn.connect(withdraw)

        handle = self._look(requests)
        handle.finished.connect(show)
        return handle

    # ------------------------------------------------------------------ inside

    def _look(self, requests: Sequence[GenerationRequest]) -> JobHandle:
        engine = self._context.engine
        rehearsing, rules = engine.generation.rehearsing, engine.generation.sending_rules
        ratio = self._ratio()

        def look(cancel: CancelToken) -> ProgressSteps[SendingView]:
            found = yield from rehearsing.rehearse_all(requests, cancel)
            given_at = rules.agreed().get(found.destination.endpoint)
            return _view(found, ratio, date(given_at) if given_at else "")

        return self._context.lanes.preview.submit(look)

    def _ratio(self) -> float:
        return self._context.dialog_parent.devicePixelRatioF()

    def _ask(self, view: SendingView, agreed: Callable[[Rehearsal], object]) -> None:
        rules = self._context.engine.generation.sending_rules
        endpoint = view.rehearsal.destination.endpoint
        sheet = self._open(view, is_question=True)
        sheet.rejected.connect(self.refused)

        def agree() -> None:
            # Kept before anything is sent.
            keeping = self._context.lanes.browse.submit(lambda _: rules.agree(endpoint))
            keeping.finished.connect(lambda _: agreed(view.rehearsal))
            keeping.failed.connect(self._context.notice)
            keeping.failed.connect(lambda _: self.refused.emit())

        sheet.agreed.connect(agree)

    def _open(self, view: SendingView, *, is_question: bool) -> SendingSheet:
        context = self._context
        sheet = SendingSheet(
            context.theme, view, is_question=is_question, parent=context.dialog_parent
        )
        sheet.finished.connect(self._forget)
        self.sheet = sheet
        sheet.open()
        return sheet

    def _forget(self) -> None:
        self.sheet = None


def _view(rehearsal: Rehearsal, ratio: float, agreed_on: str = "") -> SendingView:
    images = thumbnails_of([each.image.data for each in rehearsal.pictures], ratio)
    return SendingView(rehearsal, images, agreed_on)
