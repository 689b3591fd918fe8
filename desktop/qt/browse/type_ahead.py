"""Finding a picture in the grid by typing the beginning of its name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.core.text import tr

PAUSE_MS = 1500
"""After this long without a key the next one begins a new name; file managers wait about one
second, which is short for a name with digits and underscores."""


class TypeAhead(QObject):
    """What was typed so far.

    Args:
        find: goes to the first name, from the current one on, that begins like this; True where
            there is one. With ``is_next`` the current one does not count.
    """

    changed = Signal()
    """Something else was typed, or nothing is any more."""

    def __init__(self, find: Callable[[str, bool], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._find = find
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self.end)
        self.text = ""
        self.is_found = True

    def take(self, words: str) -> bool:
        """Go on with what was typed; False when it is nothing that a name could begin with."""
        if not words.isprintable() or not (self.text + words).strip():
            return False
        typed = self.text + words
        if len(typed) > 1 and len({*typed.casefold()}) == 1 and not self._find(typed, False):
            # The same letter again and again steps through the names that begin with it.
            self._show(words, is_next=True)
        else:
            self._show(typed)
        return True

    def take_back(self) -> None:
        """Without the last character."""
        self._show(self.text[:-1])

    def end(self) -> None:
        """The next key begins a new name."""
        if self.text:
            self._show("")

    def says(self) -> str:
        """What is to be read of it; empty when nothing is typed."""
        if not self.text:
            return ""
        if self.is_found:
            return tr("Name: {typed}", typed=self.text)
        return tr("No name here begins with “{typed}”", typed=self.text)

    def _show(self, text: str, *, is_next: bool = False) -> None:
        self.text = text
        self.is_found = not text or self._find(text, is_next)
        if text:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()
