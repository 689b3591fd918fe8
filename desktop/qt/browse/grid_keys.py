"""What a key by itself means in the grid, a part of a name or a decision; a line there says it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractScrollArea

from desktop.core.text import tr
from desktop.qt.browse.type_ahead import TypeAhead
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label

_NOTHING = Qt.KeyboardModifier.NoModifier
_ALTGR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""As Windows tells of AltGr, which types a character."""
_COMMANDING = _ALTGR | Qt.KeyboardModifier.MetaModifier
_HELD = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class GridKeys(QObject):
    """The two modes of the keyboard, which cannot be taken for each other: each is said at the
    bottom of the grid while it lasts.

    Args:
        find: goes to the first name that begins like this, see ``TypeAhead``.
    """

    mode_changed = Signal(bool)
    """A key by itself is a decision from now on, or the beginning of a name."""

    def __init__(self, find: Callable[[str, bool], bool], grid: QAbstractScrollArea) -> None:
        super().__init__(grid)
        self._grid = grid
        self.are_decisions = False
        self.is_culling = False
        """The next picture comes by itself when one was decided about."""
        self.type_ahead = TypeAhead(find, self)
        self.type_ahead.changed.connect(self._show)
        self.label = label()
        self.label.setObjectName("keys")
        self.label.setParent(grid)
        self.label.hide()

    def decide(self, is_on: bool, *, is_culling: bool = False) -> None:
        """Whether a key by itself is a decision (3: three stars) or the beginning of a name.

        Args:
            is_culling: and go on to the next picture each time.
        """
        self.are_decisions = is_on
        self.is_culling = is_on and is_culling
        self.type_ahead.end()
        self._show()
        self.mode_changed.emit(is_on)

    def leave(self) -> bool:
        """Out of the name that is being typed, or of deciding; False: of neither."""
        if self.type_ahead.text:
            self.type_ahead.end()
        elif self.are_decisions:
            self.decide(False)
        else:
            return False
        return True

    def take(self, event: QKeyEvent) -> bool:
        """Whether a pressed key is a part of a name, which it has become a part of."""
        if event.modifiers() & _COMMANDING in (_NOTHING, _ALTGR) and not self.are_decisions:
            if event.key() == Qt.Key.Key_Backspace and self.type_ahead.text:
                self.type_ahead.take_back()
                return True
            if event.text() and self.type_ahead.take(event.text()):
                return True
        if event.key() not in _HELD:
            self.type_ahead.end()
        return False

    def take_words(self, words: str) -> None:
        """What an input method has written: names are typed in any script."""
        if words and not self.are_decisions:
            self.type_ahead.take(words)

    def is_within_name(self, event: QKeyEvent) -> bool:
        """In the middle of a name a space or a letter is a part of it, whatever else it means."""
        return bool(
            self.type_ahead.text
            and event.text().isprintable()
            and event.modifiers() & _COMMANDING in (_NOTHING, _ALTGR)
        )

    def place(self) -> None:
        """Put the line where it is read, whatever the size of the grid."""
        area, line = self._grid.viewport().geometry(), self.label
        room = area.width() - 2 * UNIT
        line.setWordWrap(False)
        line.adjustSize()
        if line.width() > room:
            line.setWordWrap(True)
            line.resize(room, line.heightForWidth(room))
        line.move(area.center().x() - line.width() // 2, area.bottom() - line.height() - 2 * UNIT)
        line.raise_()

    def _show(self) -> None:
        mode = (
            tr("K: keep · X: reject · U: neither · 0 to 5: stars · F: favourite · Esc: end")
            if self.is_culling
            else tr("0 to 5: stars · F: favourite · T: tags · R: reference · Esc: find by typing")
        )
        words = self.type_ahead.says() or (mode if self.are_decisions else "")
        self.label.setText(words)
        self.label.setVisible(bool(words))
        self.place()
