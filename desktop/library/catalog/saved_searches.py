"""Searches that were given a name, and those that were made before."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping

from desktop.core.annotations import Rename, board_renamer, name_key, tag_renamer
from desktop.core.errors import LibraryError, UsageError
from desktop.core.filter import with_names
from desktop.core.saved_search import SavedSearch
from desktop.core.text import tr
from desktop.library.catalog.database import Database
from desktop.library.catalog.filter_text import UNREADABLE, dump_filter, load_filter
from desktop.library.catalog.kept_json import readable
from desktop.library.catalog.saved_examples import dump_examples, load_examples

_KEPT = 500
"""So many earlier searches; more would hide those that are meant."""


class SavedSearches:
    """The tables ``saved_searches`` and ``query_history``. Any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SavedSearch]:
        """Those that can be read, by name."""
        return [search for _, search in self._rows() if search is not None]

    def unread(self) -> list[str]:
        """Names of those that cannot be read, as they are from a newer Plantain; they are kept as
        they are."""
        return [name for name, search in self._rows() if search is None]

    def named(self, name: str) -> SavedSearch:
        """The one with this name.

        Raises:
            UsageError: there is none.
            LibraryError: it cannot be read.
        """
        if (search := self.find(name)) is not None:
            return search
        if self.is_taken(name):
            raise LibraryError(
                tr(UNREADABLE),
                safe=tr("It was not changed."),
                next_step=tr("Update Plantain."),
            )
        names = ", ".join(search.name for search in self.all())
        raise UsageError(
            tr("There is no saved search “{name}”.", name=name),
            next_step=tr("There are: {names}", names=names) if names else tr("None was saved yet."),
        )

    def is_taken(self, name: str) -> bool:
        """One has this name, whether or not it can be read."""
        key = name_key(name)
        row = self._database.read_one("SELECT 1 FROM saved_searches WHERE key = ?", (key,))
        return row is not None

    def find(self, name: str) -> SavedSearch | None:
        """The one with this name, if there is one."""
        return next((s for s in self.all() if name_key(s.name) == name_key(name)), None)

    def asking_for_tag(self, name: str) -> list[str]:
        """Names of those that ask for a tag, or for one below it."""
        return self._asking({"tag": tag_renamer(name, "")})

    def asking_for_board(self, name: str) -> list[str]:
        """Names of those that ask for a board."""
        return self._asking({"board": board_renamer(name, "")})

    def _asking(self, renames: Mapping[str, Rename]) -> list[str]:
        asked = ((search.name, search.conditions) for search in self.all())
        return [name for name, wanted in asked if with_names(wanted, renames) != wanted]

    def save(self, search: SavedSearch) -> SavedSearch | None:
        """Keep it, in place of one with the same name, which is returned.

        Raises:
            UsageError: it has no name.
            LibraryError: the one with this name cannot be read, so it could not be given back;
                nothing is changed.
        """
        if not name_key(search.name):
            raise UsageError(tr("A saved search needs a name."))
        with self._database.transaction() as connection:
            before = self.find(search.name)
            if before is None and self.is_taken(search.name):
                raise LibraryError(
                    tr(
                        "The saved search “{name}” cannot be read and is not replaced; it may be "
                        "from a newer Plantain.",
                        name=search.name,
                    ),
                    safe=tr("It was not changed."),
                    next_step=tr("Choose another name."),
                )
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
        if name_key(new) != name_key(name) and self.is_taken(new):
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

    def _rows(self) -> Iterator[tuple[str, SavedSearch | None]]:
        """Name, and what is asked; None where that cannot be read."""
        for row in self._database.read(
            "SELECT name, text, examples, filter, is_board FROM saved_searches ORDER BY key"
        ):
            yield row["name"], readable(_search, row, "a saved search")

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


def _search(row: sqlite3.Row) -> SavedSearch:
    """Raises: MalformedJson."""
    return SavedSearch(
        row["name"],
        row["text"],
        load_examples(row["examples"]),
        load_filter(row["filter"]),
        bool(row["is_board"]),
    )
