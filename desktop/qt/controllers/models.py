"""Getting and changing the model that finds pictures by meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.qt.controllers.context import Context
from desktop.qt.dialogs.models import ModelsDialog
from desktop.qt.models.job_list import JobState
from desktop.services.reports import LibraryStatus

if TYPE_CHECKING:
    from desktop.embedding.models import ModelEntry


class ModelController(QObject):
    """Answers the Models dialog; every change of model is followed by a re-reading."""

    model_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        context.window.models_requested.connect(self.ask)

    def ask(self) -> None:
        """Open the dialog once the list of models is there."""
        engine = self._context.engine

        def read(_: object) -> tuple[Sequence[ModelEntry], LibraryStatus]:
            return engine.models.list(), engine.status()

        handle = self._context.lanes.browse.submit(read)
        handle.finished.connect(self._show)
        handle.failed.connect(self._context.notice)

    def use(self, name: str) -> None:
        """Search with this model from now on."""
        engine = self._context.engine
        handle = self._context.lanes.models.submit(lambda _: engine.use_model(name))
        handle.finished.connect(lambda _: self.model_changed.emit())
        handle.failed.connect(self._context.notice)

    def download(self, name: str) -> None:
        """Fetch a known model and use it."""
        engine = self._context.engine

        def fetch(cancel: CancelToken) -> ProgressSteps[ModelEntry]:
            return engine.models.download(name, cancel=cancel)

        self._install(f"Download {name}", fetch)

    def import_file(self, path: Path) -> None:
        """Install a checkpoint file and use it."""
        engine = self._context.engine

        def install(cancel: CancelToken) -> ProgressSteps[ModelEntry]:
            return engine.models.import_file(path, cancel=cancel)

        self._install(f"Import {path.name}", install)

    def _install(self, title: str, job: Callable[[CancelToken], ProgressSteps[ModelEntry]]) -> None:
        engine = self._context.engine

        def install_and_use(cancel: CancelToken) -> ProgressSteps[ModelEntry]:
            entry = yield from job(cancel)
            yield Progress("Changing to the new model", unit="")
            engine.use_model(entry.name)
            return entry

        job_id, handle = self._context.follow(self._context.lanes.models, title, install_and_use)

        def installed(entry: ModelEntry) -> None:
            self._context.window.jobs.end(job_id, JobState.DONE, f"{entry.name} is in use")
            self.model_changed.emit()

        handle.finished.connect(installed)
        handle.failed.connect(self._context.notice)

    def _show(self, read: tuple[Sequence[ModelEntry], LibraryStatus]) -> None:
        entries, status = read
        dialog = ModelsDialog(entries, status.model, self._context.window)
        dialog.use_requested.connect(self.use)
        dialog.download_requested.connect(self.download)
        dialog.import_requested.connect(self.import_file)
        dialog.open()
