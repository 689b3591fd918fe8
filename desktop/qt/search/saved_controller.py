"""Saved searches: named, renamed, renewed, deleted; and what was searched for before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, LibraryError, LibraryGone, PlantainError
from desktop.core.filter import NamedFilter
from desktop.core.saved_search import SavedSearch
from desktop.core.text import listed, tr
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest
from desktop.qt.search.search_bar import SearchBar

Counted = tuple[SavedSearch, int]
"""A search, and how many pictures it finds now; 0 where it has to be asked and was not yet."""


_Read = tuple[list[Counted], list[str], list[str]]
"""What can be read, names of what cannot, the history."""

_LOG = logging.getLogger(__name__)


class SavedController(QObject):
    """Keeps saved searches and the history, and tells what there is."""

    read = Signal(object)
    """list[Counted]."""
    history_read = Signal(object)
    """list[str], the newest first."""

    def __init__(self, context: Context, bar: SearchBar) -> None:
        super().__init__()
        self._context = context
        self._bar = bar
        self._unread: list[str] = []
        self._counted: list[Counted] = []
        self._counts: dict[SavedSearch, int] = {}
        self._uncounted: list[SavedSearch] = []
        # Where seconds of an encoder's work are waited for by nobody.
        self._countings = Latest(context.lanes.looks, self)
        self._countings.finished.connect(self._show_count)
        self._countings.failed.connect(context.notice)
        self._readings = Latest(context.lanes.browse, self)
        self._readings.finished.connect(self._show)
        self._readings.failed.connect(context.notice)
        context.hub.changed.connect(self._on_changes)

    def refresh(self) -> None:
        """Read them, and count what they find."""
        engine = self._context.engine

        def count(search: SavedSearch) -> int:
            try:
                return 0 if search.is_ranked else engine.browsing.count(search.conditions)
            except LibraryGone:
                raise
            except LibraryError as error:  # one that SQLite finds too long, say
                _LOG.warning("the saved search %r is not counted: %s", search.name, error)
                return 0

        def read(_: CancelToken) -> _Read:
            saved = engine.saved_searches
            return [(each, count(each)) for each in saved.all()], saved.unread(), saved.history()

        self._readings.submit(read)

    def ask_name(self) -> None:
        """Let a person name what is searched for now."""
        self._save_as(False)

    def ask_board(self) -> None:
        """The same, listed among the boards: one that fills itself."""
        self._save_as(True)

    def rename(self, section: NamedFilter) -> None:
        """Let a person give one another name."""
        saved = self._context.engine.saved_searches
        name = self._ask(tr("Rename the search"), section.name)
        if name and name != section.name:
            self._do(lambda: saved.rename(section.name, name))

    def renew(self, section: NamedFilter) -> None:
        """It asks from now on what is searched for now; a notice offers the way back."""
        saved, query = self._context.engine.saved_searches, self._bar.query()

        def renew() -> SavedSearch | None:
            before = saved.named(section.name)
            return saved.save(
                replace(before, text=query.text, examples=query.examples, filter=query.filter)
            )

        self._do(renew, self._offer_replaced)

    def turn_board(self, section: NamedFilter) -> None:
        """List it among the boards, or no longer."""
        saved = self._context.engine.saved_searches

        def turn() -> None:
            before = saved.named(section.name)
            saved.save(replace(before, is_board=not before.is_board))

        self._do(turn)

    def delete(self, section: NamedFilter) -> None:
        """Without it; a notice offers the way back."""
        saved = self._context.engine.saved_searches

        def delete() -> SavedSearch:
            before = saved.named(section.name)
            saved.delete(section.name)
            return before

        def offer(before: object) -> None:
            assert isinstance(before, SavedSearch)
            self._offer_back(tr("The saved search “{name}” was deleted.", name=before.name), before)

        self._do(delete, offer)

    def note(self) -> None:
        """What is searched for now was meant: keep it in the history."""
        saved, text = self._context.engine.saved_searches, self._bar.query().text
        if text and not self._context.engine.is_read_only:
            self._do(lambda: saved.note(text))

    def clear_history(self) -> None:
        """Forget what was searched for."""
        self._do(self._context.engine.saved_searches.clear_history)

    # ------------------------------------------------------------------ inside

    def _tell_unread(self) -> None:
        if self._unread:
            self._context.notices.say(
                tr(
                    "These saved searches cannot be read, and were kept: {names}. They may be from "
                    "a newer Plantain; update this one to have them.",
                    names=listed(self._unread),
                )
            )

    def _save_as(self, is_board: bool) -> None:
        query = self._bar.query()
        if query.is_empty and not self._bar.narrowing():
            self._context.notices.say(tr("There is no search to save: type or choose one first."))
            return
        name = self._ask(tr("Save this search"), query.text[:60])
        if name:
            saved = self._context.engine.saved_searches
            made = SavedSearch(name, query.text, query.examples, query.filter, is_board)
            self._do(lambda: saved.save(made), self._offer_replaced)

    def _offer_replaced(self, before: object) -> None:
        """``before``: what ``SavedSearches.save`` returned."""
        if isinstance(before, SavedSearch):
            self._offer_back(
                tr("The saved search “{name}” was replaced.", name=before.name), before
            )

    def _offer_back(self, told: str, before: SavedSearch) -> None:
        saved = self._context.engine.saved_searches
        self._context.notices.say(
            told, action=tr("Undo"), chosen=lambda: self._do(lambda: saved.save(before))
        )

    def _ask(self, title: str, name: str) -> str:
        given, is_given = QInputDialog.getText(
            self._context.dialog_parent, title, tr("Name of the search"), text=name
        )
        return given.strip() if is_given else ""

    def _do(
        self, change: Callable[[], object], then: Callable[[object], object] = lambda _: None
    ) -> None:
        """In the lane; afterwards what there is is read anew."""
        handle = self._context.lanes.browse.submit(lambda _: change())
        handle.finished.connect(then)
        handle.finished.connect(lambda _: self.refresh())
        handle.failed.connect(self._context.notice)

    def _on_changes(self, changes: Changes) -> None:
        if (changes.annotations or changes.assets) and not changes.is_partial:
            self.refresh()

    def _show(self, found: _Read) -> None:
        counted, unread, history = found
        if unread != self._unread:
            self._unread = unread
            self._tell_unread()
        ranked = [search for search, _ in counted if search.is_board and search.is_ranked]
        self._counts = {search: self._counts.get(search, 0) for search in ranked}
        self._uncounted = ranked
        self._counted = counted
        self._tell()
        self.history_read.emit(history)
        self._count_next()

    def _tell(self) -> None:
        self.read.emit([(each, self._counts.get(each, count)) for each, count in self._counted])

    def _count_next(self) -> None:
        """Of the boards that fill themselves by likeness, one after the other: another job of
        that lane need not wait for all."""
        if not self._uncounted:
            return
        search, pictures = self._uncounted.pop(0), self._context.engine.saved_pictures

        def count(cancel: CancelToken) -> Counted:
            try:
                return search, len(pictures.of(search, cancel))
            except (Cancelled, LibraryGone):
                raise
            except PlantainError as error:  # a picture that is gone, or no model
                _LOG.info("the board %r is not counted: %s", search.name, error)
                return search, 0

        self._countings.submit(count)

    def _show_count(self, counted: Counted) -> None:
        search, count = counted
        if self._counts.get(search) not in (None, count):
            self._counts[search] = count
            self._tell()
        self._count_next()
