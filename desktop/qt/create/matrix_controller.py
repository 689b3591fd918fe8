"""Matrices: planned from what is in the Create panel, queued, looked at, saved as one sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.core.asset import Asset, displayable
from desktop.core.matrix import Matrix
from desktop.core.text import tr
from desktop.library.catalog.matrices import MatrixRow
from desktop.qt.create.matrix_dialog import RESULTS, AxisField, MatrixDialog
from desktop.qt.create.panel import GenerationPanel
from desktop.qt.create.queue_controller import QueueController
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.jobs.lane import Latest
from desktop.qt.widgets.save_dialog import ask_new_file
from desktop.services.generation.matrices import MatrixView
from desktop.services.generation.spending import SpendReport


class MatrixController(QObject):
    """Opens the dialog, and answers it.

    Args:
        selected: what is selected in the library.
    """

    picture_wanted = Signal(int)
    """Asset id: show it in the library."""

    def __init__(
        self,
        context: Context,
        panel: GenerationPanel,
        queue: QueueController,
        selected: Callable[[], Sequence[Asset]],
    ) -> None:
        super().__init__()
        self._context = context
        self._panel = panel
        self._queue = queue
        self._selected = selected
        self._dialog: MatrixDialog | None = None
        self._views = Latest(context.lanes.browse, self)
        self._views.finished.connect(self._show_view)
        panel.matrix_wanted.connect(self.show)
        queue.viewed.connect(lambda _: self._read_view())

    def show(self) -> None:
        """With what the Create panel holds."""
        if self._dialog is None:
            context = self._context
            self._dialog = dialog = MatrixDialog(
                context.theme, context.pictures, context.cache, context.dialog_parent
            )
            dialog.pictures_wanted.connect(self._add_pictures)
            dialog.queue_requested.connect(self._begin)
            dialog.view_wanted.connect(lambda _: self._read_view())
            dialog.export_wanted.connect(self._ask_place)
            dialog.picture_wanted.connect(self.picture_wanted)
            dialog.retry_wanted.connect(lambda key: self._queue.retry([key]))
            dialog.finished.connect(self._forget)
        # Each cell begins anew: of a talk there is one next turn, and no table.
        request = replace(self._panel.request(), parent="", parent_attempt="")
        fill = self._panel.templates.filler()
        template = self._panel.templates.template if fill is not None else None
        self._dialog.plan(request, self._panel.choices.generator(), template, fill)
        self._dialog.show()
        self._dialog.raise_()
        engine = self._context.engine
        spent = self._context.lanes.browse.submit(lambda _: engine.generation.spending.report())
        spent.finished.connect(self._show_spent)
        self._read_matrices()

    # ------------------------------------------------------------------ inside

    def _forget(self) -> None:
        self._dialog = None
        self._views.forget()

    def _add_pictures(self, field: AxisField) -> None:
        field.add_pictures(self._selected())

    def _begin(self, matrix: Matrix) -> None:
        engine = self._context.engine
        handle = self._context.lanes.browse.submit(
            lambda _: engine.generation.matrices.begin(matrix)
        )
        handle.finished.connect(lambda _: self._on_begun())
        handle.failed.connect(self._context.notice)

    def _on_begun(self) -> None:
        if self._dialog is not None:
            self._dialog.which.clear()
            self._dialog.tabs.setCurrentIndex(RESULTS)
        self._read_matrices()
        self._queue.go_on()

    def _read_matrices(self) -> None:
        engine = self._context.engine
        handle = self._context.lanes.browse.submit(lambda _: engine.generation.matrices.latest())
        handle.finished.connect(self._show_matrices)
        handle.failed.connect(self._context.notice)

    def _show_matrices(self, matrices: Sequence[MatrixRow]) -> None:
        if self._dialog is not None:
            self._dialog.show_matrices(matrices)

    def _show_spent(self, spent: SpendReport) -> None:
        if self._dialog is not None:
            self._dialog.show_spent(spent)

    def _read_view(self) -> None:
        matrix = self._dialog.which.currentData() if self._dialog is not None else None
        if matrix is not None:
            engine = self._context.engine
            self._views.submit(lambda _: engine.generation.matrices.view(matrix))

    def _show_view(self, view: MatrixView) -> None:
        if self._dialog is not None:
            self._dialog.show_view(view)

    def _ask_place(self, view: MatrixView) -> None:
        kinds = {".png": tr("Pictures (*.png)")}
        path = ask_new_file(self._dialog, tr("Save contact sheet"), "matrix.png", kinds)
        if path is not None:
            self.write_sheet(view, path)

    def write_sheet(self, view: MatrixView, path: Path) -> None:
        """Draw the whole matrix; up to 200 pictures are read for it."""
        engine = self._context.engine
        handle = self._context.follow(
            self._context.lanes.models,
            tr("Contact sheet of {name}", name=view.matrix.title),
            lambda _: engine.generation.matrices.write_sheet(view, path),
            lambda _: Outcome(tr("Saved as {file}", file=displayable(path))),
        )
        handle.finished.connect(
            lambda _: self._context.notices.say(tr("Saved as {file}", file=displayable(path)))
        )
        handle.failed.connect(self._context.notice)
