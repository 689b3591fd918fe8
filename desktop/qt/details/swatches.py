"""The main colours of a picture: to be copied, and to be searched by."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.core.colour import Palette, Swatch
from desktop.core.text import number, tr
from desktop.qt.theme import RADIUS, UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import set_property

PLACES = 6
_SIDE = 4 * UNIT
_TOLD_MS = 1500


class Swatches(QWidget):
    """Up to six colours; a click copies one, a click with Ctrl or the button searches by it.

    A line below says which one the pointer or the keyboard is on, and that it was copied.
    """

    chosen = Signal(str)
    """ "#1A2B3C", to search by."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current: Swatch | None = None
        self.buttons = [SwatchButton(theme) for _ in range(PLACES)]
        for made in self.buttons:
            made.pointed.connect(self._point)
            made.copied.connect(self.copy)
            made.search_wanted.connect(self.chosen)
        self._told = label(tone="faint", scale="small")
        self.search_button = icon_button(theme, "search", tr("Search by this colour"), self._search)
        self._back = QTimer(self, singleShot=True, interval=_TOLD_MS)
        self._back.timeout.connect(self._say)

        row = QHBoxLayout()
        row.setSpacing(UNIT)
        for made in self.buttons:
            row.addWidget(made)
        row.addStretch(1)
        below = QHBoxLayout()
        below.addWidget(self._told, 1)
        below.addWidget(self.search_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(below)
        self.show_palette(())

    @property
    def told(self) -> str:
        """What the line below says."""
        return self._told.text()

    def show_palette(self, palette: Palette) -> None:
        """Its colours, in their places; none where nothing is known."""
        self._back.stop()
        for at, made in enumerate(self.buttons):
            made.show_swatch(palette[at] if at < len(palette) else None)
        self._current = palette[0] if palette else None
        self.search_button.setEnabled(bool(palette))
        self._say()

    def copy(self, colour: str) -> None:
        """Into the clipboard, and say so."""
        QGuiApplication.clipboard().setText(colour)
        set_property(self._told, "tone", "")
        self._told.setText(tr("{colour} copied", colour=colour))
        self._back.start()

    def _point(self, swatch: Swatch) -> None:
        self._current = swatch
        if not self._back.isActive():
            self._say()

    def _say(self) -> None:
        set_property(self._told, "tone", "faint")
        if self._current is None:
            self._told.setText(tr("No colours are known"))
            return
        share = number(self._current.share)
        self._told.setText(tr("{colour}, {share} %", colour=self._current.colour, share=share))

    def _search(self) -> None:
        if self._current is not None:
            self.chosen.emit(self._current.colour)


class SwatchButton(QAbstractButton):
    """One colour."""

    pointed = Signal(object)
    """Swatch that the pointer or the keyboard has come to."""
    copied = Signal(str)
    search_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._swatch: Swatch | None = None
        self.setFixedSize(_SIDE, _SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._click)

    @property
    def swatch(self) -> Swatch | None:
        return self._swatch

    def show_swatch(self, swatch: Swatch | None) -> None:
        """None: an empty place."""
        self._swatch = swatch
        self.setEnabled(swatch is not None)
        name = (
            ""
            if swatch is None
            else tr("Colour {colour}, {share} %", colour=swatch.colour, share=number(swatch.share))
        )
        self.setAccessibleName(name or tr("No colour"))
        how = tr("Click to copy, Ctrl+click to search by it")
        self.setToolTip(f"{name}\n{how}" if name else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._act(event.modifiers())
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._point()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._point()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.RightButton and self._swatch is not None:
            self._show_menu(event.globalPosition().toPoint())
        else:
            super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        is_there = self._swatch is not None
        painter.setPen(QPen(self._theme.color("ring" if self.hasFocus() else "line"), 1))
        painter.setBrush(QColor(self._swatch.colour) if self._swatch else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        if is_there and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("panel"), 1))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        painter.end()

    def _click(self) -> None:
        self._act(QGuiApplication.keyboardModifiers())

    def _act(self, modifiers: Qt.KeyboardModifier) -> None:
        if self._swatch is None:
            return
        is_search = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        (self.search_wanted if is_search else self.copied).emit(self._swatch.colour)

    def _point(self) -> None:
        if self._swatch is not None:
            self.pointed.emit(self._swatch)

    def _show_menu(self, where: QPoint) -> None:
        assert self._swatch is not None  # or there is nothing to choose
        colour = self._swatch.colour
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        choices: tuple[tuple[str, Callable[[], object]], ...] = (
            (tr("Copy {colour}", colour=colour), lambda: self.copied.emit(colour)),
            (tr("Search by this colour"), lambda: self.search_wanted.emit(colour)),
        )
        for words, act in choices:
            menu.addAction(words, act)
        menu.popup(where)
