"""Moving pictures to the bin, one by one or as duplicates of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMessageBox

from desktop.core.annotations import Annotation
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.qt.controllers.context import Context
from desktop.qt.dialogs.duplicates import DuplicatesDialog
from desktop.qt.models.job_list import JobState
from desktop.qt.models.sections import Section
from desktop.qt.workers.lane import Job, JobHandle
from desktop.qt.workers.latest import Latest
from desktop.services.duplicates import DuplicateGroup
from desktop.services.trashing import TrashReport

Found = tuple[Sequence[DuplicateGroup], Mapping[int, Annotation]]


class TidyingController(QObject):
    """Offers "Move to bin" on the grid, and the duplicates in a dialog."""

    library_changed = Signal()
    merged = Signal(object)
    """Edits: take back what the duplicate that was kept took over."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        grid = self._window.centre.grid
        self.trash_action = QAction("Move to bin…", grid)
        self.trash_action.setShortcut(QKeySequence.StandardKey.Delete)
        self.trash_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.trash_action.triggered.connect(lambda: self.ask(grid.selected_assets()))
        grid.addAction(self.trash_action)
        self.duplicates_action = QAction("Duplicates…", self._window)
        self.duplicates_action.triggered.connect(lambda: self.show_duplicates())
        self._window.sidebar.section_chosen.connect(self._on_section)
        self._dialog: DuplicatesDialog | None = None
        self._searches = Latest(context.lanes.browse, self)
        self._searches.finished.connect(self._show_found)
        self._searches.failed.connect(self._fail)

    # -- the bin -------------------------------------------------------------------------------

    def ask(self, assets: Sequence[Asset]) -> None:
        """Ask a person whether to move these to the bin."""
        there = [asset for asset in assets if not (asset.is_missing or asset.is_offline)]
        if not there:
            if assets:
                self._window.centre.notice.say("There is no file to be moved: it is away already.")
            return
        what = f"“{there[0].filename}”" if len(there) == 1 else f"{len(there):,} pictures"
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("Move to bin")
        box.setText(f"Move {what} to the bin?")
        box.setInformativeText(
            "You can take them back from there. Tags, stars, boards and notes are kept, and are "
            "there again with the file."
        )
        yes = box.addButton("Move to bin", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(yes)
        box.setEscapeButton(box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole))
        ids = [asset.id for asset in there]
        yes.clicked.connect(lambda: self._bin(ids))
        box.open()

    def _bin(self, asset_ids: Sequence[int]) -> None:
        trashing = self._context.engine.trashing
        self._run("Move to bin", lambda cancel: trashing.run(asset_ids, cancel))

    def _run(self, title: str, job: Job) -> JobHandle:
        # The lane of scans: none of them must meet a file that is on its way.
        job_id, handle = self._context.follow(self._context.lanes.index, title, job)
        handle.finished.connect(lambda report: self._on_binned(job_id, report))
        handle.failed.connect(self._context.notice)
        handle.failed.connect(lambda _: self.library_changed.emit())
        handle.cancelled.connect(self.library_changed.emit)
        return handle

    def _on_binned(self, job_id: int, report: TrashReport) -> None:
        if not report.undo.is_empty:
            self.merged.emit(report.undo)
        count = len(report.binned)
        outcome = f"{count:,} moved to the bin"
        if report.failed:
            outcome += f" · {len(report.failed):,} left where they were"
            self._window.centre.notice.say(report.failed[0].reason, is_failure=True)
        self._window.jobs.end(job_id, JobState.DONE, outcome)
        self.library_changed.emit()

    # -- duplicates ----------------------------------------------------------------------------

    def show_duplicates(self) -> None:
        """Look for duplicates, and let a person choose side by side which ones to keep."""
        if self._dialog is None:
            self._dialog = DuplicatesDialog(
                self._window.theme, self._context.pictures, self._context.cache, self._window
            )
            self._dialog.search_wanted.connect(self._search)
            self._dialog.decided.connect(self._decide)
            self._dialog.finished.connect(self._forget_dialog)
            self._dialog.open()
        self._search(is_near=False)

    def _on_section(self, section: Section) -> None:
        if section.kind == "duplicates":
            self._window.centre.notice.say(
                "These pictures are in the library more than once.",
                action="Compare…",
                chosen=self.show_duplicates,
            )

    def _search(self, is_near: bool) -> None:
        engine = self._context.engine
        if self._dialog is not None:
            self._dialog.show_searching()

        def search(_: CancelToken) -> Found:
            groups = engine.duplicates.near() if is_near else engine.duplicates.exact()
            ids = [asset.id for group in groups for asset in group.assets]
            return groups, engine.annotations.of(ids)

        self._searches.submit(search)

    def _show_found(self, found: Found) -> None:
        if self._dialog is not None:
            self._dialog.show_groups(*found)

    def _decide(self, group: DuplicateGroup, kept: Asset, merge: bool) -> None:
        duplicates = self._context.engine.duplicates
        others = [asset.id for asset in group.assets if asset.id != kept.id]
        self._run(
            f"Keep {kept.filename}",
            lambda cancel: duplicates.keep(kept.id, others, cancel, merge=merge),
        )

    def _fail(self, error: object) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        self._context.notice(error)

    def _forget_dialog(self) -> None:
        self._dialog = None
        self._searches.forget()
