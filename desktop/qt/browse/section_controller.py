"""Asks the catalogue which pictures the chosen section has."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop.core.filter import EVERYTHING, NamedFilter
from desktop.qt.browse.centre import Centre
from desktop.qt.browse.sections import ALL
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest


class SectionController(QObject):
    """Keeps what the centre knows of the chosen section up to date."""

    def __init__(self, context: Context, centre: Centre) -> None:
        super().__init__()
        self._context = context
        self._centre = centre
        self._section = ALL
        self._readings = Latest(context.lanes.sections, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        context.hub.changed.connect(self._on_changes)

    def refresh(self) -> None:
        """Ask again; the library or what was said about it has changed."""
        engine, section = self._context.engine, self._section
        if section.filter == EVERYTHING:
            self._readings.forget()
            return

        def read(_: object) -> tuple[NamedFilter, Sequence[int]]:
            return section, engine.browsing.ids(section.filter)

        self._readings.submit(read)

    def read(self, section: NamedFilter) -> None:
        """Ask about this one from now on."""
        self._section = section
        self.refresh()

    # ------------------------------------------------------------------ inside

    def _on_changes(self, changes: Changes) -> None:
        if changes.annotations:
            self.refresh()

    def _show(self, found: tuple[NamedFilter, Sequence[int]]) -> None:
        section, asset_ids = found
        self._centre.show_members(section, asset_ids)
