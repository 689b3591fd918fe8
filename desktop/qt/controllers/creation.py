"""Creating pictures: proposals, the generation itself, and the key."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.core.errors import PlantainError
from desktop.core.progress import Progress
from desktop.generation.request import GenerationRequest
from desktop.qt.controllers.context import Context
from desktop.qt.models.job_list import JobState
from desktop.qt.workers.lane import JobHandle
from desktop.qt.workers.latest import Latest
from desktop.services.reports import GeneratedPicture


class CreationController(QObject):
    """Answers the Create panel."""

    library_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._panel = context.window.creation
        self._handle: JobHandle | None = None
        self._proposals = Latest(context.lanes.search, self)
        self._proposals.finished.connect(self._panel.show_proposals)
        self._proposals.failed.connect(self._on_no_proposals)
        panel = self._panel
        panel.show_generators(context.engine.generators)
        panel.proposals_wanted.connect(self.propose)
        panel.proposals_unwanted.connect(self._proposals.forget)
        panel.generate_requested.connect(self.generate)
        panel.cancel_requested.connect(self.cancel)
        panel.key_entered.connect(self.save_key)

    def propose(self, prompt: str, count: int) -> None:
        """Look for references that fit the prompt."""
        engine = self._context.engine
        self._proposals.submit(lambda _: engine.searching.propose(prompt, count))

    def generate(self, request: GenerationRequest) -> None:
        """Create a picture; the panel allows one at a time."""
        engine = self._context.engine
        words = request.prompt if len(request.prompt) <= 40 else request.prompt[:39] + "…"
        job_id, handle = self._context.follow(
            self._context.lanes.network,
            f"Create “{words}”",
            lambda cancel: engine.generating.run(request, cancel),
        )
        self._handle = handle
        handle.progressed.connect(self._show_progress)
        handle.finished.connect(lambda result: self._on_created(job_id, result))
        handle.failed.connect(self._on_failed)
        handle.cancelled.connect(self._panel.show_stopped)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def save_key(self, key: str) -> None:
        """Hand the key to the key store; it is kept nowhere else."""
        engine = self._context.engine
        handle = self._context.lanes.browse.submit(lambda _: engine.save_gemini_key(key))
        handle.finished.connect(lambda _: self._panel.show_key_state(True))
        handle.failed.connect(
            lambda error: self._panel.show_key_problem(self._context.known(error))
        )

    def _show_progress(self, progress: Progress) -> None:
        self._panel.show_progress(progress)

    def _on_created(self, job_id: int, result: GeneratedPicture) -> None:
        self._context.window.jobs.end(job_id, JobState.DONE, f"Saved as {result.asset.filename}")
        self._context.pictures.learn([result.asset])
        self._panel.show_result(result)
        self.library_changed.emit()

    def _on_failed(self, error: object) -> None:
        self._panel.show_failure(self._context.known(error))

    def _on_no_proposals(self, error: object) -> None:
        # Proposals are a courtesy: without them the panel works as before. A known failure of
        # the search is told by the search itself; one of ours goes to the report.
        if not isinstance(error, PlantainError):
            self._context.known(error)
