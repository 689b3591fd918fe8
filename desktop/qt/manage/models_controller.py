"""Getting and changing the model that finds pictures by meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.cancellation import CancelToken
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.manage.models_dialog import ModelsDialog
from desktop.services.reports import LibraryStatus

if TYPE_CHECKING:
    from desktop.embedding.models.registry import ModelEntry


class ModelsController(QObject):
    """Answers the Models dialog."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def show(self) -> None:
        """Open the dialog once the list of models is there."""
        engine = self._context.engine

        def read(_: object) -> tuple[Sequence[ModelEntry], LibraryStatus]:
            return engine.models.list(), engine.status.read()

        handle = self._context.lanes.browse.submit(read)
        handle.finished.connect(self._open)
        handle.failed.connect(self._context.notice)

    def use(self, name: str) -> None:
        """Search with this model from now on."""
        engine = self._context.engine
        handle = self._context.lanes.models.submit(lambda _: engine.model_switch.use(name))
        handle.finished.connect(lambda _: self._context.hub.tell(Changes(model=True)))
        handle.failed.connect(self._context.notice)

    def download(self, name: str) -> None:
        """Fetch a known model and use it."""
        engine = self._context.engine

        def fetch(cancel: CancelToken) -> ProgressSteps[ModelEntry]:
            return engine.models.download(name, cancel=cancel)

        self._install(tr("Download {name}", name=name), fetch)

    def import_file(self, path: Path) -> None:
        """Install a checkpoint file and use it."""
        engine = self._context.engine

        def install(cancel: CancelToken) -> ProgressSteps[ModelEntry]:
            return engine.models.import_file(path, cancel=cancel)

        self._install(tr("Import {name}", name=path.name), install)

    def _install(self, title: str, job: Callable[[CancelToken], ProgressSteps[ModelEntry]]) -> None:
        engine = self._context.engine

        def install_and_use(cancel: CancelToken) -> ProgressSteps[ModelEntry]:
            entry = yield from job(cancel)
            yield Progress(tr("Changing to the new model"), unit="")
            engine.model_switch.use(entry.name)
            return entry

        handle = self._context.follow(
            self._context.lanes.models,
            title,
            install_and_use,
            lambda entry: Outcome(tr("{name} is in use", name=entry.name)),
        )
        handle.finished.connect(lambda _: self._context.hub.tell(Changes(model=True)))
        handle.failed.connect(self._context.notice)

    def _open(self, read: tuple[Sequence[ModelEntry], LibraryStatus]) -> None:
        entries, status = read
        dialog = ModelsDialog(entries, status.model, self._context.dialog_parent)
        dialog.use_requested.connect(self.use)
        dialog.download_requested.connect(self.download)
        dialog.import_requested.connect(self.import_file)
        dialog.open()
