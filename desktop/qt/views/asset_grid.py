"""The grid of assets: square tiles that fill the width, loaded where they are visible."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop.core.asset import Asset
from desktop.core.query import SearchHit
from desktop.qt.models.asset_list import AssetListModel
from desktop.qt.models.pictures import Picture, Pictures
from desktop.qt.models.pixmap_cache import PixmapCache, edge_for
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.asset_delegate import (
    PICTURE_RADIUS,
    AssetDelegate,
    cell_size,
    picture_side,
)
from desktop.qt.views.words import set_property

SMALLEST, LARGEST, DEFAULT_TILE = 112, 384, 192
"""Bounds of the size slider: the least width of a cell, logical pixels."""

LAID_OUT_AT_ONCE = 5_000
"""Tiles that Qt lays out anew within a few milliseconds; more wait until the slider rests."""

SIZE_DEBOUNCE_MS = 120


class AssetGrid(QListView):
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
        super().__init__(parent)
        self.setObjectName("grid")
        self.setAccessibleName("Pictures")
        self._pictures = pictures
        self._cache = cache
        self._least = DEFAULT_TILE
        self.assets = AssetListModel()
        self._delegate = AssetDelegate(theme, pictures, cache)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setViewportMargins(UNIT, 0, 0, 0)
        self.setModel(self.assets)
        self._load_timer = QTimer(self, singleShot=True, interval=20)
        self._load_timer.timeout.connect(self._load_visible)
        self._size_timer = QTimer(self, singleShot=True, interval=SIZE_DEBOUNCE_MS)
        self._size_timer.timeout.connect(self._fit_cells)
        self.verticalScrollBar().valueChanged.connect(self._load_soon)
        self.verticalScrollBar().setSingleStep(6 * UNIT)
        # The bar always keeps its room, and is seen when there is something to scroll.
        self.verticalScrollBar().rangeChanged.connect(self._show_bar)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.activated.connect(lambda index: self.opened.emit(self.assets.asset(index.row())))
        cache.arrived.connect(self._repaint)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            self.selectionModel().selectionChanged.connect(self._tell_selection)

    # ------------------------------------------------------------------ what is shown

    def show_assets(self, assets: Sequence[Asset]) -> None:
        """Browse these; keeps the selection and the place where it can."""
        kept, place = self.selected_assets(), self.verticalScrollBar().value()
        self.assets.show_assets(assets)
        self._select_again(kept)
        # The layout is done on the next event; asking for it now makes the old place reachable.
        self.doItemsLayout()
        self.verticalScrollBar().setValue(place)
        self._load_soon()

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show results from the best one on."""
        kept = self.selected_assets()
        self.assets.show_hits(hits)
        self._select_again(kept)
        self.scrollToTop()
        self._load_soon()

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
        # By ranges: an index for each of 100,000 selected rows takes a second.
        ranges = sorted((r.top(), r.bottom()) for r in self.selectionModel().selection().toList())
        return [self.assets.asset(row) for top, end in ranges for row in range(top, end + 1)]

    def set_tile_size(self, least: int) -> None:
        """The least width of a cell; cells widen to fill the row."""
        self._least = least
        if self.assets.rowCount() > LAID_OUT_AT_ONCE:
            self._size_timer.start()
        else:
            self._fit_cells()

    def visible_rows(self) -> range:
        """Rows whose tile is at least partly in view."""
        if not self.assets.rowCount() or not self.gridSize().isValid():
            return range(0)
        columns = max(1, self.viewport().width() // self.gridSize().width())
        top = self.verticalScrollBar().value() // self.gridSize().height()
        lines = self.viewport().height() // self.gridSize().height() + 2
        return range(
            min(top * columns, self.assets.rowCount()),
            min((top + lines) * columns, self.assets.rowCount()),
        )

    # ------------------------------------------------------------------ Qt

    def resizeEvent(self, e: QResizeEvent) -> None:
        super().resizeEvent(e)
        self._fit_cells()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_R and not event.modifiers() and self.selectedIndexes():
            self.reference_wanted.emit(self.selected_assets())
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803
        """Qt would drag a picture of all selected tiles; one thumbnail says enough."""
        indexes = self.selectedIndexes()
        if not indexes:
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
        return self.assets.mimeData(sorted(self.selectedIndexes(), key=lambda i: i.row()))

    # ------------------------------------------------------------------ inside

    def _fit_cells(self) -> None:
        width = self.viewport().width()
        columns = max(1, width // self._least)
        # IconMode wraps when a row fills the viewport exactly; one pixel less keeps the column.
        cell = max(SMALLEST // 2, (width - 1) // columns)
        size = cell_size(cell)
        if size != self.gridSize():
            self._delegate.set_cell_width(cell)
            self.setGridSize(size)
        self._load_soon()

    def _show_bar(self, least: int, most: int) -> None:
        set_property(self.verticalScrollBar(), "idle", least == most)

    def _load_soon(self) -> None:
        self._load_timer.start()

    def _load_visible(self) -> None:
        rows = self.visible_rows()
        ahead = range(rows.stop, min(rows.stop + len(rows), self.assets.rowCount()))
        wanted: list[Picture] = []
        for row in (*rows, *ahead):
            picture = self._pictures.of_asset(self.assets.asset(row))
            if picture is not None:
                wanted.append(picture)
        ratio = self.devicePixelRatioF()
        edge = edge_for(picture_side(self.gridSize().width()), ratio)
        self._cache.want_visible(wanted, edge, round(PICTURE_RADIUS * ratio))

    def _repaint(self) -> None:
        # Repaints of one event-loop turn are joined by Qt, and paint only what is in view.
        self.viewport().update()

    def _select_again(self, kept: Sequence[Asset]) -> None:
        selection = QItemSelection()
        current = None
        for asset in kept:
            row = self.assets.row_of(asset.id)
            if row is not None:
                current = self.assets.index(row)
                selection.select(current, current)
        if current is not None:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(selection, flags.ClearAndSelect)
            self.selectionModel().setCurrentIndex(current, flags.NoUpdate)
        elif kept:
            self._tell_selection()

    def _tell_selection(self) -> None:
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
