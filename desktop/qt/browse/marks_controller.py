"""Reads what was said about the pictures in view, so that their tiles show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject

from desktop.core.cancellation import CancelToken
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.browse.marks import Marks, marks_of
from desktop.qt.browse.sections import colour_tokens
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest

_MOST_KEPT = 20_000
"""Marks; then the ones in view are read anew."""


class MarksController(QObject):
    """Asks the catalogue for what is in view alone: of 100,000 pictures a few dozen are."""

    def __init__(self, context: Context, grid: AssetGrid) -> None:
        super().__init__()
        self._context = context
        self._grid = grid
        self._known: dict[int, Marks] = {}
        self._in_view: Sequence[int] = ()
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        grid.in_view_changed.connect(self._on_view)
        context.hub.changed.connect(self._on_changes)

    # ------------------------------------------------------------------ inside

    def _on_view(self, asset_ids: Sequence[int]) -> None:
        self._in_view = asset_ids
        if any(asset_id not in self._known for asset_id in asset_ids):
            self._read()

    def _on_changes(self, changes: Changes) -> None:
        # What is shown stays until it is read: tiles must not flicker.
        if changes.annotations or changes.assets:
            self._known = {i: self._known[i] for i in self._in_view if i in self._known}
            self._read()

    def _read(self) -> None:
        annotations, ids = self._context.engine.annotations, self._in_view
        if not ids:
            return

        def read(_: CancelToken) -> Mapping[int, Marks]:
            colours = colour_tokens(annotations.tag_colours())
            said = annotations.of(ids)
            return {asset_id: marks_of(each, colours) for asset_id, each in said.items()}

        self._readings.submit(read)

    def _show(self, read: Mapping[int, Marks]) -> None:
        if len(self._known) > _MOST_KEPT:
            self._known = {}
        self._known.update(read)
        self._grid.show_marks(self._known)
