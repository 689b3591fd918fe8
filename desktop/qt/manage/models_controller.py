"""Getting and changing the model that finds pictures by meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.text import tr
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import JobHandle
from desktop.qt.manage.model_install import ModelInstall, Phase

if TYPE_CHECKING:
    from desktop.embedding.models.hub import HubAddress
    from desktop.qt.manage.model_step import ModelStep
    from desktop.services.model_installing import ModelOffers


class ModelsController(QObject):
    """Answers the list of models, and the step in which one is got."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._step: ModelStep | None = None
        self._shown = Phase.OFFERED
        self.install = ModelInstall(context)
        self.install.changed.connect(self._on_changed)
        self.install.queued.connect(self._on_queued)

    def show(self) -> None:
        """What is on its way, or else the list of models once it is there."""
        if self.install.phase in (Phase.RUNNING, Phase.HELD, Phase.FAILED):
            self.offer()
        else:
            self._read_entries(self._show_list)

    def offer(self) -> None:
        """The step in which a first model is got, or what is on its way."""
        if self.install.phase in (Phase.OFFERED, Phase.READY):
            # A person's folders are looked through, and their drive may sleep: in the lane in which
            # what is chosen then would have to wait its turn anyway.
            installing = self._context.engine.model_installing
            self._answer(
                self._context.lanes.models.submit(lambda _: installing.offers_with_files()),
                self._show_step,
            )
        else:
            self._read_entries(self._show_step)

    def use(self, name: str) -> None:
        """Search with this model from now on."""
        installing = self._context.engine.model_installing
        self.install.begin(tr("Use {name}", name=name), lambda cancel: installing.use(name, cancel))

    def download(self, name: str) -> None:
        """Fetch a known model and use it."""
        installing = self._context.engine.model_installing
        self.install.begin(
            tr("Download {name}", name=name),
            lambda cancel: installing.download(name, cancel),
            is_download=True,
        )

    def import_file(self, path: Path) -> None:
        """Install a checkpoint file and use it."""
        installing = self._context.engine.model_installing
        self.install.begin(
            tr("Import {name}", name=path.name),
            lambda cancel: installing.import_file(path, cancel),
        )

    # ------------------------------------------------------------------ inside

    def _read_entries(self, show: Callable[[ModelOffers], None]) -> None:
        installing = self._context.engine.model_installing
        self._answer(self._context.lanes.browse.submit(lambda _: installing.offers()), show)

    def _answer(self, handle: JobHandle, show: Callable[[ModelOffers], None]) -> None:
        handle.finished.connect(show)
        handle.failed.connect(self._context.notice)

    def _show_list(self, offers: ModelOffers) -> None:
        from desktop.qt.manage.models_dialog import ModelsDialog  # not before it is asked for

        dialog = ModelsDialog(offers.entries, offers.in_use, self._context.dialog_parent)
        dialog.use_requested.connect(self.use)
        dialog.download_requested.connect(self.download)
        dialog.import_requested.connect(self.import_file)
        for asked in (dialog.download_requested, dialog.import_requested):
            asked.connect(self.offer)
        dialog.open()

    def _show_step(self, offers: ModelOffers) -> None:
        from desktop.qt.manage.model_step import ModelStep  # not before it is asked for

        if self._step is not None:
            self._step.raise_()
            return
        if self.install.phase is Phase.READY:
            self.install.forget()
        self._step = step = ModelStep(self.install, offers, self._context.dialog_parent)
        step.download_wanted.connect(self.download)
        step.file_chosen.connect(self.import_file)
        step.address_entered.connect(self._keep_address)
        step.finished.connect(self._forget_step)
        step.open()

    def _forget_step(self) -> None:
        """What is not on its way any more is not in the way of another choice either; what
        arrived of it is kept, and offered."""
        self._step = None
        self.install.forget()

    def _keep_address(self, address: HubAddress) -> None:
        """Keep it, and download from there what was to be downloaded."""
        engine, step = self._context.engine, self._step
        entry = None if step is None else step.choice.entry()
        name = "" if entry is None else entry.name
        handle = self._context.lanes.browse.submit(
            lambda _: engine.model_installing.keep_address(address)
        )
        handle.finished.connect(lambda _: self._download_again(name))
        handle.failed.connect(self._say_not_kept)

    def _say_not_kept(self, error: object) -> None:
        """In the step, before which the line above the grid cannot be seen."""
        if self._step is None:
            self._context.notice(error)
        else:
            self._step.address.say(self._context.known(error).sentence())

    def _download_again(self, name: str) -> None:
        if self.install.is_download:
            self.install.go_on()
        elif name:
            self.download(name)

    def _on_queued(self, title: str) -> None:
        self._context.notices.say(
            tr("“{next}” begins when “{now}” is over.", next=title, now=self.install.title)
        )

    def _on_changed(self) -> None:
        """What becomes of it is said above the grid, where the step is closed."""
        phase, before = self.install.phase, self._shown
        self._shown = phase
        error = self.install.error
        if phase is Phase.FAILED and before is not phase and self._step is None and error:
            self._context.notices.say(
                error.message, is_failure=True, action=tr("What to do…"), chosen=self.offer
            )
