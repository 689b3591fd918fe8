"""Words, conditions and pictures: the search bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageWriter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.core.asset import Asset, displayable
from desktop.core.filter import EVERYTHING, Filter, NamedFilter, is_same
from desktop.core.query import Crop, Example, Query
from desktop.core.query_language import QueryError, Term, terms, typing_at
from desktop.core.saved_search import SavedSearch
from desktop.core.text import tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Picture, Pictures
from desktop.qt.search.contents import (
    HIT_LIMIT,
    Contents,
    condition_of,
    name_of,
    problem_of,
    text_without,
)
from desktop.qt.search.filter_menu import FilterMenu
from desktop.qt.search.query_chips import (
    CHIP_HEIGHT,
    Condition,
    ConditionChip,
    Held,
    PictureChip,
    Pictured,
    QueryChip,
)
from desktop.qt.search.query_field import QueryField, holds_picture
from desktop.qt.search.query_help import QueryHelp
from desktop.qt.search.suggestions import Names, Suggestion, SuggestionList, suggestions
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.dragging import DropFrame, dropped_assets, dropped_files
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.styling import set_property

DEBOUNCE_MS = 150
PASTED_EDGE = 1024
"""Longest side of a pasted picture; models look at 224 to 384 pixels."""

_ROOM_TO_TYPE = 16 * UNIT
_BUTTON = 3 * UNIT + 4


class SearchBar(DropFrame):
    """Chips and text are one value: what was typed becomes chips once it is whole, with Return or
    with a space behind it, and a chip becomes text again when it is clicked.

    Emits a query whenever that value changes, a moment after typing stops. A condition in which the
    cursor still is says nothing yet.
    """

    query_changed = Signal(object)
    """Query; an empty one means: browse again."""
    problem_changed = Signal(object)
    """QueryError: what was typed means nothing; None: no longer."""
    meant = Signal()
    """A person said with Return that this is what is searched for."""
    save_wanted = Signal()
    left = Signal()
    """Esc in an empty bar, or Down: the keyboard goes to the grid."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self._theme = theme
        self._cache = cache
        self._pictures = pictures
        self._held: tuple[Held, ...] = ()
        self._undo: list[Contents] = []
        self._redo: list[Contents] = []
        self._told = Query(limit=HIT_LIMIT)
        self._problem: QueryError | None = None
        self.chips: Sequence[QueryChip] = ()
        self.setMinimumHeight(5 * UNIT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

        glass = QLabel()
        glass.setPixmap(theme.pixmap("search", "text_faint", ICON, self.devicePixelRatioF()))
        glass.setFixedHeight(CHIP_HEIGHT)
        self.text_field = QueryField(lambda: bool(self._undo), lambda: bool(self._redo))
        self.text_field.setAccessibleName(tr("Search"))
        self.text_field.setFixedHeight(CHIP_HEIGHT)
        # A drop on the words would only insert the file's URL as text.
        self.text_field.setAcceptDrops(False)
        self.text_field.textChanged.connect(self._on_text)
        self.text_field.textEdited.connect(self._on_edit)
        self.text_field.escaped.connect(self._on_escape)
        self.text_field.returned.connect(self._on_return)
        self.text_field.went_down.connect(self._on_down)
        self.text_field.went_up.connect(lambda: self.suggested.step(-1))
        self.text_field.went_back.connect(self._remove_last)
        self.text_field.undo_wanted.connect(lambda: self._go_back(self._undo, self._redo))
        self.text_field.redo_wanted.connect(lambda: self._go_back(self._redo, self._undo))
        self.text_field.picture_pasted.connect(self._take)
        self.text_field.focus_changed.connect(self._on_focus)
        self.setFocusProxy(self.text_field)

        line = _Line()
        self._line = FlowLayout(line, UNIT // 2, rest=_ROOM_TO_TYPE)
        self._line.addWidget(self.text_field)

        self.clear_button = icon_button(theme, "x", f"{tr('Clear the search')} (Esc)", self.clear)
        self.help_button = icon_button(
            theme, "circle-question-mark", tr("What can be typed"), self.ask_help
        )
        self.help = QueryHelp(self)
        self.save_button = icon_button(
            theme, "bookmark", f"{tr('Save this search…')} (Ctrl+S)", self.save_wanted.emit
        )
        self.save_button.hide()
        self.filter_button = icon_button(
            theme, "sliders-horizontal", tr("Narrow by…"), self.ask_filters
        )
        self.filters = FilterMenu(self)
        self.filters.toggled.connect(lambda wanted: self.narrow(NamedFilter("", wanted)))
        self.filters.changed.connect(lambda old, new: self.narrow(NamedFilter("", new), [old]))
        self.filters.typed.connect(self._add_typed)
        for made in (self.clear_button, self.save_button, self.filter_button, self.help_button):
            made.setFixedSize(_BUTTON, _BUTTON)
        self.clear_button.hide()

        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT + 4, 5, 6, 5)
        row.setSpacing(UNIT)
        row.addWidget(glass, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(line, 1)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(0)
        self.tools.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignTop)
        self.tools.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignTop)
        self.tools.addWidget(self.filter_button, 0, Qt.AlignmentFlag.AlignTop)
        self.tools.addWidget(self.help_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self.tools)
        self.suggested = SuggestionList(theme, self)
        self.suggested.chosen.connect(self._take_suggestion)
        self.names: Names = dict
        self.history: Sequence[str] = ()
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._tell)
        self._refresh()

    # ------------------------------------------------------------------ what it holds

    def contents(self) -> Contents:
        """Chips and text."""
        return Contents(self._held, self.text_field.text())

    def show_contents(self, contents: Contents) -> None:
        """Hold this instead, and ask for it at once."""
        self._keep()
        self._restore(contents)

    def query(self) -> Query:
        """What the bar asks."""
        return self._told

    def narrowing(self) -> tuple[NamedFilter, ...]:
        """The conditions, each with the words of its chip."""
        return tuple(each.section for each in self.contents().conditions)

    def narrow(self, section: NamedFilter, instead_of: Iterable[Filter] = ()) -> None:
        """Add a condition; where it is there already and nothing gives way to it, take it off.

        Args:
            section: its name is shown where it cannot be typed.
            instead_of: conditions that give way to it.
        """
        gone = [*instead_of]
        kept = [
            each for each in self._held if isinstance(each, Pictured) or each.filter not in gone
        ]
        is_there = any(
            isinstance(each, Condition) and is_same(each.filter, section.filter) for each in kept
        )
        if is_there and len(kept) == len(self._held):
            self.leave_out(section)
            return
        self._hold(kept if is_there else [*kept, condition_of(section)])

    def show_only(self, section: NamedFilter) -> None:
        """Show all of this, and nothing else narrows it."""
        self.show_contents(
            Contents(() if section.filter == EVERYTHING else (condition_of(section),))
        )

    def show_saved(self, saved: SavedSearch) -> None:
        """Ask what was saved, as it can be changed."""
        held: list[Held] = [self._pictured(example, name_of(example)) for example in saved.examples]
        words: list[str] = []
        try:
            found = [*terms(saved.text)]
        except QueryError:  # of a language that has changed since: ``_tell`` says so
            found = [Term(saved.text, 0, len(saved.text))]
        for term in found:
            if term.filter is None:
                words.append(term.text)
            else:
                held.append(Condition(term.text, term.filter))
        if saved.filter != EVERYTHING:
            held.append(Condition("", saved.filter, saved.name))
        self.show_contents(Contents(tuple(held), " ".join(words)))

    def leave_out(self, section: NamedFilter) -> None:
        """Without this condition, whoever gave it."""
        kept = [
            each
            for each in self._held
            if not (isinstance(each, Condition) and is_same(each.filter, section.filter))
        ]
        if len(kept) < len(self._held):
            self._hold(kept)

    def clear(self) -> None:
        """Show the whole library again."""
        self.show_contents(Contents())

    def clear_search(self) -> None:
        """Without words and pictures; what narrows stays."""
        self.show_contents(Contents(self.contents().conditions))

    def search_everywhere(self) -> None:
        """The same words and pictures without what narrows them."""
        self.show_contents(Contents(self.contents().pictured, self.text_field.text()))

    @property
    def is_searching(self) -> bool:
        """There are words or pictures to search for."""
        contents = self.contents()
        return bool(contents.text.strip() or contents.pictured)

    def finish(self) -> None:
        """What is typed is whole: make chips of its conditions, and ask."""
        self._make_chips(len(self.text_field.text()))
        self._tell(is_whole=True)

    def use_instead(self, problem: QueryError) -> None:
        """Take what a problem offers."""
        text = self.text_field.text()
        if text[problem.start : problem.end] and problem is self._problem:
            text = text[: problem.start] + problem.instead + text[problem.end :]
            self.text_field.setText(text)
            if not problem.instead.endswith(":"):
                self.finish()
        self.text_field.setFocus()

    def ask_help(self) -> None:
        """Say what can be typed."""
        self.help.show_below(self)

    def ask_filters(self) -> None:
        """Let a person choose conditions."""
        self.filters.show_below(self, self._conditions())

    # ------------------------------------------------------------------ pictures

    def search_file(self, path: Path) -> None:
        """Search by a picture file as well."""
        self._add_picture(Example(path), displayable(path.name), self._pictures.of_file(path))

    def add_asset(self, asset: Asset, crop: Crop | None = None) -> None:
        """Search by a picture of the library as well, or by a part of it."""
        name = tr("Part of {name}", name=asset.filename) if crop else asset.filename
        self._add_picture(Example(asset.path, crop=crop), name, self._pictures.of_asset(asset))

    def search_asset(self, asset: Asset) -> None:
        """Search by this picture of the library instead of others."""
        shown = self._pictures.of_asset(asset)
        wanted = Pictured(Example(asset.path), asset.filename, shown)
        self._hold([*self.contents().conditions, wanted])

    def search_image(self, image: QImage) -> None:
        """Search by pixels that have no file (pasted)."""
        if image.isNull():
            return
        if max(image.width(), image.height()) > PASTED_EDGE:
            image = image.scaled(
                PASTED_EDGE,
                PASTED_EDGE,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(image)
        data = bytes(buffer.data().data())
        self._add_picture(Example(data), tr("Pasted picture"), QPixmap.fromImage(image))

    def can_take(self, mime: QMimeData) -> bool:
        return can_search_by(mime)

    def drop_words(self) -> str:
        return tr("Search by this picture")

    def take(self, mime: QMimeData) -> bool:
        is_taken = self._take(mime)
        if is_taken:
            self.text_field.setFocus()
        return is_taken

    # ------------------------------------------------------------------ inside

    def _take(self, mime: QMimeData) -> bool:
        found = [self._pictures.asset(asset_id) for asset_id in dropped_assets(mime)]
        assets = [asset for asset in found if asset is not None]
        for asset in assets:
            self.add_asset(asset)
        if assets:
            return True
        for path in dropped_files(mime):
            if path.is_file():
                self.search_file(path)
                return True
        if mime.hasImage():
            image = mime.imageData()
            if isinstance(image, QPixmap):
                image = image.toImage()
            if isinstance(image, QImage) and not image.isNull():
                self.search_image(image)
                return True
        return False

    def _add_picture(self, example: Example, name: str, shown: Picture | QPixmap | None) -> None:
        others = [
            each
            for each in self._held
            if isinstance(each, Condition) or each.example.image != example.image
        ]
        self._hold([*others, Pictured(example, name, shown)])

    def _conditions(self) -> list[Filter]:
        return [each.filter for each in self.contents().conditions]

    def _add_typed(self, term: Term) -> None:
        assert term.filter is not None
        self._hold([*self._held, Condition(term.text, term.filter)])

    def _pictured(self, example: Example, name: str) -> Pictured:
        if isinstance(example.image, Path):
            return Pictured(example, name, self._pictures.of_file(example.image))
        pixmap = QPixmap()
        pixmap.loadFromData(example.image)
        return Pictured(example, name, pixmap)

    # -- chips and text ------------------------------------------------------------------------

    def _hold(self, held: Sequence[Held]) -> None:
        """Other chips, the same text."""
        self.show_contents(Contents(tuple(held), self.text_field.text()))

    def _keep(self) -> None:
        """What is there now can be had back with Ctrl+Z."""
        now = self.contents()
        if not self._undo or self._undo[-1] != now:
            self._undo.append(now)
        self._redo.clear()

    def _go_back(self, back: list[Contents], forth: list[Contents]) -> None:
        if back:
            forth.append(self.contents())
            self._restore(back.pop())

    def _restore(self, contents: Contents) -> None:
        if contents.text != self.text_field.text():
            self.text_field.setText(contents.text)
        self._show_chips(contents.held)
        self._tell()

    def _make_chips(self, end: int) -> bool:
        """Of the conditions that end before a place in the text; False where there are none."""
        text = self.text_field.text()
        try:
            found = [*terms(text)]
        except QueryError:
            return False  # ``_tell`` says so
        whole = [term for term in found if term.end <= end and term.filter is not None]
        if not whole:
            return False
        self._keep()
        rest, cursor = text_without(text, whole, self.text_field.cursorPosition())
        chips = [
            Condition(term.text, term.filter)
            for term in whole
            if term.filter is not None and term.filter != EVERYTHING
        ]
        new = [chip for chip in chips if chip not in self._held]
        self._show_chips((*self._held, *new))
        self.text_field.setText(rest)
        self.text_field.setCursorPosition(cursor)
        return True

    def _edit(self, condition: Condition) -> None:
        """Make text of a chip again."""
        self._keep()
        self._show_chips(tuple(each for each in self._held if each is not condition))
        text = f"{condition.text} {self.text_field.text()}".rstrip()
        self.text_field.setText(text)
        self.text_field.setCursorPosition(len(condition.text))
        self.text_field.setFocus()
        self._tell()

    def _remove(self, held: Held) -> None:
        self._hold([each for each in self._held if each is not held])
        self.text_field.setFocus()

    def _remove_last(self) -> None:
        if self._held:
            self._remove(self._held[-1])

    def _weigh(self, pictured: Pictured, example: Example) -> None:
        self._hold([replace(pictured, example=example) if e is pictured else e for e in self._held])

    def _show_chips(self, held: tuple[Held, ...]) -> None:
        if held != self._held:
            self._held = held
            for chip in self.chips:
                self._line.removeWidget(chip)
                chip.hide()
                chip.deleteLater()
            self._line.removeWidget(self.text_field)
            self.chips = [self._chip(each) for each in held]
            for chip in (*self.chips, self.text_field):
                self._line.addWidget(chip)
                chip.show()
            before: QWidget | None = None
            for chip in (*self.chips, self.text_field):
                if before is not None:
                    QWidget.setTabOrder(before, chip)
                before = chip
            self.updateGeometry()
            self.filters.mark(self._conditions())
        self._refresh()

    def _chip(self, held: Held) -> QueryChip:
        if isinstance(held, Pictured):
            made: QueryChip = PictureChip(self._theme, self._cache, held)
            assert isinstance(made, PictureChip)
            made.changed.connect(lambda example: self._weigh(held, example))
        else:
            made = ConditionChip(self._theme, held)
            made.edit_wanted.connect(lambda: self._edit(held))
        made.removed.connect(lambda: self._remove(held))
        return made

    # -- typing --------------------------------------------------------------------------------

    def _on_edit(self, text: str) -> None:
        """A space behind a condition says that it is whole."""
        cursor = self.text_field.cursorPosition()
        if text[cursor - 1 : cursor].isspace() and self._make_chips(cursor - 1):
            self._tell()
        self._suggest()

    def _suggest(self) -> None:
        field = self.text_field
        self.suggested.offer(
            suggestions(field.text(), field.cursorPosition(), self.names(), self.history)
        )

    def dismiss_suggestions(self) -> bool:
        """Without them; False where there are none."""
        is_there = self.suggested.isVisible()
        self.suggested.offer(())
        return is_there

    def _take_suggestion(self, taken: Suggestion) -> None:
        text = self.text_field.text()
        self.text_field.setText(text[: taken.start] + taken.text + text[taken.end :])
        self.text_field.setCursorPosition(taken.start + len(taken.text))
        self.text_field.setFocus()
        if taken.is_whole:
            self.suggested.offer(())
            self.finish()
        else:
            self._suggest()

    def _on_return(self) -> None:
        taken = self.suggested.current()
        self.suggested.offer(())
        if taken is not None:
            self._take_suggestion(taken)
        else:
            self.finish()
        self.meant.emit()

    def _on_down(self) -> None:
        if self.suggested.isVisible():
            self.suggested.step(1)
        else:
            self.left.emit()

    def _on_text(self) -> None:
        self._refresh()
        self._timer.start()

    def _on_focus(self, has_focus: bool) -> None:
        set_property(self, "active", has_focus)
        if not has_focus:
            self.suggested.offer(())
            self.finish()

    def _on_escape(self) -> None:
        if self.dismiss_suggestions():
            return
        if self.is_searching:
            self.clear_search()
        elif self._held:
            self.clear()
        else:
            self.left.emit()

    def _refresh(self) -> None:
        contents = self.contents()
        self.clear_button.setVisible(bool(contents.text or contents.held))
        self.save_button.setVisible(bool(contents.text or contents.held))
        self.text_field.setPlaceholderText(
            tr("Add words to narrow it down")
            if contents.held
            else tr("Search by words, or drop or paste a picture here")
        )

    def _meant_text(self, *, is_whole: bool = False) -> str:
        """The text without the condition that is being typed."""
        text = self.text_field.text()
        now = typing_at(text, self.text_field.cursorPosition())
        is_whole = is_whole or not self.text_field.hasFocus()
        if not is_whole and now is not None and now.is_condition:
            text = text[: now.start] + text[now.end :]
        return " ".join(text.split()) if '"' not in text else text.strip()

    def _tell(self, *, is_whole: bool = False) -> None:
        self._timer.stop()
        text = self._meant_text(is_whole=is_whole)
        problem = problem_of(text)
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)
        while problem is not None:  # all the rest of it holds
            text = f"{text[: problem.start]} {text[problem.end :]}".strip()
            problem = problem_of(text)
        query = self.contents().query(text)
        if query != self._told:
            self._told = query
            self.query_changed.emit(query)


class _Line(QWidget):
    """Grows with the lines that its chips need; Qt would keep the height that it had."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


def can_search_by(mime: QMimeData) -> bool:
    """An asset, a picture file or pixels; folders go on to the window, to be added."""
    return bool(dropped_assets(mime)) or holds_picture(mime)
