"""Draws the lineage of a picture: a column for each generation, lines from source to product."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from desktop.core.lineage_graph import LineageGraph, LineageNode
from desktop.core.text import sentences, tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.labels import ElidedLabel
from desktop.qt.widgets.picture_label import PictureLabel

_THUMB = 12 * UNIT
_WIDTH = _THUMB + 2 * UNIT
_HEIGHT = _THUMB + 6 * UNIT
_ACROSS = _WIDTH + 5 * UNIT // 2  # three generations each way fit into a small window
"""From one column to the next, and ``_DOWN`` from one picture to the one below."""
_DOWN = _HEIGHT + UNIT
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class LineageCanvas(QWidget):
    """All pictures of a graph; the arrow keys lead from one to the next.

    Signals carry places in ``graph.nodes``.
    """

    current_changed = Signal(int)
    chosen = Signal(int)
    """Clicked, or Return was pressed on it."""
    menu_wanted = Signal(int, QPoint)
    """Where on the screen."""

    def __init__(
        self, graph: LineageGraph, theme: Theme, pictures: Pictures, cache: PixmapCache
    ) -> None:
        super().__init__()
        self._graph, self._theme = graph, theme
        self.current = 0
        columns = graph.columns()
        tallest = max(len(column) for column in columns.values())
        self.setFixedSize(
            (len(columns) - 1) * _ACROSS + _WIDTH + 2 * UNIT, tallest * _DOWN + 2 * UNIT
        )
        places = {
            place: QPoint(
                UNIT + number * _ACROSS,
                UNIT + row * _DOWN + (tallest - len(column)) * _DOWN // 2,
            )
            for number, column in enumerate(columns.values())
            for row, place in enumerate(column)
        }
        self.buttons: list[NodeButton] = []
        for place, node in enumerate(graph.nodes):
            made = NodeButton(node, is_start=place == 0, theme=theme, cache=cache)
            picture = pictures.of_asset(node.asset) if node.asset else pictures.of_file(node.path)
            made.picture.show_picture(picture)
            made.setParent(self)
            made.move(places[place])
            made.clicked.connect(lambda _=False, at=place: self.chosen.emit(at))
            made.entered.connect(lambda at=place: self._enter(at))
            made.arrow_pressed.connect(self._step)
            made.menu_wanted.connect(lambda where, at=place: self._ask_menu(at, where))
            self.buttons.append(made)
        # Tab meets one of them alone: the one where the keyboard is, or was last.
        self.buttons[0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Those of the current picture last, above all others.
        for link in sorted(self._graph.links, key=lambda link: self.current in link):
            is_current = self.current in link
            colour = self._theme.color("text_soft" if is_current else "edge")
            painter.setPen(QPen(colour, 1.5 if is_current else 1))
            painter.drawPath(self._line(*link))
        painter.end()

    # ------------------------------------------------------------------ inside

    def _line(self, source: int, product: int) -> QPainterPath:
        first, last = self.buttons[source].picture, self.buttons[product].picture
        middle = first.height() // 2
        begin = QPointF(first.mapTo(self, QPoint(first.width(), middle)))
        end = QPointF(last.mapTo(self, QPoint(0, middle)))
        bend = max((end.x() - begin.x()) / 2, 2.0 * UNIT)
        path = QPainterPath(begin)
        path.cubicTo(begin + QPointF(bend, 0), end - QPointF(bend, 0), end)
        return path

    def _enter(self, place: int) -> None:
        self.buttons[self.current].setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.buttons[place].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.current = place
        self.update()
        self.current_changed.emit(place)

    def _step(self, key: Qt.Key) -> None:
        place = 0 if key == Qt.Key.Key_Home else self._graph.step(self.current, *_STEPS[key])
        self.buttons[place].setFocus(Qt.FocusReason.TabFocusReason)

    def _ask_menu(self, place: int, where: QPoint) -> None:
        self.buttons[place].setFocus(Qt.FocusReason.OtherFocusReason)
        self.menu_wanted.emit(place, where)


class NodeButton(QToolButton):
    """One picture with its name, and what made it."""

    entered = Signal()
    """It has the keyboard now."""
    arrow_pressed = Signal(object)
    """Qt.Key."""
    menu_wanted = Signal(QPoint)

    def __init__(
        self, node: LineageNode, *, is_start: bool, theme: Theme, cache: PixmapCache
    ) -> None:
        super().__init__()
        self.setFixedSize(_WIDTH, _HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        maker = node.maker if node.asset else tr("Not in this library")
        self.setAccessibleName(sentences(node.name, maker) if maker else node.name)
        self.setToolTip("\n".join(filter(None, (node.name, maker))))
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT // 2)
        column.setSpacing(0)
        self.picture = PictureLabel(theme, cache, side=_THUMB)
        name, made_by = ElidedLabel(node.name), ElidedLabel(maker, Qt.TextElideMode.ElideRight)
        name.setProperty("scale", "small")
        if is_start:
            name.setProperty("weight", "strong")
        made_by.setProperty("scale", "small")
        made_by.setProperty("tone", "faint")
        column.addWidget(self.picture)
        column.addSpacing(UNIT // 2)
        for part in (name, made_by):
            column.addWidget(part)
        column.addStretch(1)
        for part in (self.picture, name, made_by):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _STEPS or key == Qt.Key.Key_Home:
            self.arrow_pressed.emit(Qt.Key(key))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())
