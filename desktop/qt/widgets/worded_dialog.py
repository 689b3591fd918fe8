"""Dialogs whose words decide how high they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog


class WordedDialog(QDialog):
    """Never lower than its words need at its width, as far as the screen reaches.

    Qt asks wrapped words how high they are at the width that they would like, and gives them that
    height at whatever width they get.
    """

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Show, QEvent.Type.LayoutRequest):
            self._grow()
        return done

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            needed = layout.totalHeightForWidth(self.width())
            room = self.screen().availableGeometry().height()
            if self.height() < min(needed, room):
                self.resize(self.width(), min(needed, room))
