"""Folders that were moved: a person says where one is now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.asset import displayable
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome

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

    def relocate(self, folder: Path, new: Path) -> None:
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
            lambda cancel: relocation.run(relocation.root_of(folder), new, cancel),
            outcome,
            changes=Changes(assets=True),
        ).failed.connect(self._context.notice)
