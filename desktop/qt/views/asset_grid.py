"""The grid of assets: square tiles that fill the width, loaded where they are visible."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import chain, zip_longest

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.core.asset import Asset
from desktop.core.query import SearchHit
from desktop.qt.models.asset_list import AssetListModel
from desktop.qt.models.dragging import assets_mime
from desktop.qt.models.pictures import Picture, Pictures
from desktop.qt.models.pixmap_cache import PixmapCache, edge_for
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.asset_painter import (
    GAP,
    PICTURE_RADIUS,
    AssetPainter,
    TileState,
    cell_size,
    picture_side,
)
from desktop.qt.views.tile_view import TileView
from desktop.qt.views.words import set_property

SMALLEST, LARGEST, DEFAULT_TILE = 112, 384, 192
"""Bounds of the size slider: the least width of a cell, logical pixels."""

LOAD_INTERVAL_MS = 20
"""While one scrolls: how often the loader is told what is in view now, instead of before."""


class AssetGrid(TileView):
    """Shows assets or hits; tells what is selected."""

    selection_changed = Signal(object)
    """list[Asset], in the order shown."""
    opened = Signal(object)
    """Asset: double-clicked, or Return on it."""
    reference_wanted = Signal(object)
    """list[Asset] to be added to the references (the R key or the menu)."""
    menu_wanted = Signal(object, QPoint)
    """(list[Asset], where on the screen)."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(margin=GAP // 2, parent=parent)
        self.setObjectName("grid")
        self.setAccessibleName("Pictures")
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._least = DEFAULT_TILE
        self._is_reordering = False
        self._rows_waiting: dict[str, list[int]] = {}
        self.assets = AssetListModel()
        self._painter = AssetPainter(theme, pictures, cache)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setViewportMargins(UNIT, 0, 0, 0)
        self.setModel(self.assets)
        self._load_timer = QTimer(self, singleShot=True, interval=LOAD_INTERVAL_MS)
        self._load_timer.timeout.connect(self._load_visible)
        self.verticalScrollBar().valueChanged.connect(self._load_soon)
        self.verticalScrollBar().setSingleStep(6 * UNIT)
        # The bar always keeps its room, and is seen when there is something to scroll.
        self.verticalScrollBar().rangeChanged.connect(self._show_bar)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.activated.connect(lambda index: self.opened.emit(self.assets.asset(index.row())))
        self.selectionModel().selectionChanged.connect(self._tell_selection)
        cache.arrived.connect(self._repaint)

    # ------------------------------------------------------------------ what is shown

    def show_assets(self, assets: Sequence[Asset], *, is_reordered: bool = False) -> None:
        """Browse these; keeps the selection, the current one and the place where it can.

        Args:
            is_reordered: they are the same ones in another order, so nobody is told of a selection.
        """
        place = self.verticalOffset()
        self._is_reordering = is_reordered
        try:
            self._replace(lambda: self.assets.show_assets(assets))
        finally:
            self._is_reordering = False
        self.verticalScrollBar().setValue(place)

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show results from the best one on."""
        self._replace(lambda: self.assets.show_hits(hits))
        self.scrollToTop()

    @contextmanager
    def current_in_view(self) -> Generator[None]:
        """However the rows move within: if the current one was in view, it is so afterwards."""
        is_seen = self.currentIndex().row() in self.visible_rows()
        yield
        if is_seen:
            self.scrollTo(self.currentIndex())

    def select_asset(self, asset_id: int) -> bool:
        """Select one asset and bring it into view; False when it is not shown."""
        row = self.assets.row_of(asset_id)
        if row is None:
            return False
        index = self.assets.index(row)
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        return True

    def selected_assets(self) -> list[Asset]:
        """In the order shown."""
        chosen = (self.assets.assets(top, end + 1) for top, end in self._ranges())
        return [*chain.from_iterable(chosen)]

    def set_tile_size(self, least: int) -> None:
        """The least width of a cell; cells widen to fill the row."""
        self._least = least
        self.fit_cells()

    # ------------------------------------------------------------------ Qt

    def cell_for(self, width: int) -> QSize:
        return cell_size(max(SMALLEST // 2, width // max(1, width // self._least)))

    def fit_cells(self) -> None:
        super().fit_cells()
        self._load_soon()

    def paint_ground(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, self._theme.color("ground"))

    def paint_tile(self, painter: QPainter, row: int, cell: QRect) -> None:
        index = self.assets.index(row)
        state = TileState(
            is_selected=self.selectionModel().isSelected(index),
            is_hovered=row == self.hovered_row,
            has_focus=self.hasFocus() and row == self.currentIndex().row(),
        )
        self._painter.paint(painter, self.assets.asset(row), self.assets.score(row), cell, state)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_r = event.key() == Qt.Key.Key_R and not event.modifiers()
        if is_r and self.selectionModel().hasSelection():
            self.reference_wanted.emit(self.selected_assets())
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803
        """Qt would drag a picture of all selected tiles; one thumbnail says enough."""
        if not self.selectionModel().hasSelection():
            return
        drag = QDrag(self)
        drag.setMimeData(self.drag_data())
        pixmap = self._drag_pixmap(self.assets.asset(self.currentIndex().row()))
        if pixmap is not None:
            drag.setPixmap(pixmap)
            drag.setHotSpot(QPoint(-UNIT, -UNIT))
        drag.exec(Qt.DropAction.CopyAction)

    def drag_data(self) -> QMimeData:
        """What the selection carries to other panels and programs."""
        return assets_mime(self.selected_assets())

    # ------------------------------------------------------------------ inside

    def _show_bar(self, least: int, most: int) -> None:
        set_property(self.verticalScrollBar(), "idle", least == most)

    def _load_soon(self) -> None:
        # Not put off by every further step: pictures come while one scrolls on, too.
        if not self._load_timer.isActive():
            self._load_timer.start()

    def _load_visible(self) -> None:
        rows = self.visible_rows()
        ahead = range(rows.stop, min(rows.stop + len(rows), self.assets.rowCount()))
        wanted: list[Picture] = []
        self._rows_waiting = {}
        for row in (*rows, *ahead):
            picture = self._pictures.of_asset(self.assets.asset(row))
            if picture is not None:
                wanted.append(picture)
                self._rows_waiting.setdefault(picture.key, []).append(row)
        ratio = self.devicePixelRatioF()
        edge = edge_for(picture_side(self.cell.width()), ratio)
        self._cache.want_visible(wanted, edge, round(PICTURE_RADIUS * ratio))

    def _repaint(self, key: str) -> None:
        for row in self._rows_waiting.get(key, ()):
            self.viewport().update(self.cell_of(row))

    def _replace(self, show: Callable[[], None]) -> None:
        """Other rows; what was selected and current stays so, wherever its rows are now."""
        # Of a large selection only this case is found out without a look at each asset.
        is_everything = self._is_reordering and self._ranges() == [(0, self.count() - 1)]
        kept = [] if is_everything else self.selected_assets()
        at = self.currentIndex().row()
        current_id = self.assets.asset(at).id if at >= 0 else None
        show()
        self.updateGeometries()
        flags = QItemSelectionModel.SelectionFlag
        current = None if current_id is None else self.assets.row_of(current_id)
        if current is not None:
            self.selectionModel().setCurrentIndex(self.assets.index(current), flags.NoUpdate)
        if is_everything:
            self.selectAll()
        elif rows := self.assets.rows_of(kept) if kept else []:
            self.selectionModel().select(self._selection_of(rows), flags.ClearAndSelect)
        elif kept:
            self._tell_selection()
        self._load_soon()

    def _ranges(self) -> list[tuple[int, int]]:
        """First and last rows of what is selected; an index for each of 100,000 rows would take a
        second."""
        chosen = self.selectionModel().selection().toList()
        return sorted((part.top(), part.bottom()) for part in chosen)

    def _selection_of(self, rows: list[int]) -> QItemSelection:
        """Sorted rows as few ranges: Qt compares every one with every other."""
        selection, begin = QItemSelection(), rows[0]
        if rows[-1] - begin == len(rows) - 1:
            rows = rows[-1:]  # nothing between is left out: one range
        for row, following in zip_longest(rows, rows[1:]):
            if following != row + 1:
                first, last = self.assets.index(begin), self.assets.index(row)
                selection.append(QItemSelectionRange(first, last))
                begin = following
        return selection

    def _tell_selection(self) -> None:
        if not self._is_reordering:
            self.selection_changed.emit(self.selected_assets())

    def _ask_menu(self, point: QPoint) -> None:
        index = self.indexAt(point)
        if index.isValid():
            self.menu_wanted.emit(self.selected_assets(), self.viewport().mapToGlobal(point))

    def _drag_pixmap(self, asset: Asset) -> QPixmap | None:
        picture = self._pictures.of_asset(asset)
        pixmap = picture and self._cache.find(picture.key, 0)
        if not pixmap:
            return None
        side = round(12 * UNIT * self.devicePixelRatioF())
        small = pixmap.scaled(
            QSize(side, side),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        small.setDevicePixelRatio(self.devicePixelRatioF())
        return small
