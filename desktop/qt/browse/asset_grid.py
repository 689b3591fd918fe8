"""The grid of assets: square tiles that fill the width, loaded where they are visible."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import (
    QEvent,
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
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.config.settings import TILE_SIZES, Settings
from desktop.config.window_memory import GridPlace
from desktop.core.asset import Asset
from desktop.core.asset_sequence import ids_of
from desktop.core.query import SearchHit
from desktop.core.text import tr
from desktop.qt.browse.asset_list import AssetListModel
from desktop.qt.browse.asset_painter import (
    GAP,
    PICTURE_RADIUS,
    AssetPainter,
    TileState,
    cell_size,
    picture_side,
)
from desktop.qt.browse.drag_picture import HOT_SPOT, drag_picture
from desktop.qt.browse.grid_keys import GridKeys
from desktop.qt.browse.marks import NO_MARKS, Marks
from desktop.qt.browse.tile_view import TileView
from desktop.qt.images.cache import PixmapCache, edge_for
from desktop.qt.images.pictures import Picture, Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.dragging import ASSETS_MIME, assets_mime, dropped_assets
from desktop.qt.widgets.styling import set_property

SMALLEST, LARGEST = TILE_SIZES
DEFAULT_TILE = Settings().tile_size
"""Of the size slider: the least width of a cell, logical pixels."""

FEWEST_COLUMNS = 3
"""Beside both panels in a small window, where two of the usual size would be all that fits."""

LOAD_INTERVAL_MS = 20
"""While one scrolls: how often the loader is told what is in view now, instead of before."""

_WEAKER = 0.45
"""How much is to be seen of a tile that has little to do with the query."""


class Stay(NamedTuple):
    """Where a person is in the grid.

    Attributes:
        current: where the keyboard is.
    """

    scroll: GridPlace
    current: Asset | None = None
    selected: Sequence[Asset] = ()


class AssetGrid(TileView):
    """Shows assets or hits; tells what is selected."""

    selection_changed = Signal(object)
    """Sequence[Asset], in the order shown."""
    opened = Signal(object)
    """Asset: double-clicked, or Return on it."""
    menu_wanted = Signal(object, QPoint)
    """(Sequence[Asset], where on the screen)."""
    in_view_changed = Signal(object)
    """list[int]: ids of the pictures in view, and of those that come next."""
    drag_wanted = Signal(object)
    """Sequence[Asset]: they are about to be dragged; ``drag`` begins it."""
    stack_pressed = Signal(int)
    """Asset (its id): what it stands for is to be seen, or no longer."""
    placed = Signal(object, int)
    """(list[int], row): these shall be before that row; behind all at ``count()``."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(margin=GAP // 2, parent=parent)
        self.setObjectName("grid")
        self.setAccessibleName(tr("Pictures"))
        self._theme = theme
        self._pictures = pictures
        self._cache = cache
        self._least = DEFAULT_TILE
        self._is_reordering = False
        self._awaits_drag = False
        self._weaker_from: int | None = None
        self._says_why = False
        self._rows_waiting: dict[str, list[int]] = {}
        self.assets = AssetListModel()
        self._painter = AssetPainter(theme, pictures, cache)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        self.setAcceptDrops(False)
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
        self._marks: Mapping[int, Marks] = {}
        self._shows_marks = True
        self._stack_counts: Mapping[int, int] = {}
        self._takes_places = False
        self.keys = GridKeys(self._find_name, self)
        # Names are typed in any script.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)

    # ------------------------------------------------------------------ what is shown

    def show_assets(self, assets: Sequence[Asset], *, is_reordered: bool = False) -> None:
        """Browse these; keeps the selection, the current one and the place where it can.

        Args:
            is_reordered: they are the same ones in another order, so nobody is told of a selection.
        """
        place = self.verticalOffset()
        self._weaker_from = None
        self._is_reordering = is_reordered
        try:
            self._replace(lambda: self.assets.show_assets(assets))
        finally:
            self._is_reordering = False
        self.verticalScrollBar().setValue(place)

    def show_hits(
        self,
        hits: Sequence[SearchHit],
        *,
        is_repeated: bool = False,
        weaker_from: int | None = None,
    ) -> None:
        """Show results from the best one on.

        Args:
            is_repeated: of the search that is shown, so the place is kept where it can be.
            weaker_from: the first row that has little to do with the query, behind a divider.
        """
        self._weaker_from = weaker_from
        place = self.verticalOffset() if is_repeated else 0
        self._replace(lambda: self.assets.show_hits(hits))
        self.verticalScrollBar().setValue(place)

    def stay(self) -> Stay:
        """Where a person is."""
        at = self.currentIndex().row()
        current = self.assets.asset(at) if at >= 0 else None
        return Stay(self.place(), current, self.selected_assets())

    def return_to(self, stay: Stay) -> None:
        """Back to where one was; what has been selected since stays selected."""
        chosen = self.selected_assets()
        if chosen and not {*ids_of(chosen)} <= {*ids_of(stay.selected)}:
            self.go_to(stay.scroll)
            return
        flags = QItemSelectionModel.SelectionFlag
        current = None if stay.current is None else self.assets.row_of(stay.current.id)
        if current is not None:
            self.selectionModel().setCurrentIndex(self.assets.index(current), flags.NoUpdate)
        if len(stay.selected) > len(chosen):
            self._select(stay.selected)
        self.go_to(stay.scroll)

    def say_why(self, is_on: bool) -> None:
        """Say on each result why it was found."""
        self._says_why = is_on
        self.viewport().update()

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

    def place(self) -> GridPlace:
        """How far it is scrolled, by what is at the top."""
        row = self.visible_rows().start
        if not self.verticalOffset() or row >= self.count():
            return GridPlace()
        return GridPlace(self.assets.asset(row).id, max(0, -self.cell_of(row).top()))

    def go_to(self, place: GridPlace) -> None:
        """Scroll there, if what was at the top is there."""
        row = self.assets.row_of(place.asset_id) if place.asset_id else 0
        if row is not None and self.count():
            self.updateGeometries()
            top = self.cell_of(row).top() + self.verticalOffset() + place.beyond
            self.verticalScrollBar().setValue(top)

    def selected_assets(self) -> Sequence[Asset]:
        """In the order shown."""
        return self.assets.in_ranges(self._ranges())

    def set_tile_size(self, least: int) -> None:
        """The least width of a cell; cells widen to fill the row."""
        self._least = least
        self.fit_cells()

    def take_places(self, does: bool) -> None:
        """Whether what is shown has an order that a person makes, by dropping pictures in it."""
        self._takes_places = does
        self.setAcceptDrops(does)
        self.viewport().setAcceptDrops(does)

    def move_selected(self, by: int) -> None:
        """One place earlier (-1) or later (1), where the order is a person's."""
        ranges = self._ranges()
        if self._takes_places and ranges:
            row = ranges[0][0] - 1 if by < 0 else ranges[-1][1] + 2
            if 0 <= row <= self.count():
                self.placed.emit([*ids_of(self.selected_assets())], row)

    def show_marks(self, marks: Mapping[int, Marks]) -> None:
        """What was said about pictures, by id; those that are not named show nothing."""
        self._marks = marks
        self.viewport().update()

    def show_stack_counts(self, counts: Mapping[int, int]) -> None:
        """Id -> how many pictures look like it, itself included; of those that stand for more."""
        self._stack_counts = counts
        self.viewport().update()

    def set_marks_shown(self, is_shown: bool) -> None:
        """Whether tiles show stars and tags."""
        self._shows_marks = is_shown
        self.viewport().update()

    # ------------------------------------------------------------------ Qt

    def cell_for(self, width: int) -> QSize:
        least = self._least
        if least <= DEFAULT_TILE:  # who wants larger ones gets them, however few fit
            least = min(least, max(SMALLEST, width // FEWEST_COLUMNS))
        return cell_size(max(SMALLEST // 2, width // max(1, width // least)))

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
        is_weaker = self._weaker_from is not None and row >= self._weaker_from
        if is_weaker and not (state.is_selected or state.is_hovered):
            painter.setOpacity(_WEAKER)
        asset = self.assets.asset(row)
        marks = self._marks_of(asset)
        why = self.assets.why(row) if self._says_why else ""
        if why:
            marks = replace(marks, words="", stars="")  # that is where it is said
        self._painter.paint(painter, asset, self.assets.score(row), cell, state, marks)
        painter.setOpacity(1)
        if why:
            self._painter.paint_why(painter, why, cell)
        if row == self._weaker_from and row:
            self._painter.paint_divider(painter, cell, is_first=cell.left() <= 0)

    def _marks_of(self, asset: Asset) -> Marks:
        marks = self._marks.get(asset.id, NO_MARKS) if self._shows_marks else NO_MARKS
        stacked = self._stack_counts.get(asset.id, 0)
        return replace(marks, stacked=stacked) if stacked else marks

    def stack_at(self, point: QPoint) -> int | None:
        """The asset (its id) whose tile says there how many pictures it stands for."""
        row = self.indexAt(point).row()
        if row < 0 or not self._stack_counts:
            return None
        asset = self.assets.asset(row)
        place = self._painter.stack_place(self._marks_of(asset), self.cell_of(row))
        return asset.id if place.contains(point.toPointF()) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif not self.keys.take(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.keys.is_within_name(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyboardSearch(self, search: str) -> None:
        """Qt's own way to find a name does not show what was typed."""

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.keys.take_words(event.commitString())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.keys.type_ahead.end()
        if event.button() in (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton):
            event.ignore()  # they are the window's
            return
        stack = self.stack_at(event.position().toPoint())
        if stack is not None and event.button() is Qt.MouseButton.LeftButton:
            self.stack_pressed.emit(stack)
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        self._awaits_drag = False
        super().mouseReleaseEvent(e)

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        super().mouseMoveEvent(e)
        is_over = self.stack_at(e.position().toPoint()) is not None
        shape = Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() is not shape:
            self.viewport().setCursor(shape)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.keys.type_ahead.end()
        super().focusOutEvent(event)

    def resizeEvent(self, e: QResizeEvent) -> None:
        super().resizeEvent(e)
        self.keys.place()

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803
        """Asks for the files first: whether they still are what is shown the disk knows."""
        if self.selectionModel().hasSelection() and not self._awaits_drag:
            self._awaits_drag = True
            self.drag_wanted.emit(self.selected_assets())

    def drag(self, assets: Sequence[Asset], paths: Sequence[Path]) -> None:
        """Take these along, if the button is still held; other programs get ``paths``.

        Qt would drag a picture of all selected tiles; one thumbnail says enough.
        """
        is_held, self._awaits_drag = self._awaits_drag, False
        if not is_held or ids_of(assets) != ids_of(self.selected_assets()):
            return
        drag = QDrag(self)
        drag.setMimeData(self.drag_data(paths))
        drag.setPixmap(self.drag_pixmap())
        drag.setHotSpot(HOT_SPOT)
        drag.exec(Qt.DropAction.CopyAction)

    def dragEnterEvent(self, e: QDragEnterEvent) -> None:
        e.setAccepted(self._takes_places and e.mimeData().hasFormat(ASSETS_MIME))

    def dragMoveEvent(self, e: QDragMoveEvent) -> None:
        super().dragMoveEvent(e)  # scrolls at the edges
        e.setAccepted(self._takes_places and e.mimeData().hasFormat(ASSETS_MIME))
        self.show_gap(self.gap_at(e.position().toPoint()) if e.isAccepted() else -1)

    def dragLeaveEvent(self, e: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(e)
        self.show_gap(-1)

    def dropEvent(self, e: QDropEvent) -> None:
        self.show_gap(-1)
        ids = dropped_assets(e.mimeData())
        if self._takes_places and ids:
            e.acceptProposedAction()
            self.placed.emit(ids, self.gap_at(e.position().toPoint()))

    def drag_data(self, paths: Sequence[Path] | None = None) -> QMimeData:
        """What the selection carries to other panels and programs; see ``assets_mime``."""
        return assets_mime(self.selected_assets(), paths)

    def drag_pixmap(self) -> QPixmap:
        """What follows the pointer: the current picture, and how many are selected."""
        chosen = self.selected_assets()
        current = self.assets.asset(max(0, self.currentIndex().row()))
        is_chosen = self.selectionModel().isSelected(self.currentIndex())
        picture = self._pictures.of_asset(current if is_chosen else chosen[0])
        pixmap = picture and self._cache.find(picture.key, 0)
        return drag_picture(self._theme, pixmap or None, len(chosen), self.devicePixelRatioF())

    # ------------------------------------------------------------------ inside

    def _find_name(self, beginning: str, is_next: bool) -> bool:
        current = self.currentIndex().row()
        row = self.assets.row_named(beginning, current if is_next else current - 1)
        if row is not None:
            self.setCurrentIndex(self.assets.index(row))
        return row is not None

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
        self.in_view_changed.emit([self.assets.asset(row).id for row in (*rows, *ahead)])

    def _repaint(self, key: str) -> None:
        for row in self._rows_waiting.get(key, ()):
            self.viewport().update(self.cell_of(row))

    def _replace(self, show: Callable[[], None]) -> None:
        """Other rows; what was selected and current stays so, wherever its rows are now."""
        kept = self.selected_assets()
        at = self.currentIndex().row()
        current_id = self.assets.asset(at).id if at >= 0 else None
        show()
        self.updateGeometries()
        flags = QItemSelectionModel.SelectionFlag
        current = None if current_id is None else self.assets.row_of(current_id)
        if current is not None:
            self.selectionModel().setCurrentIndex(self.assets.index(current), flags.NoUpdate)
        if kept and not self._select(kept):
            self._tell_selection()
        self._load_soon()

    def _ranges(self) -> list[tuple[int, int]]:
        """First and last rows of what is selected; an index for each of 100,000 rows would take a
        second."""
        chosen = self.selectionModel().selection().toList()
        return sorted((part.top(), part.bottom()) for part in chosen)

    def _select(self, assets: Sequence[Asset]) -> bool:
        """As few ranges, because Qt compares every one with every other; False: none is shown."""
        selection = QItemSelection()
        for first, last in self.assets.ranges_of(assets):
            ends = self.assets.index(first), self.assets.index(last)
            selection.append(QItemSelectionRange(*ends))
        if selection.isEmpty():
            return False
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        return True

    def _tell_selection(self) -> None:
        if not self._is_reordering:
            self.selection_changed.emit(self.selected_assets())

    def _ask_menu(self, point: QPoint) -> None:
        index = self.indexAt(point)
        if index.isValid():
            self.menu_wanted.emit(self.selected_assets(), self.viewport().mapToGlobal(point))
