"""A line below a picture that says what to change, and the tree of what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.services.reports import GeneratedPicture

_KEY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_MOST_ROWS = 5


class TurnsView(QWidget):
    """Goes on from any picture of this session; each turn is a branch of the one before it."""

    refine_requested = Signal(object, str)
    """GeneratedPicture, and what is to be changed."""
    chosen = Signal(object)
    """GeneratedPicture: another turn is to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, GeneratedPicture] = {}
        self._sources: dict[str, str] = {}
        self._shown = ""
        self.words = QLineEdit()
        self.words.setAccessibleName(tr("What to change"))
        self.words.setPlaceholderText(tr("Make it night…"))
        self.words.returnPressed.connect(self._refine)
        self.words.textChanged.connect(self._refresh)
        self.change_button = button(tr("Change it"), self._refine)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(tr("Turns"))
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(2 * UNIT)
        self.tree.itemSelectionChanged.connect(self._choose)
        self.tree.hide()
        line = QHBoxLayout()
        line.setSpacing(UNIT)
        line.addWidget(self.words, 1)
        line.addWidget(self.change_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addWidget(self.tree)
        column.addLayout(line)
        self._refresh()

    def show_turn(self, picture: GeneratedPicture) -> None:
        """It is looked at; a new one takes its place in the tree."""
        record = picture.record
        key = record.attempt
        if not key:  # of a time when attempts were not written down
            self._shown = ""
            self.tree.hide()
            self._refresh()
            return
        if key and key not in self._made and record.request.parent:
            self.words.clear()  # it has come of them
        self._made.setdefault(key, picture)
        self._shown = key
        self._fill()
        self._refresh()

    def know(self, talk: Sequence[GeneratedPicture]) -> None:
        """Pictures that were made at other times, for the tree."""
        for picture in talk:
            self._made.setdefault(picture.record.attempt, picture)
            self._sources.setdefault(picture.asset.content_hash, picture.record.attempt)

    def note_source(self, parent: str, source: GeneratedPicture) -> None:
        """A turn on the picture of the content ``parent`` has been asked for."""
        self._sources[parent] = source.record.attempt

    def before(self) -> GeneratedPicture | None:
        """What the shown one was made from; None for a first one."""
        made = self._made.get(self._shown)
        return None if made is None else self._made.get(self._source(made))

    # ------------------------------------------------------------------ inside

    def _source(self, made: GeneratedPicture) -> str:
        request = made.record.request
        return request.parent_attempt or self._sources.get(request.parent, "")

    def _talk(self) -> list[str]:
        """The turns of the tree that the shown one belongs to, each after its source."""
        root = self._shown
        while (made := self._made.get(root)) and self._source(made) in self._made:
            root = self._source(made)
        found = [root]
        for key, made in self._made.items():
            if self._source(made) in found and key not in found:
                found.append(key)
        return found

    def _fill(self) -> None:
        talk = self._talk()
        self.tree.blockSignals(True)
        self.tree.clear()
        items: dict[str, QTreeWidgetItem] = {}
        for key in talk:
            made = self._made[key]
            words = " ".join(made.record.request.prompt.split())
            item = QTreeWidgetItem([words])
            item.setToolTip(0, words)
            item.setData(0, _KEY_ROLE, key)
            parent = items.get(self._source(made))
            if parent is None:
                self.tree.addTopLevelItem(item)
            else:
                parent.addChild(item)
            items[key] = item
        self.tree.expandAll()
        if self._shown in items:
            self.tree.setCurrentItem(items[self._shown])
        self.tree.blockSignals(False)
        self.tree.setVisible(len(talk) > 1)
        height = self.tree.sizeHintForRow(0) * min(len(talk), _MOST_ROWS)
        self.tree.setFixedHeight(height + 2 * self.tree.frameWidth() + 2)

    def _choose(self) -> None:
        item = self.tree.currentItem()
        key = str(item.data(0, _KEY_ROLE)) if item is not None else ""
        if key in self._made and key != self._shown:
            self._shown = key
            self.chosen.emit(self._made[key])

    def _refresh(self) -> None:
        self.change_button.setEnabled(bool(self.words.text().strip()) and bool(self._shown))

    def _refine(self) -> None:
        made = self._made.get(self._shown)
        if made is not None and self.change_button.isEnabled():
            self.refine_requested.emit(made, self.words.text().strip())
