"""Exporting what was entered, and importing such an export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.text import listed, ngettext, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.history import EditHistory
from desktop.qt.jobs.job_list import Outcome
from desktop.qt.manage.foreign_places import ask_about_places
from desktop.qt.widgets.save_dialog import ask_new_file

if TYPE_CHECKING:
    from desktop.library.exchange.exchange import ForeignPlaces, ImportReport
    from desktop.library.exchange.exported import Exported


class ExchangeController(QObject):
    """Lets people take along what they entered, and bring it in again."""

    places_added = Signal()
    """Folders or rules came with an import."""

    def __init__(self, context: Context, history: EditHistory) -> None:
        super().__init__()
        self._context = context
        self._history = history

    def ask_export(self) -> None:
        """Let a person choose the file, and export."""
        path = ask_new_file(
            self._context.dialog_parent,
            tr("Export tags, ratings, notes, boards and lineage"),
            "plantain-annotations.json",
            {".json": tr("JSON (*.json)"), ".csv": tr("CSV for a spreadsheet (*.csv)")},
        )
        if path is not None:
            self.export(path)

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
        """Ask about the folders and rules that the file names, if they are news, and import."""
        exchange = self._context.engine.exchange

        def look(_: CancelToken) -> tuple[Exported, ForeignPlaces]:
            from desktop.library.exchange.export_file import read_export

            exported = read_export(source)
            return exported, exchange.places(exported)

        handle = self._context.lanes.models.submit(look)
        handle.finished.connect(lambda found: self._ask(*found))
        handle.failed.connect(self._context.notice)

    def _ask(self, exported: Exported, places: ForeignPlaces) -> None:
        if not places.folders and not places.rules:
            self._merge(exported, with_places=False)
            return
        ask_about_places(
            self._context.dialog_parent,
            places,
            lambda is_wanted: self._merge(exported, with_places=is_wanted),
        )

    def _merge(self, exported: Exported, *, with_places: bool) -> None:
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
            if report.away:
                told = tr(
                    "{told}; not on this computer: {names}",
                    told=told,
                    names=listed(displayable(place) for place in report.away),
                )
            return Outcome(told)

        handle = self._context.follow(
            self._context.lanes.models,
            tr("Import"),
            lambda _: engine.exchange.merge(exported, with_places=with_places),
            outcome,
            changes=Changes(annotations=True),
        )
        handle.failed.connect(self._context.notice)
        if with_places:
            handle.finished.connect(lambda _: self.places_added.emit())
