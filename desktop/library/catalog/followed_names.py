"""Saved searches that go along when a tag or a board gets another name."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from desktop.core.annotations import Rename, Reworded, SearchText, board_renamer, tag_renamer
from desktop.core.filter import EVERYTHING, Filter, with_names
from desktop.core.query_language import Parsed, QueryError, terms
from desktop.core.query_writing import written
from desktop.files.checked_json import MalformedJson
from desktop.library.catalog.filter_text import dump_filter, load_filter


def searches_with_tag(connection: sqlite3.Connection, old: str, new: str) -> dict[str, Reworded]:
    """Those that name a tag, or one below it, by the names that these get; by the keys of the
    searches. What a newer Plantain has saved stays as it is."""
    return _reworded(connection, {"tag": tag_renamer(old, new)})


def searches_with_board(connection: sqlite3.Connection, old: str, new: str) -> dict[str, Reworded]:
    """The same of a board."""
    return _reworded(connection, {"board": board_renamer(old, new)})


def write_searches(
    connection: sqlite3.Connection, reworded: Mapping[str, Reworded]
) -> dict[str, Reworded]:
    """Change these, but for those that ask something else by now; the way back."""
    undo: dict[str, Reworded] = {}
    for key, change in reworded.items():
        done = connection.execute(
            "UPDATE saved_searches SET text = ?, filter = ?"
            " WHERE key = ? AND text = ? AND filter = ?",
            (*change.after, key, *change.before),
        )
        if done.rowcount:
            undo[key] = Reworded(change.after, change.before)
    return undo


def _reworded(connection: sqlite3.Connection, renames: Mapping[str, Rename]) -> dict[str, Reworded]:
    found: dict[str, Reworded] = {}
    for key, text, kept in connection.execute("SELECT key, text, filter FROM saved_searches"):
        try:
            wanted = load_filter(kept)
            spoken, besides = _spoken_anew(text, renames)
        except (MalformedJson, QueryError):
            continue
        now = with_names(wanted, renames)
        if besides != EVERYTHING:
            now = now & besides
        after = SearchText(spoken, kept if now == wanted else dump_filter(now))
        if after != (text, kept):
            found[key] = Reworded(SearchText(text, kept), after)
    return found


def _spoken_anew(text: str, renames: Mapping[str, Rename]) -> tuple[str, Filter]:
    """The text with other names, and conditions whose name cannot be typed any more.

    Raises:
        QueryError: the text means nothing.
    """
    besides, parts, at = EVERYTHING, list[str](), 0
    for term in terms(text):
        if term.filter is None or (now := with_names(term.filter, renames)) == term.filter:
            continue
        typed = written(Parsed("", now))
        if typed is None:
            besides = besides & now
        parts += [text[at : term.start], typed or ""]
        at = term.end
    return "".join((*parts, text[at:])).strip(), besides
