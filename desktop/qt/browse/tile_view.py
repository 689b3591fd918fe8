"""A view of uniform tiles in rows that computes where a tile is, instead of laying tiles out.

``QListView`` places every item anew at each change of the model or of a size, and looks at every
selected one at each change of the selection: a quarter of a second and more for 100,000. Where a
tile of a uniform grid lies follows from its row alone, so nothing here depends on how many there
are. It stays a ``QListView`` to Qt, whose drags, keys and accessibility it keeps.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

Index = QModelIndex | QPersistentModelIndex
_SMOOTH = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform


class TileView(QListView):
    """Lays out nothing; subclasses paint a tile and say how large it is.

    Args:
        margin: of a cell, logical pixels, that belongs to no tile: there a rubber band begins.
    """

    def __init__(self, margin: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._margin = margin
        self._cell = QSize(1, 1)
        self._columns = 1
        self._top_row = 0
        self._fitted_at = 0
        self._band = QRect()
        self.hovered_row = -1
        self._gap_row = -1
        # Fills its ground itself; scrolling then moves what is painted and paints what is new.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    # ------------------------------------------------------------------ for subclasses

    def cell_for(self, width: int) -> QSize:
        """The size of a cell in a viewport of this width; may change at any time."""
        raise NotImplementedError

    def paint_ground(self, painter: QPainter, area: QRect) -> None:
        """Cover all of ``area``."""
        raise NotImplementedError

    def paint_tile(self, painter: QPainter, row: int, cell: QRect) -> None:
        """Paint one tile; pen, brush, font and opacity are as the tile before left them."""
        raise NotImplementedError

    # ------------------------------------------------------------------ where things are

    @property
    def cell(self) -> QSize:
        """The size of a cell now."""
        return self._cell

    def count(self) -> int:
        model = self.model()
        return 0 if model is None else model.rowCount()

    def rows_in(self, area: QRect) -> range:
        """Rows of the lines that ``area``, in the viewport's coordinates, touches."""
        height, offset = self._cell.height(), self.verticalOffset()
        first = max(0, (area.top() + offset) // height)
        end = max(first, (area.bottom() + offset) // height + 1)
        return range(
            min(first * self._columns, self.count()), min(end * self._columns, self.count())
        )

    def visible_rows(self) -> range:
        """Rows whose tile is at least partly in view."""
        return self.rows_in(self.viewport().rect())

    def cell_of(self, row: int) -> QRect:
        """The cell of a row, in the viewport's coordinates."""
        line, column = divmod(row, self._columns)
        width, height = self._cell.width(), self._cell.height()
        return QRect(column * width, line * height - self.verticalOffset(), width, height)

    def fit_cells(self) -> None:
        """Ask ``cell_for`` again; the row that was at the top stays there."""
        cell = self.cell_for(self.viewport().width())
        columns = max(1, self.viewport().width() // cell.width())
        if (cell, columns) == (self._cell, self._columns):
            self.updateGeometries()
            return
        if self.verticalOffset() != self._fitted_at:  # scrolled since; else no place is lost
            self._top_row = self.verticalOffset() // self._cell.height() * self._columns
        below = self.verticalOffset() % self._cell.height() * cell.height() // self._cell.height()
        self._cell, self._columns = cell, columns
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._top_row // columns * cell.height() + below)
        self._fitted_at = self.verticalOffset()
        self.viewport().update()

    def gap_at(self, point: QPoint) -> int:
        """The row before which something would be put in at a point; ``count()``: at the end."""
        row = self._row_near(point)
        return row + int(row >= 0 and point.x() > self.cell_of(row).center().x())

    def show_gap(self, row: int) -> None:
        """Mark where something would be put in, as ``gap_at`` tells; -1: nowhere."""
        if row != self._gap_row:
            self._gap_row = row
            self.viewport().update()

    def _row_near(self, point: QPoint) -> int:
        """The row whose cell is nearest to a point in the viewport; -1 without rows."""
        line = max(0, (point.y() + self.verticalOffset()) // self._cell.height())
        column = min(max(0, point.x() // self._cell.width()), self._columns - 1)
        return min(line * self._columns + column, self.count() - 1)

    # ------------------------------------------------------------------ Qt: geometry

    def visualRect(self, index: Index) -> QRect:
        return self.cell_of(index.row()) if index.isValid() else QRect()

    def indexAt(self, p: QPoint) -> QModelIndex:
        row = self._row_near(p)
        by = self._margin
        if row < 0 or not self.cell_of(row).adjusted(by, by, -by, -by).contains(p):
            return QModelIndex()
        return self.model().index(row, 0)

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def doItemsLayout(self) -> None:
        self.updateGeometries()
        self.viewport().update()

    def updateGeometries(self) -> None:
        lines = -(-self.count() // self._columns)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, lines * self._cell.height() - self.viewport().height()))

    def resizeEvent(self, e: QResizeEvent) -> None:
        self.fit_cells()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(0, dy)

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not index.isValid():
            return
        hints = QAbstractItemView.ScrollHint
        cell, height = self.visualRect(index), self.viewport().height()
        if hint == hints.PositionAtCenter:
            by = cell.center().y() - height // 2
        elif hint == hints.PositionAtTop or (hint == hints.EnsureVisible and cell.top() < 0):
            by = cell.top()
        elif hint == hints.PositionAtBottom or cell.bottom() >= height:
            by = min(cell.top(), cell.bottom() - height + 1)
        else:
            return
        self.verticalScrollBar().setValue(self.verticalOffset() + by)

    # ------------------------------------------------------------------ Qt: selecting

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        count, row = self.count(), self.currentIndex().row()
        if not count:
            return QModelIndex()
        if row < 0:
            return self.model().index(0, 0)
        actions = QAbstractItemView.CursorAction
        page = max(1, self.viewport().height() // self._cell.height()) * self._columns
        step = {
            actions.MoveLeft: -1,
            actions.MovePrevious: -1,
            actions.MoveRight: 1,
            actions.MoveNext: 1,
            actions.MoveUp: -self._columns,
            actions.MoveDown: self._columns,
            actions.MovePageUp: -page,
            actions.MovePageDown: page,
            actions.MoveHome: -row,
            actions.MoveEnd: count - 1 - row,
        }[action]
        to = row + step
        if not 0 <= to < count and abs(step) == self._columns:
            # Up from the first line stays; down into a short last line takes its last tile.
            is_last_line = row // self._columns == (count - 1) // self._columns
            to = row if to < 0 or is_last_line else count - 1
        return self.model().index(min(max(to, 0), count - 1), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        if self.state() == QAbstractItemView.State.DragSelectingState:
            area = rect.normalized()
            self._show_band(area)
            ranges = self._ranges_in(area)
        else:
            # From where a selection began to where it shall end, in the order of the rows.
            ends = sorted((self._row_near(rect.topLeft()), self._row_near(rect.bottomRight())))
            ranges = [(ends[0], ends[1])] if ends[0] >= 0 else []
        selection = QItemSelection()
        for first, last in ranges:
            selection.select(self.model().index(first, 0), self.model().index(last, 0))
        self.selectionModel().select(selection, command)

    def selectAll(self) -> None:
        # Qt's own asks for every row whether it is hidden.
        if self.count():
            ends = self.model().index(0, 0), self.model().index(self.count() - 1, 0)
            everything = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().select(QItemSelection(*ends), everything)

    def _ranges_in(self, area: QRect) -> list[tuple[int, int]]:
        """First and last row, line by line, of the tiles that a rubber band touches."""
        width, by = self._cell.width(), self._margin
        first = max(0, (area.left() + by) // width)
        last = min(self._columns - 1, (area.right() - by) // width)
        # A band within the margins between two lines touches neither.
        rows = self.rows_in(area.adjusted(0, by, 0, -by))
        ranges = [
            (start + first, min(start + last, self.count() - 1))
            for start in range(rows.start, rows.stop, self._columns)
        ]
        return [(begin, end) for begin, end in ranges if begin <= end]

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        # Whatever changed, at most what is in view has to be painted again.
        return QRegion(self.viewport().rect()) if selection.count() else QRegion()

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        super().mouseReleaseEvent(e)
        self._show_band(QRect())

    def _show_band(self, area: QRect) -> None:
        if self._band.isValid() or area.isValid():
            self._band = area.translated(0, self.verticalOffset()) if area.isValid() else QRect()
            self.viewport().update()

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        super().mouseMoveEvent(e)
        self._hover(self.indexAt(e.position().toPoint()).row())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        before, self.hovered_row = self.hovered_row, row
        if row != before:
            self.viewport().update(self.cell_of(before))
            self.viewport().update(self.cell_of(row))

    # ------------------------------------------------------------------ Qt: painting

    def paintEvent(self, e: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHints(_SMOOTH)
        self.paint_ground(painter, e.rect())  # Qt clips to the region that is painted
        for row in self._rows_to_paint(e.region()):
            self.paint_tile(painter, row, self.cell_of(row))
        if 0 <= self._gap_row <= self.count() and self.count():
            self._paint_gap(painter)
        if self._band.isValid():
            self._paint_band(painter, self._band.translated(0, -self.verticalOffset()))
        painter.end()

    def _rows_to_paint(self, region: QRegion) -> Iterator[int]:
        for row in self.rows_in(region.boundingRect()):
            if region.intersects(self.cell_of(row)):
                yield row

    def _paint_gap(self, painter: QPainter) -> None:
        is_end = self._gap_row == self.count()
        cell = self.cell_of(self._gap_row - int(is_end))
        x = cell.right() if is_end else max(1, cell.left())
        painter.setPen(QPen(self.palette().highlight().color(), 3))
        painter.drawLine(x, cell.top() + self._margin, x, cell.bottom() - self._margin)

    def _paint_band(self, painter: QPainter, area: QRect) -> None:
        ground = self.palette().text().color()
        painter.setPen(ground)
        ground.setAlpha(40)
        painter.setBrush(ground)
        painter.drawRect(area.adjusted(0, 0, -1, -1))
