"""Creating pictures: proposals, the generation itself, and the key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from desktop.core.errors import (
    PlantainError,
    ServiceUnavailable,
    WorkingOffline,
)
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import tr
from desktop.qt.create.closing import may_close_over
from desktop.qt.create.left_pictures import Left, finish_left
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.queue_controller import QueueController
from desktop.qt.create.refused_key import give_way
from desktop.qt.create.sending_controller import SendingController
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import JobHandle, Latest
from desktop.services.generation.rehearsal import Rehearsal
from desktop.services.reports import GeneratedPicture
from desktop.services.search.proposals import ThingProposals

_DRAFT_MS = 400

_Proposed = tuple[str, Sequence[ThingProposals]]
"""Prompt, and what there is of each thing that it names."""


class CreationController(QObject):
    """Answers the Create panel.

    Args:
        queue: where pictures wait that are not to be made at once.
        make_searchable: lets the assets of these ids be found; finished(True) once they can be.
    """

    _came = Signal(object)
    """GeneratedPicture: sent from the lane, as soon as it is there."""

    indexed = Signal(object)
    """GeneratedPicture that can be found by now, as far as it can at all."""
    proposed = Signal()
    """The vector store is open from now on, if it was not before."""

    def __init__(
        self,
        context: Context,
        panel: GenerationPanel,
        queue: QueueController,
        make_searchable: Callable[[Sequence[int]], JobHandle],
    ) -> None:
        super().__init__()
        self._context = context
        self._make_searchable = make_searchable
        self._panel = panel
        self._handle: JobHandle | None = None
        self._sending = SendingController(context)
        self._sending.refused.connect(panel.show_stopped)
        panel.sending_wanted.connect(self.show_sending)
        # With the panel it goes, or it would keep what is no more.
        self._saving = QTimer(panel, singleShot=True, interval=_DRAFT_MS)
        self._saving.timeout.connect(self._keep_draft)
        self._proposals = Latest(context.lanes.search, self)
        self._proposals.finished.connect(self._show_proposals)
        self._proposals.failed.connect(self._on_no_proposals)
        panel.show_generators(
            context.engine.generation.generators,
            {
                name: each.provider
                for name, each in context.engine.generation.image_services.items()
            },
        )
        panel.proposals_wanted.connect(self.propose)
        panel.proposals_unwanted.connect(self._proposals.forget)
        panel.generate_requested.connect(self.generate)
        panel.cancel_requested.connect(self.cancel)
        panel.queue_requested.connect(queue.add)
        panel.queue_wanted.connect(queue.show)
        panel.queue_row.consent_wanted.connect(queue.ask_consent)
        queue.viewed.connect(panel.queue_row.show_view)
        panel.queue_row.show_view(queue.view)
        self._shown: list[GeneratedPicture] = []
        self._came.connect(self._show_one)
        panel.key_entered.connect(self.save_key)
        panel.key_state_wanted.connect(self._look_for_key)
        panel.save_again_requested.connect(self.save_again)
        panel.save_elsewhere_requested.connect(self.save_elsewhere)
        restoring = context.lanes.browse.submit(lambda _: context.engine.generation.draft.load())
        restoring.finished.connect(self._restore)

    def propose(self, prompt: str, count: int) -> None:
        """Look for references that fit the prompt: so many of each thing that it names."""
        engine = self._context.engine

        def find() -> _Proposed:
            # The words go along: by the time of the answer there may be others.
            return prompt, engine.searching.propose_each(prompt, count).things

        self._proposals.submit(lambda _: find())

    def generate(self, requests: Sequence[GenerationRequest]) -> None:
        """Create a picture, or several variants; the panel allows one run at a time. What goes to
        a service is shown before the first time."""
        asking = self._sending.ask(requests, lambda seen: self._send(requests, seen))
        self._handle = asking
        asking.progressed.connect(self._panel.show_progress)
        asking.failed.connect(self._on_failed)
        asking.cancelled.connect(self._panel.show_stopped)

    def show_sending(self, requests: Sequence[GenerationRequest]) -> None:
        """What would be sent; nothing is."""
        self._sending.show(requests).failed.connect(self._on_failed)

    def _send(self, requests: Sequence[GenerationRequest], seen: Rehearsal | None) -> None:
        engine = self._context.engine
        prompt = requests[0].prompt
        start = prompt if len(prompt) <= 40 else prompt[:39] + "…"
        handle = self._context.follow(
            self._context.lanes.network,
            tr("Create “{start}”", start=start),
            lambda cancel: engine.generation.generating.run_all(
                requests, cancel, seen=seen, on_made=self._came.emit
            ),
            self._finish,
        )
        self._shown = []
        self._handle = handle
        handle.finished.connect(lambda _: self._context.hub.tell(Changes(assets=True)))
        handle.progressed.connect(self._panel.show_progress)
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(self._panel.show_stopped)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def save_key(self, key: str, is_for_session: bool = False) -> None:
        """Try the key, and hand it to the key store or use it for this session; it is kept nowhere
        else."""
        service = self._panel.key_service()
        credential = self._context.engine.generation.image_services[service].key

        def keep() -> None:
            # A good key can be entered without a network.
            with suppress(ServiceUnavailable, WorkingOffline):
                credential.check(key)
            if is_for_session:
                credential.use_now(key)
            else:
                credential.save(key)

        handle = self._context.lanes.network.submit(lambda _: keep())
        handle.finished.connect(lambda _: self.show_key(service, True))
        handle.failed.connect(lambda error: self._on_key_not_kept(service, error))

    def show_key(self, service: str, has_key: bool) -> None:
        """A key was entered or removed, here or elsewhere; with it the service may have told its
        models."""
        self._panel.show_key_state(has_key, service)
        self._panel.show_models_again()

    def save_again(self) -> None:
        """There may be room by now for an answer that no disk took."""
        answers = self._context.engine.generation.left_answers
        handle = self._context.lanes.network.submit(lambda _: finish_left(answers))
        handle.finished.connect(self._on_saved_again)
        handle.failed.connect(self._on_failed)

    def save_elsewhere(self, key: str) -> None:
        """Ask for a folder for an answer that is in memory alone."""
        folder = QFileDialog.getExistingDirectory(
            self._context.dialog_parent, tr("Where to keep the picture for now")
        )
        if folder:
            engine = self._context.engine
            handle = self._context.lanes.network.submit(
                lambda _: engine.generation.left_answers.save_elsewhere(key, Path(folder))
            )
            handle.finished.connect(lambda is_kept: self._on_kept_elsewhere(folder, is_kept))
            handle.failed.connect(self._context.notice)

    def may_close(self) -> bool:
        """Asks while a picture is being made; what is paid for should not be given up unasked."""
        return not self._panel.is_running or may_close_over(
            self._context.dialog_parent, tr("A picture is being made.")
        )

    def keep_now(self) -> None:
        """The window closes; by the time that a lane came to it there would be none."""
        if self._saving.isActive():
            self._saving.stop()
            self._context.engine.generation.draft.save(self._panel.draft())

    def _keep_draft(self) -> None:
        draft = self._panel.draft()
        self._context.lanes.browse.submit(
            lambda _: self._context.engine.generation.draft.save(draft)
        )

    def _restore(self, draft: GenerationRequest | None) -> None:
        if draft is not None:
            self._panel.restore(draft)
        self._panel.draft_changed.connect(self._saving.start)

    def _look_for_key(self) -> None:
        service = self._panel.key_service()
        credential = self._context.engine.generation.image_services[service].key
        handle = self._context.lanes.browse.submit(lambda _: credential.is_set())
        handle.finished.connect(lambda has_key: self._on_key_looked_for(service, has_key))

    def _on_key_not_kept(self, service: str, error: object) -> None:
        if service == self._panel.key_service():
            self._panel.show_key_problem(self._context.known(error))
        else:  # the form asks for another service's by now
            self._context.notice(error)

    def _on_key_looked_for(self, service: str, has_key: bool) -> None:
        if has_key:
            self._panel.show_key_state(True, service)

    def _on_kept_elsewhere(self, folder: str, is_kept: bool) -> None:
        if not is_kept:
            self._context.notices.say(
                tr(
                    "The picture cannot be kept in {folder}. It is still in memory: free some "
                    "space, or choose another folder.",
                    folder=folder,
                ),
                is_failure=True,
            )
        else:
            self._panel.failure.clear()
            self._context.notices.say(
                tr(
                    "The picture is kept in {folder}. Free some space, then choose “Try again”: it "
                    "moves into your library.",
                    folder=folder,
                ),
                action=tr("Try again"),
                chosen=self.save_again,
            )

    def _on_saved_again(self, left: Left) -> None:
        """Those that an earlier run, or a full disk, had left."""
        self._shown = []
        for result in left.made:
            self._show_one(result)
        if left.made:
            self._finish(left.made)
            self._context.hub.tell(Changes(assets=True))
        if left.problem is not None:
            self._on_failed(left.problem)

    def _show_one(self, result: GeneratedPicture) -> None:
        """At once: the next one may take a minute, or fail."""
        if not isValid(self._panel):
            return  # it came while the window closed; it is in the library
        self._shown.append(result)
        self._context.pictures.learn(result.assets)
        self._panel.show_so_far(self._shown)
        self._context.hub.tell(Changes(assets=True, is_partial=True))
        handle = self._make_searchable([asset.id for asset in result.assets])
        handle.finished.connect(
            lambda is_searchable: self._panel.show_whether_searchable(result, is_searchable)
        )
        handle.finished.connect(lambda _: self.indexed.emit(result))

    def _finish(self, results: Sequence[GeneratedPicture]) -> Outcome:
        self._panel.show_results(results)
        return Outcome(tr("Saved as {file}", file=results[-1].asset.filename))

    def _on_failed(self, error: object) -> None:
        service = self._panel.asked_service()
        give_way(self._context, service, error, lambda: self._panel.offer_other_key(service))
        self._panel.show_failure(self._context.known(error))

    def _show_proposals(self, proposed: _Proposed) -> None:
        self._panel.show_proposals(*proposed)
        self.proposed.emit()

    def _on_no_proposals(self, error: object) -> None:
        # Proposals are a courtesy: without them the panel works as before. A known failure of
        # the search is told by the search itself; one of ours goes to the report.
        if not isinstance(error, PlantainError):
            self._context.known(error)
