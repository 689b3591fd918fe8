"""The grid's model: a thin adapter over a list of assets or of search hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop.core.asset import Asset
from desktop.core.query import Reason, SearchHit
from desktop.core.timecode import timecode
from desktop.qt.models.dragging import ASSETS_MIME, assets_mime

_id = attrgetter("id")
"""Without Python code for each of 100,000 assets."""
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


def score_text(hit: SearchHit) -> str:
    """A score as people see it: cosine similarity, or the plain reason for word matches."""
    return f"{hit.score:.2f}" if hit.reason is Reason.MEANING else "name"


_PAGED = frozenset({"PDF", "TIFF"})


def several_text(asset: Asset) -> str:
    """That a file holds more than the picture that is shown; empty for a still or a video."""
    if asset.frame_count == 1 or asset.duration_ms:
        return ""
    if asset.format not in _PAGED:
        return "animated"
    return f"{asset.frame_count:,} pages" if asset.frame_count else "several pages"


def accessible_text(asset: Asset, moment: int | None = None) -> str:
    """What a screen reader says about a tile.

    Args:
        moment: of a video that was found, the time of the frame that fits, ms.
    """
    parts = [asset.filename]
    if asset.duration_ms:
        parts.append(f"video, {timecode(asset.duration_ms)}")
    if several := several_text(asset):
        parts.append(several)
    if moment is not None:
        parts.append(f"found at {timecode(moment)}")
    if asset.is_generated:
        parts.append("generated")
    if asset.is_missing:
        parts.append("missing")
    if asset.is_elsewhere:
        parts.append("in a team-mate's folder")
    elif asset.is_offline:
        parts.append("its drive is not connected")
    if asset.failure:
        parts.append("could not be read")
    return ", ".join(parts)


class AssetListModel(QAbstractListModel):
    """Rows of assets; holds no pixels and does no I/O."""

    def __init__(self) -> None:
        super().__init__()
        self._assets: Sequence[Asset] = ()
        self._scores: Sequence[str] = ()
        self._moments: Mapping[int, int] = {}
        self._rows: dict[int, int] | None = None

    def show_assets(self, assets: Sequence[Asset]) -> None:
        """Browse these."""
        self._moments = {}
        self._replace(assets, ())

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show these results, best first."""
        self._moments = {
            hit.asset.id: hit.position_ms for hit in hits if hit.position_ms is not None
        }
        self._replace([hit.asset for hit in hits], [score_text(hit) for hit in hits])

    def asset(self, row: int) -> Asset:
        return self._assets[row]

    def assets(self, begin: int, end: int) -> Sequence[Asset]:
        """The rows from ``begin`` up to, not including, ``end``."""
        return self._assets[begin:end]

    def score(self, row: int) -> str:
        """What to write beside the name while searching; empty when browsing."""
        return self._scores[row] if self._scores else ""

    def row_of(self, asset_id: int) -> int | None:
        """Where an asset is; None when it is not shown."""
        if self._rows is None:
            self._rows = dict(zip(map(_id, self._assets), range(len(self._assets)), strict=True))
        return self._rows.get(asset_id)

    def rows_of(self, assets: Sequence[Asset]) -> list[int]:
        """Where these are, sorted; those that are not shown are left out."""
        if len(assets) == 1:
            row = self.row_of(assets[0].id)
            return [] if row is None else [row]
        wanted = set(map(_id, assets))
        return [row for row, shown in enumerate(map(_id, self._assets)) if shown in wanted]

    # ------------------------------------------------------------------ Qt

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._assets)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        asset = self._assets[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return asset.filename
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return accessible_text(asset, self._moments.get(asset.id))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def supportedDragActions(self) -> Qt.DropAction:
        # Copy only: a program that "moves" a dropped file would take it out of the library.
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [ASSETS_MIME, "text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return assets_mime([self._assets[index.row()] for index in indexes])

    def _replace(self, assets: Sequence[Asset], scores: Sequence[str]) -> None:
        self.beginResetModel()
        self._assets, self._scores, self._rows = assets, scores, None
        self.endResetModel()
