"""Moving pictures to the trash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from desktop.core.annotations import Edits
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import Change, EditHistory
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import Job, JobHandle
from desktop.qt.widgets.question import question

if TYPE_CHECKING:
    from desktop.services.curation.trash import TrashReport

_CHANGES = Changes(assets=True, annotations=True)


class TrashController(QObject):
    """Asks before files are moved, tells what became of them, and takes them back."""

    def __init__(self, context: Context, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._history = history

    def ask(self, assets: Sequence[Asset]) -> None:
        """Ask a person whether to move these to the trash."""
        there = [asset for asset in assets if not (asset.is_missing or asset.is_offline)]
        if not there:
            if assets:
                self._context.notices.say(tr("There is no file to move: it is no longer there."))
            return
        box = question(
            self._context.dialog_parent,
            tr("Move to trash"),
            tr("Move “{file}” to the trash?", file=there[0].filename)
            if len(there) == 1
            else ngettext(
                "Move {count} picture to the trash?",
                "Move {count} pictures to the trash?",
                len(there),
            ),
            tr(
                "You can take them back from there. Tags, stars, boards and "
                "notes are kept, and are there again with the file."
            ),
        )
        yes = box.addButton(tr("Move to trash"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(yes)
        ids = [asset.id for asset in there]
        yes.clicked.connect(lambda: self._move(ids))
        box.open()

    def run(self, title: str, job: Job) -> JobHandle:
        """Run a job that moves files to the trash and returns a ``TrashReport``."""
        handle = self._context.follow(
            self._context.lanes.index,  # the lane of scans: none may meet a file on its way
            title,
            job,
            self._outcome,
            changes=_CHANGES,
        )
        handle.failed.connect(self._context.notice)
        return handle

    def add_undo(self, name: str, report: TrashReport) -> None:
        """What was moved can be taken back, where the system tells where it lies, together with
        what was said of the one that was kept."""
        if report.places or not report.undo.is_empty:
            undo = partial(self._take_back, report.trashed, report.places, report.undo)
            self._history.add_undo(name, undo, _CHANGES, self._context.lanes.index)

    # ------------------------------------------------------------------ inside

    def _move(self, asset_ids: Sequence[int]) -> None:
        engine = self._context.engine
        handle = self.run(
            tr("Move to trash"), lambda cancel: engine.curation.trash.run(asset_ids, cancel)
        )
        handle.finished.connect(self._on_moved)

    def _on_moved(self, report: TrashReport) -> None:
        name = ngettext(
            "moving {count} picture to the trash",
            "moving {count} pictures to the trash",
            len(report.trashed),
        )
        self.add_undo(name, report)

    def _take_back(
        self, asset_ids: Sequence[int], places: Mapping[int, Path], undo: Edits
    ) -> Change:
        """Raises: FileError: of one that is not to be had any more; all else is as it was."""
        engine = self._context.engine
        try:
            if places:
                engine.curation.trash.take_back(places)
        finally:
            edits = engine.annotations.apply(undo)
        return partial(self._move_again, asset_ids, edits)

    def _move_again(self, asset_ids: Sequence[int], edits: Edits) -> Change:
        engine = self._context.engine
        undo = engine.annotations.apply(edits)
        report = finish(engine.curation.trash.run(asset_ids, CancelToken()))
        return partial(self._take_back, report.trashed, report.places, undo)

    def _outcome(self, report: TrashReport) -> Outcome:
        text = tr("{count} moved to the trash", count=len(report.trashed))
        if left := len(report.failed) + report.left:
            text = tr("{told} · {count} left where they were", told=text, count=left)
        if report.failed:
            self._context.notices.say(report.failed[0].reason, is_failure=True)
        return Outcome(text)
