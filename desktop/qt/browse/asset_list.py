"""The grid's model: a thin adapter over a list of assets or of search hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop.core.asset import Asset
from desktop.core.query import Reason, SearchHit
from desktop.core.text import listed, tr
from desktop.qt.widgets.asset_text import accessible_text
from desktop.qt.widgets.dragging import ASSETS_MIME, assets_mime

if TYPE_CHECKING:  # not needed to show the window
    from desktop.library.catalog.asset_columns import Assets

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


def score_text(hit: SearchHit) -> str:
    """A score as people see it: cosine similarity, or the plain reason for word matches."""
    match hit.reason:
        case Reason.MEANING:
            return f"{hit.score:.2f}"
        case Reason.WORDS:
            return tr("name")
        case Reason.CONDITIONS:
            return ""


class AssetListModel(QAbstractListModel):
    """Rows of assets; holds no pixels and does no I/O."""

    def __init__(self) -> None:
        super().__init__()
        self._assets: Assets | tuple[()] = ()
        self._scores: Sequence[str] = ()
        self._whys: Sequence[str] = ()
        self._moments: Mapping[int, int] = {}

    def show_assets(self, assets: Sequence[Asset]) -> None:
        """Browse these."""
        self._moments = {}
        self._replace(assets, ())

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show these results, best first."""
        self._moments = {
            hit.asset.id: hit.position_ms for hit in hits if hit.position_ms is not None
        }
        self._replace(
            [hit.asset for hit in hits],
            [score_text(hit) for hit in hits],
            [" · ".join(why.detail for why in hit.why) for hit in hits],
        )

    def asset(self, row: int) -> Asset:
        return self._assets[row]

    def assets(self, begin: int, end: int | None) -> Sequence[Asset]:
        """The rows from ``begin`` up to, not including, ``end``; None: to the last."""
        return self._assets[begin:end]

    def score(self, row: int) -> str:
        """What to write beside the name while searching; empty when browsing."""
        return self._scores[row] if self._scores else ""

    def why(self, row: int) -> str:
        """What speaks for a result; empty when browsing."""
        return self._whys[row] if self._whys else ""

    def row_of(self, asset_id: int) -> int | None:
        """Where an asset is; None when it is not shown."""
        return self._assets.row_of(asset_id) if self._assets else None

    def ranges_of(self, assets: Sequence[Asset]) -> list[tuple[int, int]]:
        """First and last rows of where these are, sorted; those that are not shown are left
        out."""
        return self._assets.ranges_of(_as_columns(assets)) if self._assets else []

    def in_ranges(self, ranges: Sequence[tuple[int, int]]) -> Sequence[Asset]:
        """Those in these rows, of which the first and the last are told."""
        return self._assets.in_ranges(ranges) if self._assets else []

    def row_named(self, beginning: str, after: int) -> int | None:
        """The first row behind ``after``, going round, whose file name begins like this."""
        return self._assets.row_named(beginning, after) if self._assets else None

    # ------------------------------------------------------------------ Qt

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._assets)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        asset = self._assets[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return asset.filename
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (asset.filename, self.why(index.row())) if part)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return accessible_text(asset, self._moments.get(asset.id))
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            told = self._spoken_score(index.row()), self.why(index.row())
            return listed(filter(None, told))
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

    def _spoken_score(self, row: int) -> str:
        """What else is written beside the name; a plain reason speaks for itself."""
        score = self.score(row)
        return tr("score {score}", score=score) if score[:1].isdigit() else score

    def _replace(
        self, assets: Sequence[Asset], scores: Sequence[str], whys: Sequence[str] = ()
    ) -> None:
        self.beginResetModel()
        self._assets = _as_columns(assets) if assets else ()
        self._scores, self._whys = scores, whys
        self.endResetModel()


def _as_columns(assets: Sequence[Asset]) -> Assets:
    """In which rows are found without a look at each asset."""
    from desktop.library.catalog.asset_columns import Assets  # numpy: not needed for the window

    return Assets.of(assets)
