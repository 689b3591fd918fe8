"""The lineage of a picture as a graph: to go to one of them, or to make one again."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from desktop.core.change_one_thing import Change, changes_of
from desktop.core.lineage_graph import GENERATIONS, MOST, LineageGraph, LineageNode
from desktop.core.text import ngettext, tr
from desktop.qt.details.lineage_canvas import LineageCanvas
from desktop.qt.details.reuse import why_not_again
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import ElidedLabel, label

_SIZE = (121 * UNIT, 90 * UNIT)


class LineageDialog(QDialog):
    """A graph of pictures; what can be done is done with the one that has the keyboard."""

    asset_chosen = Signal(int)
    """Show it in the library."""
    reuse_wanted = Signal(object, object)
    """GenerationRecord and Change: put its inputs into the Create panel."""

    def __init__(
        self,
        graph: LineageGraph,
        theme: Theme,
        pictures: Pictures,
        cache: PixmapCache,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Lineage of {name}", name=graph.nodes[0].name))
        self.graph = graph
        self.canvas = LineageCanvas(graph, theme, pictures, cache)
        self.canvas.chosen.connect(self._choose)
        self.canvas.current_changed.connect(self._show_current)
        self.canvas.menu_wanted.connect(self._show_menu)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.canvas)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setCornerWidget(QWidget())
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.name = ElidedLabel()
        self.name.setProperty("tone", "soft")
        self.show_button = button(tr("Show in library"), self._choose_current)
        self.again_button = button(tr("Make again"), self._make_again)
        self.change_button = button(tr("Change one thing"), lambda: None)
        self.change_button.setMenu(self._change_menu(self.change_button))
        self.close_button = button(tr("Close"), self.reject)
        self.left_out = label(_left_out(graph), tone="faint", scale="small", wraps=True)
        self.left_out.setVisible(bool(graph.left_out))
        self._lay_out()
        self._show_current(0)
        self.canvas.buttons[0].setFocus()
        # There is nothing to scroll until the window has its size.
        QTimer.singleShot(0, self, lambda: self._reveal(0))

    # ------------------------------------------------------------------ inside

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.name, 1)
        for made in (self.again_button, self.change_button, self.show_button, self.close_button):
            row.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(label(_about(self.graph), tone="soft", wraps=True))
        column.addWidget(self._scroll, 1)
        column.addWidget(self.left_out)
        column.addLayout(row)
        width, height = _SIZE
        over = self.parentWidget()
        if over is not None:
            width = min(width, over.window().width() - 4 * UNIT)
            height = min(height, over.window().height() - 4 * UNIT)
        self.resize(width, height)

    @property
    def _current(self) -> LineageNode:
        return self.graph.nodes[self.canvas.current]

    def _show_current(self, place: int) -> None:
        node = self.graph.nodes[place]
        self.name.setText(" · ".join(filter(None, (node.name, node.maker))))
        self.show_button.setEnabled(node.asset is not None)
        why_not = why_not_again(node.record)
        for made in (self.again_button, self.change_button):
            made.setEnabled(not why_not)
            made.setToolTip(
                why_not or tr("Its words, pictures and settings are put where they were entered.")
            )
        self._reveal(place)

    def _reveal(self, place: int) -> None:
        self._scroll.ensureWidgetVisible(self.canvas.buttons[place], 4 * UNIT, 4 * UNIT)

    def _choose_current(self) -> None:
        self._choose(self.canvas.current)

    def _choose(self, place: int) -> None:
        asset = self.graph.nodes[place].asset
        if asset is not None:
            self.accept()
            self.asset_chosen.emit(asset.id)

    def _make_again(self) -> None:
        self._reuse(Change.NOTHING)

    def _reuse(self, change: Change) -> None:
        record = self._current.record
        if record is not None:
            self.accept()
            self.reuse_wanted.emit(record, change)

    def _change_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(tr("Change one thing"), parent)
        # Those of the picture that has the keyboard by then.
        menu.aboutToShow.connect(lambda: self._fill_changes(menu))
        self._fill_changes(menu)
        return menu

    def _fill_changes(self, menu: QMenu) -> None:
        menu.clear()
        for change in changes_of(self._current.record):
            menu.addAction(tr(change.value)).triggered.connect(partial(self._reuse, change))

    def _show_menu(self, place: int, where: QPoint) -> None:
        """What the buttons do, at the picture."""
        node = self.graph.nodes[place]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show = menu.addAction(tr("Show in library"))
        show.triggered.connect(self._choose_current)
        show.setEnabled(node.asset is not None)
        menu.addSeparator()
        again = menu.addAction(tr("Make again"))
        again.triggered.connect(self._make_again)
        change = menu.addMenu(self._change_menu(menu))
        for action in (again, change):
            action.setEnabled(not why_not_again(node.record))
        menu.popup(where)


def _about(graph: LineageGraph) -> str:
    if len(graph.nodes) == 1:
        return tr("Nothing is known that it was made from, and nothing was made from it.")
    return tr("To the left what it was made from, to the right what was made from it.")


def _left_out(graph: LineageGraph) -> str:
    return ngettext(
        "{count} more picture hangs on these and is left out: shown are {generations} generations "
        "each way, and {most} pictures at most. Go to one at the edge, and look from there.",
        "{count} more pictures hang on these and are left out: shown are {generations} "
        "generations each way, and {most} pictures at most. Go to one at the edge, and look from "
        "there.",
        graph.left_out,
        generations=GENERATIONS,
        most=MOST,
    )
