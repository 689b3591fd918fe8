"""What can be typed into the search bar, in a pop-up below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from desktop.core.text import marked, tr
from desktop.qt.search.popup_place import place_below
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label

HELP = (
    ("red cape", marked("what pictures show, and what they are called")),
    (
        '"red cape"',
        marked("exactly these words, in a name, tag, note or prompt, or in the picture"),
    ),
    ("-cape", marked("not what has this word; “-” turns any condition round")),
    ("tag:hero  board:Summer", marked("with this tag; on this board")),
    ("folder:shoots", marked("in this folder or below it, by name or whole path")),
    ("type:jpeg  type:video", marked("a format; or still, animation, document, video")),
    ("rating:>=3  rating:1..3", marked("stars; 0 for what is not rated")),
    ("date:2025-03..", marked("when it was taken, or changed where the file does not say")),
    ("modified:2025  added:2025-03", marked("when the file was changed; when it was added")),
    ("size:>2MB  pixels:>12MP", marked("of the file; width times height")),
    ("ratio:16:9  shape:square", marked("width by height; or landscape, portrait")),
    ("color:#ff8800  color:red~", marked("about this colour; with “~” also what is less like it")),
    ("color:navy~12>30%", marked("within 12 hundredths of it, and 30 % of what is shown")),
    ("text:sale", marked("written in the picture")),
    (
        "camera:canon  lens:85mm  keyword:sea  copyright:doe",
        marked("what the camera or another program wrote into the file"),
    ),
    (
        "prompt:cape  model:banana  from:aurora  kit:Spring",
        marked("how it was made: words of the prompt, model, reference; the brand kit"),
    ),
    ("is:private  is:expired", marked("never leaves this machine; its licence is over")),
    ("is:untagged", marked("or generated, missing, offline, duplicate, unrated, unreadable …")),
)
"""What is typed, and what it finds; the whole grammar is in ``core.query_language``."""


class QueryHelp(QFrame):
    """The language of queries by example."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAccessibleName(tr("What can be typed"))
        self._is_filled = False

    def show_below(self, bar: QWidget) -> None:
        """Open it, as wide as it needs to be."""
        if not self._is_filled:
            self._is_filled = True
            self._fill()
        self.adjustSize()
        place_below(self, bar)
        self.show()

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addWidget(label(tr("What can be typed"), weight="strong"))
        rows = QGridLayout()
        rows.setHorizontalSpacing(3 * UNIT)
        rows.setVerticalSpacing(UNIT // 2)
        for row, (typed, finds) in enumerate(HELP):
            rows.addWidget(label(typed, selectable=True), row, 0)
            rows.addWidget(label(tr(finds), tone="soft"), row, 1)
        column.addLayout(rows)
        column.addWidget(
            label(
                tr(
                    "All of it holds together. Return, or a space behind a condition, "
                    "makes a chip; click a chip to change it."
                ),
                tone="faint",
                scale="small",
            )
        )
