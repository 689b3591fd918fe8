"""The rest of what the catalogue knows of the selected pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.core.asset import Asset
from desktop.core.asset_sequence import ids_of
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError
from desktop.core.generation_record import GenerationRequest
from desktop.qt.browse.asset_grid import AssetGrid
from desktop.qt.details.facts import file_facts_of
from desktop.qt.details.panel import DetailsPanel
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.services.reports import AssetDetails, CommonDetails

if TYPE_CHECKING:
    from desktop.services.curation.credentials import PictureCredentials

_Found = AssetDetails | tuple[CommonDetails, dict[str, str]]


class DetailsController(QObject):
    """Reads the details of what is selected."""

    def __init__(self, context: Context, panel: DetailsPanel, grid: AssetGrid) -> None:
        super().__init__()
        self._context = context
        self._panel = panel
        self._grid = grid
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        # Sidecars are on the disk, which may be slow or asleep; the catalogue never waits for it.
        self._sidecars = Latest(context.lanes.preview, self)
        self._sidecars.finished.connect(panel.show_sidecar)
        self._credentials = Latest(context.lanes.preview, self)
        self._credentials.finished.connect(panel.show_credentials)
        self._truths = Latest(context.lanes.browse, self)
        self._truths.finished.connect(lambda told: panel.lineage.show_truth(*told))
        self._truths.failed.connect(context.notice)
        self._closeness = Latest(context.lanes.preview, self)
        self._closeness.finished.connect(panel.lineage.show_closeness)
        self._closeness.failed.connect(context.notice)
        grid.selection_changed.connect(self._read)
        context.hub.changed.connect(self._on_changes)

    def refresh(self) -> None:
        """The selected pictures may have got their thumbnails or their lineage."""
        self._read(self._grid.selected_assets())

    def _on_changes(self, changes: Changes) -> None:
        if changes.annotations:  # among them what may be done with it
            self.refresh()

    def _read(self, assets: Sequence[Asset]) -> None:
        self._sidecars.forget()
        self._credentials.forget()
        self._truths.forget()
        self._closeness.forget()
        if not assets:
            self._readings.forget()
            return
        browsing, chosen = self._context.engine.browsing, assets

        def read(_: CancelToken) -> _Found:
            if len(chosen) == 1:
                return browsing.details(chosen[0].id)
            return browsing.common_details(ids_of(chosen)), file_facts_of(chosen)

        self._readings.submit(read)

    def _show(self, found: _Found) -> None:
        if isinstance(found, AssetDetails):
            self._panel.show_details(found)
            asset, sidecars = found.asset, self._context.engine.curation.sidecars
            self._sidecars.submit(lambda _: (asset.id, sidecars.keywords(asset)))
            credentials = self._context.engine.curation.credentials
            self._credentials.submit(lambda _: (asset.id, _told(credentials, asset)))
            check = self._context.engine.generation.product_check
            if found.lineage is not None:  # whose product may be that of a picture before it
                self._truths.submit(lambda _: (asset, check.known(asset.id)))
                self._tell_closeness(asset, found.lineage.request)
        else:
            self._panel.show_common(*found)

    def _tell_closeness(self, asset: Asset, request: GenerationRequest) -> None:
        meter = self._context.engine.generation.closeness

        def measure() -> str:
            found = meter.of(asset.id, request)
            return found.sentence(request.kit) if found is not None else ""

        if request.kit:
            self._closeness.submit(lambda _: measure())


def _told(credentials: PictureCredentials, asset: Asset) -> str:
    """What a picture's Content Credentials say; empty where it has none, or is not there."""
    if asset.is_missing or asset.is_offline or asset.is_elsewhere or asset.failure:
        return ""
    try:
        found = credentials.of(asset.path)
    except FileError as error:
        return error.message
    return found.sentence() if found else ""
