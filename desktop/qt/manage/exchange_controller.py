"""Exporting what was entered, and importing such an export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.asset import displayable
from desktop.core.text import listed, ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.jobs.job_list import Outcome

if TYPE_CHECKING:
    from desktop.library.exchange.exchange import ImportReport
    from desktop.library.exchange.exported import Exported


class ExchangeController(QObject):
    """Lets people take along what they entered, and bring it in again."""

    def __init__(self, context: Context, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._history = history

    def ask_export(self) -> None:
        """Let a person choose the file, and export."""
        from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

        chosen, _ = QFileDialog.getSaveFileName(
            self._context.dialog_parent,
            tr("Export tags, ratings, notes, boards and lineage"),
            "plantain-annotations.json",
            tr("JSON (*.json);;CSV for a spreadsheet (*.csv)"),
            # Nothing is ever replaced, so nothing needs to be asked.
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.export(Path(chosen))

    def export(self, target: Path) -> None:
        engine = self._context.engine

        def outcome(exported: Exported) -> Outcome:
            told = ngettext(
                "Exported the tags, ratings, notes and boards of {count} picture",
                "Exported the tags, ratings, notes and boards of {count} pictures",
                len(exported.assets),
            )
            if exported.problems:
                left_out = " ".join(exported.problems)
                told = tr("{told}. Left out: {problems}", told=told, problems=left_out)
            return Outcome(told)

        self._context.follow(
            self._context.lanes.models,
            tr("Export"),
            lambda _: engine.exchange.export_to(target),
            outcome,
        ).failed.connect(self._context.notice)

    def ask_import(self) -> None:
        """Let a person choose an export, and import it."""
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getOpenFileName(
            self._context.dialog_parent,
            tr("Import tags, ratings, notes and boards"),
            "",
            tr("Exports (*.json *.csv)"),
        )
        if chosen:
            self.import_file(Path(chosen))

    def import_file(self, source: Path) -> None:
        engine = self._context.engine

        def outcome(report: ImportReport) -> Outcome:
            self._history.add_done(tr("an import"), report.undo)
            told = ngettext(
                "Imported the tags, ratings, notes and boards of {count} picture",
                "Imported the tags, ratings, notes and boards of {count} pictures",
                report.found,
            )
            if report.unknown:
                count = len(report.unknown)
                told = tr("{told}; {count} are not in the library", told=told, count=count)
            if report.problems:
                count = len(report.problems)
                told = tr("{told}; {count} entries were passed over", told=told, count=count)
            if places := [*report.folders, *report.rules]:
                told = tr(
                    "{told}; folders and rules of the file were not added: {names}",
                    told=told,
                    names=listed(displayable(place) for place in places),
                )
            return Outcome(told)

        self._context.follow(
            self._context.lanes.models,
            tr("Import"),
            lambda _: engine.exchange.import_from(source),
            outcome,
            changes=Changes(annotations=True),
        ).failed.connect(self._context.notice)
