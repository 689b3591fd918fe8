"""Provenance on its way out: the register of what a model made, and signed copies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from desktop.core.asset import Asset, displayable
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.save_dialog import ask_new_file


class ProvenanceController(QObject):
    """Asks where to, and writes it there without replacing anything."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def ask_register(self) -> None:
        """Let a person choose the file of the register."""
        path = ask_new_file(
            self._context.dialog_parent,
            tr("Save the register of AI-made pictures"),
            "register.csv",
            {".csv": tr("Table (*.csv)"), ".json": tr("For programs (*.json)")},
        )
        if path is not None:
            self.write_register(path)

    def write_register(self, path: Path) -> None:
        """What an AI model made, from what, when, by which model."""
        register = self._context.engine.curation.register
        handle = self._context.follow(
            self._context.lanes.models,
            tr("Register of AI-made pictures"),
            lambda _: len(register.write(path)),
            lambda count: Outcome(
                tr(
                    "{file}, {pictures}",
                    file=displayable(path.name),
                    pictures=ngettext("{count} picture", "{count} pictures", count),
                )
            ),
        )
        handle.failed.connect(self._context.notice)

    def ask_signed_copy(self, assets: Sequence[Asset]) -> None:
        """Let a person choose where a copy is to be that carries their signature."""
        from PySide6.QtWidgets import QFileDialog

        if not assets:
            return
        asset = assets[0]
        chosen, _ = QFileDialog.getSaveFileName(
            self._context.dialog_parent,
            tr("Save a signed copy"),
            asset.filename,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.sign(asset, Path(chosen))

    def sign(self, asset: Asset, path: Path) -> None:
        """Write a copy with Content Credentials of the person's own."""
        engine = self._context.engine
        handle = self._context.follow(
            self._context.lanes.models,
            tr("Signed copy of {name}", name=asset.filename),
            lambda _: engine.curation.credentials.hand_out(
                asset.path, path, engine.lineage.of(asset.id)
            ),
            lambda _: Outcome(displayable(path.name)),
        )
        handle.failed.connect(self._context.notice)
