"""What could be meant by what is being typed: names of the library, and earlier searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.core.annotations import name_key
from desktop.core.asset import Kind
from desktop.core.filter import Shape
from desktop.core.query_fields import FIELDS, STATES
from desktop.core.query_language import typing_at
from desktop.core.query_writing import value_written
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme

_MOST = 8
_ROW = 4 * UNIT
_WORDS: dict[str, Sequence[str]] = {
    "type": (*(str(kind) for kind in Kind), "jpeg", "png", "webp", "svg", "psd", "pdf", "gif"),
    "is": tuple(STATES),
    "shape": tuple(str(shape) for shape in Shape),
    "rating": (">=1", ">=2", ">=3", ">=4", "5", "0"),
}
"""Values that belong to the language; those of other fields belong to the library."""
_ICONS = {"tag": "tag", "board": "layout-dashboard", "folder": "folder", "": "history"}
Names = Callable[[], Mapping[str, Sequence[str]]]


class Suggestion(NamedTuple):
    """What could stand in place of a part of the text.

    Attributes:
        tag: the one that it is about; empty for none.
        is_whole: it is all that is meant; otherwise a value is still to come.
    """

    text: str
    start: int
    end: int
    icon: str
    tag: str = ""
    is_whole: bool = True

    def put_into(self, text: str) -> tuple[str, int]:
        """The text with it, and the cursor behind it."""
        return text[: self.start] + self.text + text[self.end :], self.start + len(self.text)


def suggestions(
    text: str, cursor: int, names: Mapping[str, Sequence[str]], history: Sequence[str]
) -> list[Suggestion]:
    """What could be meant, the likeliest first; nothing for an empty text."""
    if not text.strip():
        return []
    return [*islice(_suggested(text, cursor, names, history), _MOST)]


def _suggested(
    text: str, cursor: int, names: Mapping[str, Sequence[str]], history: Sequence[str]
) -> Iterator[Suggestion]:
    now = typing_at(text, cursor)
    if now is not None and now.field:
        known = names.get(now.field, _WORDS.get(now.field, ()))
        minus = "-" if text[now.start] == "-" else ""
        icon = _ICONS.get(now.field, "search")
        for name, value in _as_typed(_fitting(now.value, known)):
            tag = name if now.field == "tag" else ""
            yield Suggestion(f"{minus}{now.field}:{value}", now.start, now.end, icon, tag)
        return
    folded = " ".join(text.split()).casefold()
    for earlier in history:
        if earlier.casefold().startswith(folded) and earlier.casefold() != folded:
            yield Suggestion(earlier, 0, len(text), _ICONS[""])
    if now is not None and len(now.value) > 1 and not now.is_condition:
        for field in FIELDS:
            if field.startswith(now.value.casefold()):
                yield Suggestion(f"{field}:", now.start, now.end, "search", is_whole=False)
        for field in ("tag", "board", "folder"):
            for name, value in _as_typed(_beginning(now.value, names.get(field, ()))):
                tag = name if field == "tag" else ""
                yield Suggestion(f"{field}:{value}", now.start, now.end, _ICONS[field], tag)


def _as_typed(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each with its value of a condition; those that cannot be typed are left out."""
    for name in names:
        value = value_written(name)
        if value is not None:
            yield name, value


def _fitting(typed: str, known: Sequence[str]) -> Iterator[str]:
    """Names that begin so first, then those that have it inside."""
    yield from _beginning(typed, known)
    folded = typed.casefold()
    yield from (
        name
        for name in known
        if folded in name.casefold() and not name.casefold().startswith(folded)
    )


def _beginning(typed: str, known: Sequence[str]) -> Iterator[str]:
    folded = typed.casefold()
    yield from (name for name in known if name.casefold().startswith(folded))


class SuggestionList(QListWidget):
    """Hangs below the search bar while something is typed; the keyboard stays in the field."""

    chosen = Signal(object)
    """Suggestion."""

    names: Names = dict
    """What the library has to offer for the fields of a condition."""
    history: Sequence[str] = ()
    """Earlier searches, the last one first."""

    def __init__(self, theme: Theme, bar: QWidget) -> None:
        super().__init__(bar)
        self._theme = theme
        self._bar = bar
        self._offered: Sequence[Suggestion] = ()
        self._colours: Mapping[str, str] = {}
        self.setObjectName("suggestions")
        self.setAccessibleName(tr("Suggestions"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.itemClicked.connect(lambda item: self.chosen.emit(self._offered[self.row(item)]))
        self.hide()

    @property
    def offered(self) -> Sequence[Suggestion]:
        return self._offered

    def show_tag_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        self._colours = colours

    def set_history(self, history: Sequence[str]) -> None:
        """Offer these, the last one first."""
        self.history = history

    def offer_for(self, text: str, cursor: int) -> None:
        """Show what could be meant by what is being typed."""
        self.offer(suggestions(text, cursor, self.names(), self.history))

    def offer(self, offered: Sequence[Suggestion]) -> None:
        """Show these; none is chosen until an arrow key says so."""
        self._offered = offered
        self.clear()
        for each in offered:
            tone = self._colours.get(name_key(each.tag), "text_soft")
            self.addItem(QListWidgetItem(self._theme.icon(each.icon, tone), each.text))
        self.setCurrentRow(-1)
        if not offered:
            self.hide()
            return
        window = self._bar.window()
        if self.parent() is not window:
            self.setParent(window)
        place = self._bar.mapTo(window, QPoint(0, self._bar.height() + UNIT // 2))
        self.setGeometry(place.x(), place.y(), self._bar.width(), len(offered) * _ROW + UNIT)
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """One further down or up; past the ends none is current."""
        row, count = self.currentRow() + by, self.count()
        self.setCurrentRow(count - 1 if row < -1 else -1 if row >= count else row)

    def current(self) -> Suggestion | None:
        """Where the arrow keys are."""
        row = self.currentRow()
        return self._offered[row] if self.isVisible() and row >= 0 else None
