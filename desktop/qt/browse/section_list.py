"""A list of sections: icon, name and count; on some of them pictures can be dropped."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
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
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop.core.annotations import TAG_SEPARATOR
from desktop.core.asset import displayable
from desktop.core.filter import Filter, NamedFilter
from desktop.core.text import marked, ngettext, number, tr
from desktop.qt.browse.sections import SavedSection, SectionRow, is_same_section, title_of
from desktop.qt.theme import ICON, RADIUS, TEXT_BASE, TEXT_SMALL, UNIT, Theme
from desktop.qt.widgets.dragging import ASSETS_MIME, dropped_assets

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``SectionRow`` of a row."""
INDENT = 12
_ARROW = 12
_OFFLINE = marked("Offline: its drive or folder is not there. Its pictures stay in the library.")

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_ACTIVATING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class SectionList(QListView):
    """Marks the sections that narrow what is shown; the keyboard may be on another one.

    Coming here with Tab moves the keyboard alone. Arrow keys, Return, Space and every click choose,
    also a section that is marked already: that takes it off.

    Args:
        is_one: a click on a section takes the place of the one before, unless Ctrl is held; in
            other lists it comes on top of it.
    """

    chosen = Signal(object, object)
    """NamedFilter that a person chose; tuple[Filter, ...] that give way to it."""
    assets_dropped = Signal(str, object)
    """Name of the section; list[int]."""
    menu_wanted = Signal(object, QPoint)
    """NamedFilter, and where on the screen."""

    def __init__(self, name: str, theme: Theme, *, is_one: bool = False) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAccessibleName(name)
        self._is_one = is_one
        self._marked: Sequence[NamedFilter] = ()
        self.has_arrows = False
        """Every line leaves room for one."""
        self.target = -1
        """The row on which something would be dropped now."""
        self._rows = _RowModel(theme)
        self.setModel(self._rows)
        self.setIconSize(QSize(ICON, ICON))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(_RowDelegate(theme, self))
        self.setUniformItemSizes(True)
        # Marks are what is shown, which a click may change, and nothing else does.
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # an empty list has no place for the keyboard
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)

    def accept_assets(self) -> None:
        """Pictures can be dropped on a row."""
        self.setAcceptDrops(True)

    # ------------------------------------------------------------------ what it shows

    def rows(self) -> Sequence[SectionRow]:
        return self._rows.all

    def show_rows(self, rows: Sequence[SectionRow]) -> None:
        """These from now on; place and keyboard stay on the sections that are still there."""
        if rows is not self._rows.all:
            self._list(rows)

    def _list(self, rows: Sequence[SectionRow]) -> None:
        current = self._row_at(self.currentIndex())
        place = self.verticalScrollBar().value()
        self.has_arrows = any(row.depth and row.section.filter.folder for row in rows)
        self._rows.show_rows(rows, self._listed(rows))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if rows else Qt.FocusPolicy.NoFocus)
        if current is not None:
            self.move_keyboard(current.section)
        self.verticalScrollBar().setValue(place)

    def _listed(self, rows: Sequence[SectionRow]) -> Sequence[SectionRow]:
        """Those of the rows that have a line now."""
        return rows

    def marked(self) -> list[NamedFilter]:
        """The sections that are marked, those in closed folders among them."""
        rows = self._rows.all
        return [rows[at].section for at in places_of(rows, self._marked)]

    def mark(self, sections: Sequence[NamedFilter]) -> None:
        """Mark those of these that are of this list, and no other; that chooses nothing."""
        self._marked = sections
        marks = QItemSelection()
        for at in places_of(self._rows.rows, sections):
            marks.select(self._rows.index(at), self._rows.index(at))
        self.selectionModel().select(marks, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def move_keyboard(self, section: NamedFilter) -> None:
        """Where the arrow keys go on from, if this is one of the list."""
        for at in places_of(self._rows.rows, [section]):
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self._rows.index(at), flags.NoUpdate)

    def fit_height(self, most: int = 0) -> None:
        """Take the room of the rows, or of the ``most`` first, so that the next list follows."""
        rows = max(1, len(self._rows.rows))
        self.setFixedHeight((min(rows, most) if most else rows) * 4 * UNIT)

    # ------------------------------------------------------------------ choosing

    def selectionCommand(
        self, index: Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        # Only ``mark`` marks: no click takes a mark away, and what is marked is what is shown.
        return QItemSelectionModel.SelectionFlag.NoUpdate

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid() and self._rows.rows:
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self._rows.index(0), flags.NoUpdate)
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:  # others mark nothing
            index = self.indexAt(event.position().toPoint())
            if index.isValid():
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self.selectionModel().setCurrentIndex(
                    index, QItemSelectionModel.SelectionFlag.NoUpdate
                )
            is_added = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._choose(index, is_instead=self._is_one and not is_added)

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        if not e.buttons():  # a press has chosen; dragging on chooses nothing else
            super().mouseMoveEvent(e)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ACTIVATING and not event.modifiers():
            self._choose(self.currentIndex(), is_instead=self._is_one)
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self._choose(self.currentIndex(), is_instead=True)

    # ------------------------------------------------------------------ drops and menus

    def dragEnterEvent(self, e: QDragEnterEvent) -> None:
        if e.mimeData().hasFormat(ASSETS_MIME):
            e.acceptProposedAction()

    def dragMoveEvent(self, e: QDragMoveEvent) -> None:
        at = self.indexAt(e.position().toPoint())
        row = self._row_at(at)
        takes = row is not None and not isinstance(row.section, SavedSection)
        e.setAccepted(takes and e.mimeData().hasFormat(ASSETS_MIME))
        self._show_target(at.row() if e.isAccepted() else -1)

    def dragLeaveEvent(self, e: QDragLeaveEvent) -> None:
        self._show_target(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_target(-1)
        row = self._row_at(self.indexAt(event.position().toPoint()))
        if row is not None and not isinstance(row.section, SavedSection):
            event.acceptProposedAction()
            self.assets_dropped.emit(row.section.name, dropped_assets(event.mimeData()))

    # ------------------------------------------------------------------ inside

    def _choose(self, index: Index, *, is_instead: bool) -> None:
        row = self._row_at(index)
        if row is not None:
            others = (other for other in self.marked() if other != row.section)
            gone = tuple(other.filter for other in others) if is_instead else ()
            self.chosen.emit(row.section, gone)

    def _show_target(self, row: int) -> None:
        self.target = row
        self.viewport().update()

    def _ask_menu(self, place: QPoint) -> None:
        row = self._row_at(self.indexAt(place))
        if row is not None:
            self.menu_wanted.emit(row.section, self.viewport().mapToGlobal(place))

    def _row_at(self, index: Index) -> SectionRow | None:
        return self._rows.rows[index.row()] if index.isValid() else None


class _RowModel(QAbstractListModel):
    """Makes titles, icons and what a screen reader says when they are asked for: a library may have
    thousands of folders, of which a dozen are in view."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.all: Sequence[SectionRow] = ()
        self.rows: Sequence[SectionRow] = ()
        """Those of them that have a line."""

    def show_rows(self, rows: Sequence[SectionRow], listed: Sequence[SectionRow]) -> None:
        self.beginResetModel()
        self.all, self.rows = rows, listed
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                # Indented below the one that it belongs to, a tag needs its own part alone.
                title = title_of(row.section)
                is_below = row.depth and row.section.filter.tag
                return title.rpartition(TAG_SEPARATOR)[2] if is_below else title
            case Qt.ItemDataRole.DecorationRole:
                return self._theme.icon(row.icon, row.colour or "text_soft")
            case Qt.ItemDataRole.ToolTipRole:
                folder = row.section.filter.folder
                if folder and row.is_offline:
                    return f"{displayable(folder)}\n{tr(_OFFLINE)}"
                return displayable(folder) if folder else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return _told(row)
            case _:
                return row if role == ROW_ROLE else None


def _told(row: SectionRow) -> str:
    """As a screen reader says it."""
    text = ngettext(
        "{title}, {count} picture",
        "{title}, {count} pictures",
        row.pictures,
        title=title_of(row.section),
    )
    if row.is_offline:
        text = tr("{folder}, offline", folder=text)
    if row.is_open is None:
        return text
    return tr("{folder}, open", folder=text) if row.is_open else tr("{folder}, closed", folder=text)


def places_of(rows: Sequence[SectionRow], sections: Sequence[NamedFilter]) -> list[int]:
    """Where these sections are among the rows; those that are not are left out."""
    if not sections:
        return []
    # Names first: thousands of whole comparisons would hold the window.
    names = {section.name.casefold() for section in sections}
    return [
        at
        for at, row in enumerate(rows)
        if (row.section.name.casefold() in names or not _is_called(row.section.filter))
        and any(is_same_section(row.section, each) for each in sections)
    ]


def _left(rect: QRect, row: SectionRow) -> int:
    return rect.left() + UNIT + min(row.depth, 4) * INDENT


def arrow_place(rect: QRect, row: SectionRow) -> QRect:
    """Where the arrow of a folder takes clicks, in the line ``rect``; wider than it is drawn."""
    left = _left(rect, row) - UNIT // 2
    return QRect(left, rect.top(), _ARROW + UNIT, rect.height())


def _is_called(wanted: Filter) -> bool:
    """People gave it its name."""
    return bool(wanted.folder or wanted.board or wanted.tag)


class _RowDelegate(QStyledItemDelegate):
    """Icon, name, and the count at the right in a fainter tone; folders indented by depth."""

    def __init__(self, theme: Theme, shown_in: SectionList) -> None:
        super().__init__(shown_in)
        self._theme = theme
        self._shown_in = shown_in

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 4 * UNIT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> None:
        state = option.state  # pyright: ignore[reportAttributeAccessIssue]
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        row: SectionRow = index.data(ROW_ROLE)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(rect).adjusted(0.5, 1.5, -0.5, -1.5)
        if index.row() == self._shown_in.target:
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
        left = _left(rect, row)
        if self._shown_in.has_arrows:
            if row.is_open is not None:
                arrow = self._theme.icon("chevron-down" if row.is_open else "chevron-right")
                arrow.paint(painter, left, rect.center().y() - _ARROW // 2 + 1, _ARROW, _ARROW)
            left += _ARROW + UNIT // 2
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        icon.paint(painter, left, rect.center().y() - ICON // 2 + 1, ICON, ICON)

        painter.setPen(self._theme.color("text_faint"))
        font = painter.font()
        font.setPixelSize(TEXT_SMALL)
        painter.setFont(font)
        text = number(row.pictures) if row.pictures else ""
        line = rect.adjusted(0, 0, -UNIT, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, right, text)
        line.setRight(line.right() - painter.fontMetrics().horizontalAdvance(text) - UNIT)

        font.setPixelSize(TEXT_BASE)
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if is_selected else "text_soft"))
        line.setLeft(left + ICON + UNIT)
        name = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
