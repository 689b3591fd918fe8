"""Backups of the library: one a day by itself, others where a person wants them."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.progress import ProgressSteps
from desktop.core.text import listed, moment, ngettext, sentences, size, tr
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.widgets.save_dialog import ask_new_file


class BackupController(QObject):
    """Makes the daily copy on opening, and backups on request; makes libraries of backups."""

    restored = Signal(object)
    """Path: a person wants to go over to the library that was made from a backup."""
    settings_found = Signal(object)
    """Path: the settings that came with a backup."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        # Copying the catalogue takes a second or less, but nobody should wait for it.
        engine = context.engine
        context.lanes.models.submit(lambda _: engine.daily_backups.keep_up())

    def ask_back_up(self) -> None:
        """Let a person choose the file, and back up."""
        name = f"Plantain {time.strftime('%Y-%m-%d')}.zip"
        kinds = {".zip": tr("Backup (*.zip)")}
        title = tr("Back up the library")
        path = ask_new_file(self._context.dialog_parent, title, name, kinds)
        if path is not None:
            self.back_up(path)

    def back_up(self, target: Path) -> None:
        engine = self._context.engine
        self._context.follow(
            self._context.lanes.models,
            tr("Back up to {name}", name=displayable(target.name)),
            lambda cancel: engine.backup.run(target, cancel),
            lambda made: Outcome(
                tr(
                    "Backed up to {file}, {size}",
                    file=displayable(made.path.name),
                    size=size(made.size),
                )
            ),
        ).failed.connect(self._context.notice)

    def ask_restore(self) -> None:
        """Let a person choose a backup, and where the library is to be that is made from it."""
        from PySide6.QtWidgets import QFileDialog

        parent = self._context.dialog_parent
        kinds = tr("Backup (*.zip)")
        chosen, _ = QFileDialog.getOpenFileName(parent, tr("Restore a backup"), "", kinds)
        if not chosen:
            return
        folder, _ = QFileDialog.getSaveFileName(
            parent,
            tr("Name and place of the restored library"),
            str(Path(chosen).with_suffix("")),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if folder:
            self.restore(Path(chosen), Path(folder))

    def restore(self, archive: Path, folder: Path) -> None:
        """Make a library of its own from a backup; the open one stays as it is."""
        from desktop.services.backup.restore import RestoreReport, restore

        templates = self._context.engine.generation.templates

        def run(cancel: CancelToken) -> ProgressSteps[tuple[RestoreReport, int]]:
            made = yield from restore(archive, folder, cancel)
            return made, len(templates.take_over(made.templates))

        def tell(restored: tuple[RestoreReport, int]) -> None:
            made, count = restored
            told = sentences(
                tr(
                    "The backup of {made_at} is a library now: {folder}. The library that is open "
                    "was not changed.",
                    made_at=_moment(made.made_at),
                    folder=displayable(made.folder),
                ),
                ngettext(
                    "{count} template of the backup is among your own now.",
                    "{count} templates of the backup are among your own now.",
                    count,
                )
                if count
                else "",
                tr(
                    "These folders are not shared with a team there any more: {names}. Share them "
                    "again in “Server and team…” if they are meant to be.",
                    names=listed(made.shared),
                )
                if made.shared
                else "",
            )
            self._context.notices.say(
                told, action=tr("Open it"), chosen=lambda: self.restored.emit(made.folder)
            )
            self.settings_found.emit(made.settings)

        handle = self._context.follow(
            self._context.lanes.models,
            tr("Restore {name}", name=displayable(archive.name)),
            run,
            lambda restored: Outcome(
                ngettext("{count} file restored", "{count} files restored", restored[0].files)
            ),
        )
        handle.finished.connect(tell)
        handle.failed.connect(self._context.notice)


def _moment(made_at: str) -> str:
    """Here and in words, of what a manifest says, which may be anything."""
    try:
        return moment(datetime.fromisoformat(made_at).timestamp())
    except (ValueError, OverflowError):
        return tr("an unknown day")
