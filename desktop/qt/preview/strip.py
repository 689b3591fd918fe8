"""A row of small pictures to choose from: the scenes of a video, the pages of a document."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop.qt.theme import TEXT_SMALL, UNIT, Theme

WIDE = 10 * UNIT
"""Of the place into which each picture fits, logical pixels."""
_HIGH = 7 * UNIT
_CAPTION = 2 * UNIT
_PICTURE_ROLE = Qt.ItemDataRole.UserRole + 1


class Strip(QListWidget):
    """Asks for the pictures that are to be seen, and for no others."""

    chosen = Signal(int)
    """Which of them, from 0: by click or key."""
    wanted = Signal(object)
    """list[int]: to be seen, and without a picture."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Painter(theme, self))
        self.setMouseTracking(True)
        self.setGridSize(_cell())
        self.setViewportMargins(UNIT, 0, UNIT, 0)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_cell().height() + 2 * UNIT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys of the preview turn pages
        self._is_told = False
        self._asked: set[int] = set()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._want)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self._soon.start())
        self.clicked.connect(self._on_clicked)

    def show_items(self, labels: Sequence[str]) -> None:
        """These, without pictures yet; none hides the strip."""
        self.clear()
        self._asked.clear()
        for text in labels:
            item = QListWidgetItem(text)
            item.setToolTip(text)
            self.addItem(item)
        self.setVisible(bool(labels))
        self._soon.start()

    def show_picture(self, at: int, pixmap: QPixmap) -> None:
        """The picture of one of them."""
        item = self.item(at)
        if item is not None:
            item.setData(_PICTURE_ROLE, pixmap)

    def show_current(self, at: int) -> None:
        """Which of them is looked at."""
        if 0 <= at < self.count() and at != self.currentRow():
            self.setCurrentRow(at)
            self.scrollToItem(self.item(at))

    def resizeEvent(self, e: QResizeEvent) -> None:
        super().resizeEvent(e)
        self._soon.start()

    def showEvent(self, e: QShowEvent) -> None:
        super().showEvent(e)
        self._soon.start()

    # ------------------------------------------------------------------ inside

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.row())

    def _want(self) -> None:
        if not self.isVisible() or not self.count():
            return
        left, wide = self.horizontalScrollBar().value(), self.gridSize().width()
        first, last = left // wide, (left + self.viewport().width()) // wide
        seen = range(max(0, first), min(self.count(), last + 1))
        wanted = [at for at in seen if at not in self._asked]
        if wanted:
            self._asked.update(wanted)
            self.wanted.emit(wanted)


def _cell() -> QSize:
    return QSize(WIDE + UNIT, _HIGH + _CAPTION + UNIT)


class _Painter(QStyledItemDelegate):
    """A picture in its place, and below it what it is called."""

    def __init__(self, theme: Theme, parent: Strip) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return _cell()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        painter.save()
        cell = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue]
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        is_lit = is_current or bool(state & QStyle.StateFlag.State_MouseOver)
        place = QRectF(cell.left() + UNIT / 2, cell.top() + UNIT / 2, WIDE, _HIGH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("tile_hover" if is_lit else "tile"))
        painter.drawRoundedRect(place, 4, 4)
        pixmap: QPixmap | None = index.data(_PICTURE_ROLE)
        if pixmap is not None:
            inside = place.adjusted(3, 3, -3, -3)
            size = pixmap.size().scaled(inside.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            fitted = QRectF(0, 0, size.width(), size.height())
            fitted.moveCenter(inside.center())
            painter.drawPixmap(fitted, pixmap, QRectF(pixmap.rect()))
        if is_current:
            painter.setPen(QPen(self._theme.color("ring"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 4, 4)
        font = painter.font()
        font.setPixelSize(TEXT_SMALL)
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if is_lit else "text_faint"))
        below = QRectF(cell.left(), place.bottom() + 2, cell.width(), _CAPTION)
        words = QFontMetrics(font).elidedText(
            index.data(), Qt.TextElideMode.ElideRight, int(below.width())
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()
