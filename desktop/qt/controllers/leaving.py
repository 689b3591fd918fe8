"""Back-ups, exports, and folders that have moved: asked for here, done in lanes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from desktop.core.annotations import Edits
from desktop.core.asset import displayable
from desktop.qt.controllers.context import Context
from desktop.qt.models.job_list import JobState
from desktop.qt.workers.lane import Job, Lane


class LeavingController(QObject):
    """What keeps a library safe, moves it, and lets people leave with what is theirs."""

    library_moved = Signal()
    taken_over = Signal(object)
    """Edits: how to undo the import."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._window = context.window
        self._lanes = context.lanes
        self.back_up_action = self._action("Back up…", self.ask_back_up)
        self.export_action = self._action("Export what was entered…", self.ask_export)
        self.import_action = self._action("Import an export…", self.ask_import)
        self._window.sidebar.offer_for_folders("Locate folder…", self.ask_place)
        # Copying the catalogue takes a second or less, but nobody should wait for it.
        engine = context.engine
        self._lanes.models.submit(lambda _: engine.leaving.keep_daily_copy())

    def ask_back_up(self) -> None:
        """Let a person choose the file, and back up."""
        from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

        name = f"Plantain {time.strftime('%Y-%m-%d')}.zip"
        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            "Back up the library",
            name,
            "Back-up (*.zip)",
            # Nothing is ever replaced, so nothing needs to be asked.
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.back_up(Path(chosen).with_suffix(".zip"))

    def back_up(self, target: Path) -> None:
        engine = self._context.engine
        self._follow(
            self._lanes.models,
            f"Back up to {displayable(target.name)}",
            lambda cancel: engine.leaving.back_up(target, cancel),
        )

    def ask_export(self) -> None:
        """Let a person choose the file, and export."""
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            "Export tags, ratings, notes, boards and lineage",
            "plantain-annotations.json",
            "JSON (*.json);;CSV for a spreadsheet (*.csv)",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.export(Path(chosen))

    def export(self, target: Path) -> None:
        engine = self._context.engine
        self._follow(self._lanes.models, "Export", lambda _: engine.leaving.export(target))

    def ask_import(self) -> None:
        """Let a person choose an export, and take it over."""
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Import tags, ratings, notes and boards", "", "Exports (*.json *.csv)"
        )
        if chosen:
            self.take_over(Path(chosen))

    def take_over(self, source: Path) -> None:
        engine = self._context.engine

        job_id, handle = self._context.follow(
            self._lanes.models, "Import", lambda _: engine.leaving.take_over(source)
        )
        handle.failed.connect(self._context.notice)

        def end(report: tuple[str, Edits]) -> None:
            text, undo = report
            self._window.jobs.end(job_id, JobState.DONE, text)
            self.taken_over.emit(undo)

        handle.finished.connect(end)

    def ask_place(self, folder: Path) -> None:
        """Let a person say where a folder is now."""
        from PySide6.QtWidgets import QFileDialog

        chosen = QFileDialog.getExistingDirectory(
            self._window, f"Where is {displayable(folder.name)} now?"
        )
        if chosen:
            self.relocate(folder, Path(chosen))

    def relocate(self, folder: Path, new: Path) -> None:
        engine = self._context.engine
        self._follow(
            self._lanes.index,  # it looks through the folder and writes to the vector store
            f"Move to {displayable(new.name)}",
            lambda cancel: engine.leaving.relocate(folder, new, cancel),
            then=self.library_moved.emit,
        )

    # ------------------------------------------------------------------ inside

    def _follow(
        self, lane: Lane, title: str, job: Job, then: Callable[[], object] = lambda: None
    ) -> None:
        job_id, handle = self._context.follow(lane, title, job)
        handle.failed.connect(self._context.notice)

        def end(text: str) -> None:
            self._window.jobs.end(job_id, JobState.DONE, text)
            then()

        handle.finished.connect(end)

    def _action(self, text: str, done: object) -> QAction:
        made = QAction(text, self._window)
        made.triggered.connect(done)
        return made
