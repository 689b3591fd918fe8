"""Finds assets by what they are called and by what was said about them.

More than ``_MANY`` assets are not ranked: a word that so many have tells hardly anything, and to
rank them would take longer than everything else that a search does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from desktop.core.annotations import name_key
from desktop.core.asset import displayable
from desktop.core.filter import EVERYTHING, Filter
from desktop.files.metadata_json import load_metadata
from desktop.library.catalog.database import Database
from desktop.library.catalog.filters import AssetFilters, Condition
from desktop.library.catalog.full_text import RECORD, TOLD, prompt_of
from desktop.library.catalog.kept_json import read_column
from desktop.library.catalog.picture_texts import read_lines
from desktop.library.catalog.word_tokens import QueryWord, phrase_expression, query_words

_MANY = 10_000
_SHORTEST_BEGINNING = 2
"""Letters from which on the beginning of a word finds it."""
_ALL_SHOWN = Condition("WHERE words.rowid NOT IN (SELECT id FROM assets WHERE is_ignored)")
"""What follows FROM words where nothing is to be found out about an asset: a join would look every
match up."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an asset can be found by.

    Attributes:
        folder: from the name of the folder that was added on; what lies above says nothing.
        told: what its file says, see ``media.metadata``.
        written: what is written in the picture.
    """

    name: str
    folder: str
    tags: tuple[str, ...]
    note: str
    prompt: str
    told: str
    written: str


class WordSearch:
    """Any thread may ask."""

    def __init__(self, database: Database, filters: AssetFilters) -> None:
        self._database = database
        self._filters = filters

    def find(
        self, text: str, limit: int, wanted: Filter = EVERYTHING, *, most: int = 0
    ) -> dict[int, float]:
        """Asset ids that have some of the words, with BM25 as FTS5 has it, larger for better.

        Up to ``most``, at least ``limit``, that have all of the words, and as many that are called
        by the text as a whole, or hold it as a phrase. Where fewer than ``limit`` have all of the
        words, up to ``limit`` that have some.
        """
        most = max(most, limit)
        words = [word for word in query_words(text) if word.is_telling]
        if not words:
            return {}
        # Once for all: that of a colour looks through the palettes of all assets.
        condition = self._filters.condition(wanted)
        joined = f"JOIN assets ON assets.id = words.rowid WHERE {condition.sql}"
        among = _ALL_SHOWN if wanted == EVERYTHING else Condition(joined, condition.values)
        expressions = [_expression(word) for word in words]
        rare = [expression for expression in expressions if not self._is_common(expression)]
        if rare:
            # Many have some of the words, few have all: to rank those takes a tenth of the time.
            found = self._matching(" AND ".join(expressions), among, "-bm25(words)", most)
            if len(found) < limit and len(expressions) > 1:
                found = self._matching(" OR ".join(rare), among, "-bm25(words)", limit)
        else:
            found = self._matching(" AND ".join(expressions), among, "0.0", most)
        called = dict.fromkeys(self._called(text, most, condition), 0.0)
        written = self._written(" AND ".join(expressions), condition, most)
        if len(written) < limit and len(expressions) > 1:
            written = self._written(" OR ".join(expressions), condition, limit)
        return called | written | found

    def words_of(self, asset_ids: list[int]) -> dict[int, Words]:
        """What each can be found by."""
        rows = self._database.read(
            f"SELECT assets.id, roots.path, relative_path, note, {RECORD},"
            " (SELECT json_group_array(name) FROM asset_tags JOIN tags ON tags.id = tag_id"
            "     WHERE asset_id = assets.id),"
            f" {TOLD},"
            " COALESCE((SELECT lines FROM picture_texts"
            "     WHERE picture_texts.content_hash = assets.content_hash), '[]')"
            " FROM assets JOIN roots ON roots.id = root_id"
            " WHERE assets.id IN (SELECT value FROM json_each(?))",
            (str(asset_ids),),
        )
        found: dict[int, Words] = {}
        for asset_id, root, relative, note, record, tags, told, lines in rows:
            path = Path(os.fsdecode(relative))
            folder = Path(Path(os.fsdecode(root)).name) / path.parent
            found[asset_id] = Words(
                displayable(path.name),
                displayable(folder),
                read_column(tags, tuple[str, ...], "tags") or (),
                note,
                prompt_of(record),
                load_metadata(told).words,
                " ".join(line.text for line in read_lines(lines) or ()),
            )
        return found

    def _is_common(self, expression: str) -> bool:
        row = self._database.read_one(
            "SELECT COUNT(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
            (expression, _MANY + 1),
        )
        return row is not None and row[0] > _MANY

    def _matching(
        self, expression: str, among: Condition, score: str, limit: int
    ) -> dict[int, float]:
        rows = self._database.read(
            f"SELECT words.rowid, {score} AS score FROM words {among.sql} AND words MATCH ?"
            " ORDER BY score DESC, words.rowid DESC LIMIT ?",
            (*among.values, expression, limit),
        )
        return {row[0]: row[1] for row in rows}

    def _called(self, text: str, limit: int, condition: Condition) -> list[int]:
        """Those with a tag of this name, then those with this file name, or this phrase."""
        rows = self._database.read(
            "SELECT assets.id FROM tags JOIN asset_tags ON tag_id = tags.id"
            " JOIN assets ON assets.id = asset_id"
            f" WHERE key = ? AND {condition.sql} ORDER BY assets.id DESC LIMIT ?",
            (name_key(text), *condition.values, limit),
        )
        called = [row[0] for row in rows]
        phrase = phrase_expression(text)
        if not phrase:
            return called
        # Whatever stands between the words of a name.
        name = "_".join(text.replace("%", "_").split())
        is_called = (
            f"('{os.sep}' || CAST(relative_path AS TEXT) LIKE ?"
            f" OR '{os.sep}' || CAST(relative_path AS TEXT) LIKE ?)"
        )
        which = f"AND {is_called}" if self._is_common(phrase) else ""
        rows = self._database.read(
            "SELECT words.rowid FROM words JOIN assets ON assets.id = words.rowid"
            f" WHERE words MATCH ? AND {condition.sql} {which}"
            f" ORDER BY {is_called} DESC, words.rowid DESC LIMIT ?",
            (
                *(phrase, *condition.values),
                *((f"%{os.sep}{name}.%", f"%{os.sep}{name}") * (2 if which else 1)),
                limit,
            ),
        )
        return called + [row[0] for row in rows]

    def _written(self, expression: str, condition: Condition, limit: int) -> dict[int, float]:
        """Those in which some of the words are written."""
        rows = self._database.read(
            "SELECT assets.id, -bm25(picture_words) AS score FROM picture_words"
            " JOIN picture_texts ON picture_texts.id = picture_words.rowid"
            " JOIN assets ON assets.content_hash = picture_texts.content_hash"
            f" WHERE picture_words MATCH ? AND {condition.sql}"
            " ORDER BY score DESC, assets.id DESC LIMIT ?",
            (expression, *condition.values, limit),
        )
        return {row[0]: row[1] for row in rows}


def _expression(word: QueryWord) -> str:
    """As FTS5 looks for one word: its beginning, or of a run any two characters that follow."""
    if word.is_run:
        return "(" + " OR ".join(f'"{pair}"' for pair in word.parts) + ")"
    [token] = word.parts
    return f'"{token}"' + ("*" if len(token) >= _SHORTEST_BEGINNING else "")
