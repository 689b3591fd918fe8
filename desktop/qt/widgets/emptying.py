"""Taking widgets out of a layout for good."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout


def empty_layout(layout: QLayout, keep: int = 0) -> None:
    """Take what is in it away, behind the first ``keep``; nothing of it is to be seen any more."""
    while (item := layout.takeAt(keep)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
