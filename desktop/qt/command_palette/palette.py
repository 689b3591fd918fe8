"""The command palette: a line to type in, and what can be done that is called like that."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.core.text import sentences, tr
from desktop.qt.command_palette.matching import Match, matches
from desktop.qt.command_palette.offer import Offer
from desktop.qt.theme import ICON, RADIUS, TEXT_BASE, TEXT_SMALL, UNIT, Theme
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import hairline

WIDTH = 80 * UNIT
_ROW = 4 * UNIT
_KEYS = 13 * UNIT
"""Room for the longest keys ("Ctrl+Shift+Right"), so that all places end at one line."""
_MOST_ROWS = 11
_MATCH_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class CommandPalette(QWidget):
    """Lies over the window until something is chosen, and gives the keyboard back where it was.

    A part of the window rather than a window of its own: input methods work in it, and no system
    places it elsewhere.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("scrim")
        self._window = window
        self._offers: Sequence[Offer] = ()
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setObjectName("command")
        self.field.setPlaceholderText(tr("What do you want to do?"))
        self.field.setAccessibleName(tr("Commands"))
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self._found = _FoundModel(theme)
        self.list = QListView()
        self.list.setAccessibleName(tr("Commands that fit"))
        self.list.setModel(self._found)
        self.list.setItemDelegate(_FoundDelegate(theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.list.clicked.connect(lambda index: self._choose(index))
        self.nothing = label(tr("Nothing is called like that."), tone="soft")
        self.nothing.setContentsMargins(UNIT + 4, UNIT, UNIT, UNIT)
        self.frame = QFrame(self)
        self.frame.setObjectName("palette")
        column = QVBoxLayout(self.frame)
        column.setContentsMargins(1, 1, 1, UNIT)
        column.setSpacing(UNIT // 2)
        column.addWidget(self.field)
        column.addWidget(hairline())
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.hide()
        window.installEventFilter(self)

    def open(self, offers: Sequence[Offer]) -> None:
        """Offer these; a second time closes it again."""
        if self.isVisible():
            self.close()
            return
        self._offers = offers
        self._before = self._window.focusWidget()
        self.setGeometry(self._window.rect())
        self.field.clear()
        self._find("")
        self.raise_()
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close(self) -> bool:
        """Give the keyboard back."""
        if self.isVisible():
            before, self._before = self._before, None
            if before is not None and before.isVisible():
                # Before it hides, or Qt passes the keyboard on to whatever comes next.
                before.setFocus(Qt.FocusReason.PopupFocusReason)
            self.hide()
        return True

    def shown(self) -> list[Offer]:
        """What it lists now."""
        return [match.offer for match in self._found.matches]

    # ------------------------------------------------------------------ Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
            self._fit()
        if watched is self.field:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # no key means anything in the window behind
                return True
            if event.type() == QEvent.Type.FocusOut and self.isVisible():
                self.close()
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._is_taken(event)
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------------ inside

    def _is_taken(self, event: QKeyEvent) -> bool:
        key, command = event.key(), Qt.KeyboardModifier.ControlModifier
        if key == Qt.Key.Key_Escape or (key == Qt.Key.Key_K and event.modifiers() & command):
            self.close()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        elif key in _MOVES:
            steps = _MOST_ROWS - 1 if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) else 1
            back = key in (Qt.Key.Key_Up, Qt.Key.Key_PageUp)
            self._move(-steps if back else steps, goes_round=steps == 1)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._move(1 if key == Qt.Key.Key_Tab else -1, goes_round=True)
        else:
            return False
        return True

    def _move(self, steps: int, *, goes_round: bool) -> None:
        count = self._found.rowCount()
        if not count:
            return
        row = self.list.currentIndex().row() + steps
        row = row % count if goes_round else min(max(row, 0), count - 1)
        self.list.setCurrentIndex(self._found.index(row))

    def _find(self, typed: str) -> None:
        self._found.show(matches(self._offers, typed))
        has_any = bool(self._found.matches)
        self.list.setVisible(has_any)
        self.nothing.setVisible(not has_any)
        if has_any:
            self.list.setCurrentIndex(self._found.index(0))
            self.list.scrollToTop()
        self._fit()

    def _fit(self) -> None:
        rows = min(_MOST_ROWS, self._found.rowCount(), (self.height() - 16 * UNIT) // _ROW)
        self.list.setFixedHeight(max(1, rows) * _ROW)
        width = min(WIDTH, self.width() - 4 * UNIT)
        self.frame.setFixedWidth(width)
        self.frame.adjustSize()
        self.frame.move((self.width() - width) // 2, 8 * UNIT)

    def _choose(self, index: Index) -> None:
        if not index.isValid():
            return
        offer = self._found.matches[index.row()].offer
        if not offer.why_not:  # the reason stands beside it
            self.close()
            offer.run()


class _FoundModel(QAbstractListModel):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.matches: list[Match] = []

    def show(self, found: list[Match]) -> None:
        self.beginResetModel()
        self.matches = found
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.matches)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        match = self.matches[index.row()]
        offer = match.offer
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            told = (offer.text, *offer.keys[:1], offer.place, offer.menu, offer.why_not)
            return ", ".join(part for part in told if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return sentences(offer.why_not) if offer.why_not else None
        return match if role == _MATCH_ROLE else None


class _FoundDelegate(QStyledItemDelegate):
    """Icon, name with the letters that were typed, and at the right reason or place, and keys."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        match: Match = index.data(_MATCH_ROLE)
        offer, color = match.offer, self._theme.color
        rect = option.rect.adjusted(UNIT // 2, 0, -UNIT // 2, 0)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("hover"))
            painter.drawRoundedRect(QRectF(rect), RADIUS, RADIUS)
        if offer.icon:
            icon = self._theme.icon(offer.icon)
            top = rect.center().y() - ICON // 2 + 1
            icon.paint(painter, rect.left() + UNIT, top, ICON, ICON)
        font = painter.font()
        font.setPixelSize(TEXT_SMALL)
        painter.setFont(font)
        line = rect.adjusted(2 * UNIT + ICON, 0, -UNIT, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        small = QFontMetrics(font)
        keys = offer.keys[0] if offer.keys else ""
        painter.setPen(color("text_soft"))
        painter.drawText(line, right, keys)
        line.setRight(line.right() - max(small.horizontalAdvance(keys), _KEYS) - UNIT)
        painter.setPen(color("text_faint"))
        beside = offer.why_not or " · ".join(part for part in (offer.place, offer.menu) if part)
        beside = small.elidedText(beside, Qt.TextElideMode.ElideRight, line.width() * 3 // 5)
        painter.drawText(line, right, beside)
        line.setRight(line.right() - small.horizontalAdvance(beside) - 2 * UNIT)
        font.setPixelSize(TEXT_BASE)
        self._draw_name(painter, match, line, font)
        painter.restore()

    def _draw_name(self, painter: QPainter, match: Match, line: QRect, font: QFont) -> None:
        """Letter groups one after the other: those that were typed are strong."""
        color = self._theme.color
        painter.setPen(color("text_faint" if match.offer.why_not else "text"))
        strong = QFont(font)
        strong.setWeight(QFont.Weight.Bold)
        text, left = match.offer.text, line.left()
        typed = set(match.letters)
        at = 0
        while at < len(text) and left < line.right():
            is_typed = at in typed
            end = at
            while end < len(text) and (end in typed) == is_typed:
                end += 1
            used = strong if is_typed else font
            painter.setFont(used)
            part = QFontMetrics(used).elidedText(
                text[at:end], Qt.TextElideMode.ElideRight, line.right() - left
            )
            painter.drawText(
                line.adjusted(left - line.left(), 0, 0, 0),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                part,
            )
            left += QFontMetrics(used).horizontalAdvance(part)
            at = end
