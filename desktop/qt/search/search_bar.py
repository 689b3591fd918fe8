"""Words, conditions and pictures: the search bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.core.annotations import Renamed
from desktop.core.asset import Asset
from desktop.core.filter import EVERYTHING, Filter, NamedFilter, with_names
from desktop.core.query import Example, Query
from desktop.core.query_language import QueryError, Term
from desktop.core.saved_search import SavedSearch
from desktop.core.text import tr
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.search.chip_line import ChipLine
from desktop.qt.search.contents import (
    HIT_LIMIT,
    Contents,
    ContentsHistory,
    condition_of,
    contents_of,
    meant_text,
    what_holds,
)
from desktop.qt.search.filter_menu import FilterMenu
from desktop.qt.search.query_chips import CHIP_HEIGHT, Condition, Held, Pictured, QueryChip
from desktop.qt.search.query_field import QueryField
from desktop.qt.search.query_help import QueryHelp
from desktop.qt.search.search_tools import SearchTools
from desktop.qt.search.searched_pictures import SearchedPictures, can_search_by
from desktop.qt.search.suggestions import Suggestion, SuggestionList
from desktop.qt.theme import ICON, UNIT, Theme
from desktop.qt.widgets.dragging import DropFrame
from desktop.qt.widgets.styling import set_property

DEBOUNCE_MS = 150


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
    pictures_left_out = Signal(int)
    """So many more were dropped than are searched by at once."""
    left = Signal()
    """Esc in an empty bar, or Down: the keyboard goes to the grid."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self._pictures = SearchedPictures(pictures)
        self._held: tuple[Held, ...] = ()
        self._history = ContentsHistory()
        self._told = Query(limit=HIT_LIMIT)
        self._problem: QueryError | None = None
        self.setMinimumHeight(5 * UNIT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

        glass = QLabel()
        glass.setPixmap(theme.pixmap("search", "text_faint", ICON, self.devicePixelRatioF()))
        glass.setFixedHeight(CHIP_HEIGHT)
        self.text_field = QueryField(lambda: self._history.can_undo, lambda: self._history.can_redo)
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
        self.text_field.undo_wanted.connect(self._undo)
        self.text_field.redo_wanted.connect(self._redo)
        self.text_field.picture_pasted.connect(self._take)
        self.text_field.focus_changed.connect(self._on_focus)
        self.setFocusProxy(self.text_field)

        self._line = ChipLine(theme, cache, self.text_field)
        self._line.edit_wanted.connect(self._edit)
        self._line.removed.connect(self._remove)
        self._line.weighed.connect(self._weigh)

        self.tools = SearchTools(theme)
        self.tools.clear_wanted.connect(self.clear)
        self.tools.save_wanted.connect(self.save_wanted)
        self.tools.filters_wanted.connect(self.ask_filters)
        self.tools.help_wanted.connect(self.ask_help)
        self.help = QueryHelp(self)
        self.filters = FilterMenu(self)
        self.filters.toggled.connect(lambda wanted: self.narrow(NamedFilter("", wanted)))
        self.filters.changed.connect(lambda old, new: self.narrow(NamedFilter("", new), [old]))
        self.filters.typed.connect(self._add_typed)

        row = QHBoxLayout(self)
        row.setContentsMargins(UNIT + 4, 5, 6, 5)
        row.setSpacing(UNIT)
        row.addWidget(glass, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._line, 1)
        row.addWidget(self.tools)
        self.suggested = SuggestionList(theme, self)
        self.suggested.chosen.connect(self._take_suggestion)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._tell)
        self._refresh()

    # ------------------------------------------------------------------ what it holds

    @property
    def chips(self) -> Sequence[QueryChip]:
        """In their order."""
        return self._line.chips

    def show_tag_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        self._line.show_tag_colours(colours)
        self.suggested.show_tag_colours(colours)

    def contents(self) -> Contents:
        """Chips and text."""
        return Contents(self._held, self.text_field.text())

    def show_contents(self, contents: Contents) -> None:
        """Hold this instead, and ask for it at once."""
        self._history.keep(self.contents())
        self._restore(contents)

    def query(self) -> Query:
        """What the bar asks."""
        return self._told

    def narrowing(self) -> tuple[NamedFilter, ...]:
        """The conditions, each with the words of its chip."""
        return tuple(each.section for each in self.contents().conditions)

    def narrow(self, section: NamedFilter, instead_of: Iterable[Filter] = ()) -> None:
        """Add a condition, or take it off; see ``Contents.narrowed``."""
        self.show_contents(self.contents().narrowed(section, instead_of))

    def show_only(self, section: NamedFilter) -> None:
        """Show all of this, and nothing else narrows it."""
        self.show_contents(
            Contents(() if section.filter == EVERYTHING else (condition_of(section),))
        )

    def show_saved(self, saved: SavedSearch) -> None:
        """Ask what was saved, as it can be changed."""
        pictured = [self._pictures.of_example(example) for example in saved.examples]
        self.show_contents(contents_of(saved, pictured))

    def follow_names(self, renamed: Sequence[Renamed]) -> None:
        """Ask for the same under the names that tags and boards have now."""
        held = list(self._held)
        for each in renamed:
            names = {each.field: each.rename}
            for at, chip in enumerate(held):
                if not isinstance(chip, Condition):
                    continue
                wanted = with_names(chip.filter, names)
                if wanted != chip.filter:
                    held[at] = condition_of(NamedFilter(chip.name or each.new, wanted))
        if held != list(self._held):
            self._hold(held)

    def leave_out(self, section: NamedFilter) -> None:
        """Without this condition, whoever gave it."""
        without = self.contents().without(section)
        if without != self.contents():
            self.show_contents(without)

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
        self._add_picture(self._pictures.of_file(path))

    def add_asset(
        self, asset: Asset, example: Example | None = None, seen: QImage | None = None
    ) -> None:
        """Search by a picture of the library as well; see ``SearchedPictures.of_asset``."""
        self._add_picture(self._pictures.of_asset(asset, example, seen))

    def search_asset(self, asset: Asset) -> None:
        """Search by this picture of the library instead of others."""
        self._hold([*self.contents().conditions, self._pictures.of_asset(asset)])

    def search_image(self, image: QImage) -> None:
        """Search by pixels that have no file (pasted)."""
        if not image.isNull():
            self._add_picture(self._pictures.of_image(image))

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
        found, left_out = self._pictures.of_mime(mime)
        contents = self.contents()
        for pictured in found:
            contents = contents.with_picture(pictured)
        if found:
            self.show_contents(contents)
        if left_out:
            self.pictures_left_out.emit(left_out)
        return bool(found)

    def _add_picture(self, pictured: Pictured) -> None:
        self.show_contents(self.contents().with_picture(pictured))

    def _conditions(self) -> list[Filter]:
        return [each.filter for each in self.contents().conditions]

    def _add_typed(self, term: Term) -> None:
        assert term.filter is not None
        self._hold([*self._held, Condition(term.text, term.filter)])

    # -- chips and text ------------------------------------------------------------------------

    def _hold(self, held: Sequence[Held]) -> None:
        """Other chips, the same text."""
        self.show_contents(Contents(tuple(held), self.text_field.text()))

    def _restore(self, contents: Contents) -> None:
        if contents.text != self.text_field.text():
            self.text_field.setText(contents.text)
        self._show_chips(contents.held)
        self._tell()

    def _undo(self) -> None:
        self._restore(self._history.undo(self.contents()))

    def _redo(self) -> None:
        self._restore(self._history.redo(self.contents()))

    def _make_chips(self, end: int) -> bool:
        """Of the conditions that end before a place in the text; False where there are none."""
        made = self.contents().with_chips(end, self.text_field.cursorPosition())
        if made is None:
            return False
        contents, cursor = made
        self._history.keep(self.contents())
        self._show_chips(contents.held)
        self.text_field.setText(contents.text)
        self.text_field.setCursorPosition(cursor)
        return True

    def _edit(self, condition: Condition) -> None:
        """Make text of a chip again."""
        self._history.keep(self.contents())
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
            self._line.show_held(held)
            self.updateGeometry()
            self.filters.mark(self._conditions())
        self._refresh()

    # -- typing --------------------------------------------------------------------------------

    def _on_edit(self, text: str) -> None:
        """A space behind a condition says that it is whole."""
        cursor = self.text_field.cursorPosition()
        if text[cursor - 1 : cursor].isspace() and self._make_chips(cursor - 1):
            self._tell()
        self._suggest()

    def _suggest(self) -> None:
        self.suggested.offer_for(self.text_field.text(), self.text_field.cursorPosition())

    def dismiss_suggestions(self) -> bool:
        """Without them; False where there are none."""
        is_there = self.suggested.isVisible()
        self.suggested.offer(())
        return is_there

    def _take_suggestion(self, taken: Suggestion) -> None:
        text, cursor = taken.put_into(self.text_field.text())
        self.text_field.setText(text)
        self.text_field.setCursorPosition(cursor)
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
        self.tools.set_something(bool(contents.text or contents.held))
        if contents.held:
            self.text_field.show_hints(tr("Add words to narrow it down"), tr("Add words"))
        else:
            self.text_field.show_hints(
                tr("Search by words, or drop or paste a picture here"), tr("Search")
            )

    def _tell(self, *, is_whole: bool = False) -> None:
        self._timer.stop()
        is_typing = self.text_field.hasFocus() and not is_whole
        cursor = self.text_field.cursorPosition() if is_typing else None
        text, problem = what_holds(meant_text(self.text_field.text(), cursor))
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)
        query = self.contents().query(text)
        if query != self._told:
            self._told = query
            self.query_changed.emit(query)
