"""Back to what was shown before, and forward again."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.qt.search.contents import Contents
from desktop.qt.search.search_bar import SearchBar

_LONGEST = 100


class Trail(QObject):
    """What the search bar held, one after the other, as in a browser.

    A text that grows or shrinks while it is typed is one step.
    """

    moved = Signal()
    """What can be gone back or forward to may have changed."""

    def __init__(self, bar: SearchBar) -> None:
        super().__init__()
        self._bar = bar
        self._steps: list[Contents] = [bar.contents()]
        self._at = 0
        self._is_going = False
        bar.query_changed.connect(self._note)

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at + 1 < len(self._steps)

    def go_back(self) -> None:
        """Show what was shown before."""
        if self.can_go_back:
            self._go(self._at - 1)

    def go_forward(self) -> None:
        """Show what was gone back from."""
        if self.can_go_forward:
            self._go(self._at + 1)

    # ------------------------------------------------------------------ inside

    def _go(self, to: int) -> None:
        self._at = to
        self._is_going = True
        try:
            self._bar.show_contents(self._steps[to])
        finally:
            self._is_going = False
        self.moved.emit()

    def _note(self) -> None:
        if self._is_going:
            return
        now = self._bar.contents()
        if _is_typed_on(self._steps[self._at], now):
            self._steps[self._at :] = [now]
        else:
            self._steps[self._at + 1 :] = [now]
            del self._steps[:-_LONGEST]
        self._at = len(self._steps) - 1
        self.moved.emit()


def _is_typed_on(before: Contents, now: Contents) -> bool:
    texts = sorted((before.text.strip(), now.text.strip()), key=len)
    return before.held == now.held and bool(texts[0]) and texts[1].startswith(texts[0])
