"""Searches that were given a name, and those that were made before."""

from __future__ import annotations

import time

from desktop.core.annotations import name_key
from desktop.core.errors import UsageError
from desktop.core.saved_search import SavedSearch
from desktop.core.text import tr
from desktop.library.catalog.database import Database
from desktop.library.catalog.filter_text import dump_filter, load_filter
from desktop.library.catalog.saved_examples import dump_examples, load_examples

_KEPT = 500
"""So many earlier searches; more would hide those that are meant."""


class SavedSearches:
    """The tables ``saved_searches`` and ``query_history``. Any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SavedSearch]:
        """By name.

        Raises:
            LibraryError: one was saved by a newer Plantain.
        """
        rows = self._database.read(
            "SELECT name, text, examples, filter, is_board FROM saved_searches ORDER BY key"
        )
        return [
            SavedSearch(name, text, load_examples(examples), load_filter(wanted), bool(is_board))
            for name, text, examples, wanted, is_board in rows
        ]

    def named(self, name: str) -> SavedSearch:
        """The one with this name.

        Raises:
            UsageError: there is none.
        """
        if (search := self.find(name)) is not None:
            return search
        names = ", ".join(search.name for search in self.all())
        raise UsageError(
            tr("There is no saved search “{name}”.", name=name),
            next_step=tr("There are: {names}", names=names) if names else tr("None was saved yet."),
        )

    def find(self, name: str) -> SavedSearch | None:
        """The one with this name, if there is one."""
        return next((s for s in self.all() if name_key(s.name) == name_key(name)), None)

    def save(self, search: SavedSearch) -> SavedSearch | None:
        """Keep it, in place of one with the same name, which is returned.

        Raises:
            UsageError: it has no name, or asks nothing.
        """
        if not name_key(search.name):
            raise UsageError(tr("A saved search needs a name."))
        with self._database.transaction() as connection:
            before = self.find(search.name)
            connection.execute(
                "INSERT OR REPLACE INTO saved_searches"
                " (key, name, text, examples, filter, is_board) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    name_key(search.name),
                    " ".join(search.name.split()),
                    search.text,
                    dump_examples(search.examples),
                    dump_filter(search.filter),
                    search.is_board,
                ),
            )
        return before

    def rename(self, name: str, new: str) -> None:
        """Give it another name, or other capitals.

        Raises:
            UsageError: another one has the new name, which may be no name at all, or none the
                old one; nothing is changed.
        """
        search = self.named(name)
        if name_key(new) != name_key(name) and any(
            name_key(each.name) == name_key(new) for each in self.all()
        ):
            raise UsageError(
                tr("There is a saved search “{name}” already.", name=new),
                next_step=tr("Choose another name."),
            )
        with self._database.transaction():
            self.delete(name)
            self.save(search.renamed(new))

    def delete(self, name: str) -> None:
        """Without it from now on; pictures are not touched."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM saved_searches WHERE key = ?", (name_key(name),))

    # -- what was searched for before ------------------------------------------------------------

    def note(self, text: str) -> None:
        """This was searched for just now."""
        if not text.strip():
            return
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO query_history VALUES (?, ?)", (text.strip(), time.time())
            )
            connection.execute(
                "DELETE FROM query_history WHERE text NOT IN"
                " (SELECT text FROM query_history ORDER BY asked_at DESC LIMIT ?)",
                (_KEPT,),
            )

    def history(self) -> list[str]:
        """What was searched for, the newest first."""
        rows = self._database.read("SELECT text FROM query_history ORDER BY asked_at DESC")
        return [text for (text,) in rows]

    def clear_history(self) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM query_history")
