"""What keys do while a picture is looked at large: one list for the preview and for the sheet of
shortcuts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from desktop.core.text import marked

_NOTHING = Qt.KeyboardModifier.NoModifier
_PLAIN = (_NOTHING, Qt.KeyboardModifier.KeypadModifier)
_ALSO_SHIFTED = (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal)
"""On some keyboards these need Shift."""


@dataclass(frozen=True, slots=True)
class PreviewKey:
    """Attributes:
    name: of what is done, marked for the catalogue.
    keys: any of them does it, as ``QKeySequence`` reads them.
    """

    name: str
    keys: tuple[str, ...]


CLOSE = PreviewKey(marked("Close the preview"), ("Space", "Return", "Enter"))
BACK = PreviewKey(marked("One step back"), ("Esc",))
NEXT = PreviewKey(marked("Next picture"), ("Right", "Down"))
PREVIOUS = PreviewKey(marked("Previous picture"), ("Left", "Up"))
NEXT_PAGE = PreviewKey(marked("Next page or scene"), ("PgDown",))
PREVIOUS_PAGE = PreviewKey(marked("Previous page or scene"), ("PgUp",))
LARGER = PreviewKey(marked("Larger"), ("+", "="))
SMALLER = PreviewKey(marked("Smaller"), ("-",))
FIT = PreviewKey(marked("Fit, or 100 %"), ("Z",))
GROUND = PreviewKey(marked("Another ground"), ("B",))
GREY = PreviewKey(marked("Without colours"), ("G",))
COPY_COLOUR = PreviewKey(marked("Copy the colour under the pointer"), ("C",))
COPY_OWN_COLOUR = PreviewKey(marked("Copy it as the file has it"), ("Shift+C",))
TAGS = PreviewKey(marked("Tags"), ("T", "Ctrl+T"))
HEART = PreviewKey(marked("Favourite"), ("H",))
PLAY = PreviewKey(marked("Play or pause"), ("P",))
NEXT_FRAME = PreviewKey(marked("Next frame"), (".",))
PREVIOUS_FRAME = PreviewKey(marked("Previous frame"), (",",))
PART = PreviewKey(marked("Search by a part of the picture"), ("M",))
TEXT = PreviewKey(marked("Mark the text in the picture"), ("W",))
LINK = PreviewKey(marked("Zoom together"), ("L",))
OVER = PreviewKey(marked("One over the other"), ("S",))
DIVIDE_LEFT = PreviewKey(marked("Line between two to the left"), ("Shift+Left",))
DIVIDE_RIGHT = PreviewKey(marked("Line between two to the right"), ("Shift+Right",))
FULL = PreviewKey(marked("Full screen"), ("F11", "F"))

PREVIEW_KEYS = (
    *(NEXT, PREVIOUS, NEXT_PAGE, PREVIOUS_PAGE, FIT, LARGER, SMALLER, FULL, GROUND, GREY),
    *(COPY_COLOUR, COPY_OWN_COLOUR, TAGS, HEART, PLAY, NEXT_FRAME, PREVIOUS_FRAME, PART, TEXT),
    *(LINK, OVER, DIVIDE_LEFT, DIVIDE_RIGHT, BACK, CLOSE),
)
"""In the order of the sheet."""


def meant_by(event: QKeyEvent, *, are_decisions: bool = False) -> PreviewKey | None:
    """What a key asks for; None for nothing.

    Args:
        are_decisions: single keys decide, so F is the window's: a favourite, as in the grid.
    """
    modifiers, key = event.modifiers(), Qt.Key(event.key())
    if modifiers in _PLAIN or key in _ALSO_SHIFTED:
        modifiers = _NOTHING
    typed = QKeySequence(modifiers.value | key.value)
    if are_decisions and typed == QKeySequence("F"):
        return None
    for meaning in PREVIEW_KEYS:
        if any(QKeySequence(keys) == typed for keys in meaning.keys):
            return meaning
    return None
