"""Opens the lineage of a picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.core.lineage_graph import LineageGraph
from desktop.qt.details.lineage_dialog import LineageDialog
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest


class LineageController(QObject):
    """Reads the graph, and passes on what a person wants of one of its pictures."""

    asset_chosen = Signal(int)
    reuse_wanted = Signal(object, object)
    """See ``LineageDialog``."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)

    def show(self, asset_id: int) -> None:
        """What this picture was made from, and what was made from it."""
        browsing = self._context.engine.browsing
        self._readings.submit(lambda _: browsing.lineage(asset_id))

    def _show(self, graph: LineageGraph) -> None:
        context = self._context
        dialog = LineageDialog(
            graph, context.theme, context.pictures, context.cache, context.dialog_parent
        )
        dialog.asset_chosen.connect(self.asset_chosen)
        dialog.reuse_wanted.connect(self.reuse_wanted)
        dialog.open()
