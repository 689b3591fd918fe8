"""What the style sheet paints: lines, and properties that it selects on."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget


def hairline(*, is_vertical: bool = False) -> QFrame:
    """A line of one pixel."""
    made = QFrame()
    made.setObjectName("hairline")
    if is_vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the stylesheet selects on, and restyle when it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
