"""Folders that were moved: a person says where one is now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from desktop.core.asset import displayable
from desktop.core.errors import FewPicturesThere
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.question import question

if TYPE_CHECKING:
    from desktop.services.indexing.relocation import RelocationReport


class RelocationController(QObject):
    """Gives a folder of the library its new place."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def ask_place(self, folder: Path) -> None:
        """Let a person say where a folder is now."""
        from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

        chosen = QFileDialog.getExistingDirectory(
            self._context.dialog_parent, tr("Where is {name} now?", name=displayable(folder.name))
        )
        if chosen:
            self.relocate(folder, Path(chosen))

    def relocate(self, folder: Path, new: Path, *, is_forced: bool = False) -> None:
        """It is there from now on; where few of its pictures are, a person is asked first."""
        relocation = self._context.engine.relocation

        def outcome(report: RelocationReport) -> Outcome:
            told = ngettext(
                "{count} picture is in {folder} now",
                "{count} pictures are in {folder} now",
                report.assets,
                folder=displayable(new.name),
            )
            missing = report.indexed.missing
            if missing:
                told = tr("{told}, {count} are missing there", told=told, count=missing)
            return Outcome(told)

        self._context.follow(
            self._context.lanes.index,  # it looks through the folder and writes to the vector store
            tr("Move to {name}", name=displayable(new.name)),
            lambda cancel: relocation.run(
                relocation.root_of(folder), new, cancel, is_forced=is_forced
            ),
            outcome,
            changes=Changes(assets=True),
        ).failed.connect(lambda error: self._on_failed(error, folder, new))

    def _on_failed(self, error: object, folder: Path, new: Path) -> None:
        if not isinstance(error, FewPicturesThere):
            self._context.notice(error)
            return
        box = question(
            self._context.dialog_parent,
            tr("Move to {name}", name=displayable(new.name)),
            error.message,
            tr(
                "Pictures that are not there will be missing, with all that was said about them, "
                "until they are found again."
            ),
        )
        insist = box.addButton(tr("Use this folder"), QMessageBox.ButtonRole.AcceptRole)
        insist.clicked.connect(lambda: self.relocate(folder, new, is_forced=True))
        box.open()
