"""A list of sections: icon, name and count; on some of them pictures can be dropped."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.core.asset import displayable
from desktop.qt.models.dragging import ASSETS_MIME, dropped_assets
from desktop.qt.models.sections import Section
from desktop.qt.theme import ICON, RADIUS, TEXT_BASE, TEXT_SMALL, UNIT, Theme

SECTION_ROLE = int(Qt.ItemDataRole.UserRole) + 1
COUNT_ROLE = int(Qt.ItemDataRole.UserRole) + 2
DEPTH_ROLE = int(Qt.ItemDataRole.UserRole) + 3
TARGET_ROLE = int(Qt.ItemDataRole.UserRole) + 4
INDENT = 12


class SectionList(QListWidget):
    assets_dropped = Signal(str, object)
    """Name of the section; list[int]."""
    menu_wanted = Signal(object, QPoint)
    """Section, and where on the screen."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAccessibleName(name)
        self._theme = theme
        self.setIconSize(QSize(ICON, ICON))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(_RowDelegate(theme, self))
        self.setUniformItemSizes(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)

    def accept_assets(self) -> None:
        """Pictures can be dropped on a row."""
        self.setAcceptDrops(True)

    def dragEnterEvent(self, e: QDragEnterEvent) -> None:
        if e.mimeData().hasFormat(ASSETS_MIME):
            e.acceptProposedAction()

    def dragMoveEvent(self, e: QDragMoveEvent) -> None:
        item = self.itemAt(e.position().toPoint())
        e.setAccepted(item is not None and e.mimeData().hasFormat(ASSETS_MIME))
        self._show_target(item if e.isAccepted() else None)

    def dragLeaveEvent(self, e: QDragLeaveEvent) -> None:
        self._show_target(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_target(None)
        item = self.itemAt(event.position().toPoint())
        if item is not None:
            event.acceptProposedAction()
            section: Section = item.data(SECTION_ROLE)
            self.assets_dropped.emit(section.name, dropped_assets(event.mimeData()))

    def _show_target(self, item: QListWidgetItem | None) -> None:
        for row in range(self.count()):
            self.item(row).setData(TARGET_ROLE, self.item(row) is item)

    def _ask_menu(self, place: QPoint) -> None:
        item = self.itemAt(place)
        if item is not None:
            self.menu_wanted.emit(item.data(SECTION_ROLE), self.viewport().mapToGlobal(place))

    def add(self, section: Section, icon: str, count: int, depth: int = 0) -> None:
        item = QListWidgetItem(self._theme.icon(icon), section.title)
        item.setData(SECTION_ROLE, section)
        item.setData(COUNT_ROLE, count)
        item.setData(DEPTH_ROLE, depth)
        if section.folder is not None:
            item.setToolTip(displayable(section.folder))
        words = "picture" if count == 1 else "pictures"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{section.title}, {count} {words}")
        self.addItem(item)

    def fit_height(self, most: int = 0) -> None:
        """Take the room of the rows, or of the ``most`` first, so that the next list follows."""
        rows = max(1, self.count())
        self.setFixedHeight((min(rows, most) if most else rows) * 4 * UNIT)


class _RowDelegate(QStyledItemDelegate):
    """Icon, name, and the count at the right in a fainter tone; folders indented by depth."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, 4 * UNIT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(rect).adjusted(0.5, 1.5, -0.5, -1.5)
        if index.data(TARGET_ROLE):
            painter.setPen(QPen(self._theme.color("ring"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("raised" if is_selected else "well"))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if has_focus:
            painter.setPen(QPen(self._theme.color("ring"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        left = rect.left() + UNIT + min(index.data(DEPTH_ROLE), 4) * INDENT
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        icon.paint(painter, left, rect.center().y() - ICON // 2 + 1, ICON, ICON)

        painter.setPen(self._theme.color("text_faint"))
        font = painter.font()
        font.setPixelSize(TEXT_SMALL)
        painter.setFont(font)
        count = index.data(COUNT_ROLE)
        number = f"{count:,}" if count else ""
        line = rect.adjusted(0, 0, -UNIT, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, right, number)
        line.setRight(line.right() - painter.fontMetrics().horizontalAdvance(number) - UNIT)

        font.setPixelSize(TEXT_BASE)
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if is_selected else "text_soft"))
        line.setLeft(left + ICON + UNIT)
        name = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
