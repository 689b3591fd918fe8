"""A filter as SQL, and the ids of the assets that it means."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from desktop.core.annotations import keys_below, name_key
from desktop.core.asset import PAGED_FORMATS, PREVIEW, Kind
from desktop.core.filter import SQUARE_WITHIN, Filter, Near, Range, Ratio, Shape
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import in_record
from desktop.library.catalog.lineage import SOURCES
from desktop.library.catalog.palettes import PaletteTable
from desktop.library.catalog.rights import bound
from desktop.library.catalog.root_presence import RootPresence
from desktop.library.catalog.word_tokens import match_expression, phrase_expression

_NS = 1_000_000_000
_INT64 = 2**63 - 1
_SEPARATOR = os.fsencode(os.sep)
_PAGES = ", ".join(f"'{name}'" for name in sorted(PAGED_FORMATS))
_KIND = (
    f"CASE WHEN assets.duration_ms THEN '{Kind.VIDEO}'"
    " WHEN assets.format = 'PDF' OR (assets.frame_count <> 1 AND assets.format IN"
    f" ({_PAGES})) THEN '{Kind.DOCUMENT}'"
    f" WHEN assets.frame_count = 1 THEN '{Kind.STILL}' ELSE '{Kind.ANIMATION}' END"
)
"""As ``Asset.kind``."""
_RATIO = "COALESCE(assets.width * 1.0 / NULLIF(assets.height, 0), 0)"
_PIXELS = "assets.width * assets.height"
_DATED = f"CASE WHEN assets.taken_s <> 0 THEN assets.taken_s * {_NS} ELSE assets.modified_ns END"
_LISTED = "IN (SELECT value FROM json_each(?))"
_WRITTEN = (
    "SELECT pictured.id FROM picture_words"
    " JOIN picture_texts ON picture_texts.id = picture_words.rowid"
    " JOIN assets AS pictured ON pictured.content_hash = picture_texts.content_hash"
    " WHERE picture_words MATCH ?"
)
"""Assets in which that is written; by id, which never is NULL, so that the opposite holds too."""
_PRIVATE = "is_private"
_MADE_FROM = f"SELECT asset_id FROM ({SOURCES}) WHERE source_id IN ({{}})"
_SHOWN = "assets.id NOT IN (SELECT id FROM assets WHERE is_ignored)"
"""Told by the few that are hidden, so that a folder is read from its index alone."""


class Condition(NamedTuple):
    """An SQL expression over a row of ``assets``, and the values for its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


class AssetFilters:
    """Finds the assets that a filter means. Any thread may call it."""

    def __init__(self, database: Database, presence: RootPresence) -> None:
        self._database = database
        self._presence = presence
        self._palettes = PaletteTable(database)
        self._clauses: dict[str, Callable[[Any], Condition]] = {
            "folder": self._in_folder,
            "board": _on_board,
            "tag": _tagged,
            "phrase": _phrased,
            "text": _written,
            "flag": lambda flag: Condition(
                "assets.id IN (SELECT asset_id FROM asset_flags WHERE flag = ?)", (flag,)
            ),
            "is_tagged": lambda wanted: _is(
                "assets.id IN (SELECT asset_id FROM asset_tags)", wanted
            ),
            "rating": lambda stars: _between("assets.rating", stars),
            "kinds": lambda kinds: Condition(f"{_KIND} {_LISTED}", (_json(kinds),)),
            "formats": lambda names: Condition(
                f"REPLACE(assets.format, '{PREVIEW}', '') {_LISTED}", (_json(names),)
            ),
            "dated": lambda when: _between(_DATED, when, unit=_NS),
            "modified": lambda when: _between("assets.modified_ns", when, unit=_NS),
            "added": _added,
            "size": lambda size: _between("assets.size", size),
            "pixels": lambda pixels: _all([Condition(f"{_PIXELS} > 0"), _between(_PIXELS, pixels)]),
            "shape": _shaped,
            "ratio": _of_ratio,
            "near": self._near,
            "camera": lambda words: _told("camera", name_key(words).split()),
            "lens": lambda words: _told("lens", name_key(words).split()),
            "copyright": lambda words: _told("copyright", name_key(words).split()),
            "keyword": lambda word: _told("keywords", [f"\n{name_key(word)}\n"]),
            "prompt": lambda words: _made(_PROMPT, words.split()),
            "model": lambda words: _made(_MODELS, words.split()),
            "made_from": lambda words: _made(_MADE_OF, words.split()),
            "kit": lambda name: Condition(
                f"assets.id IN (SELECT asset_id FROM lineage WHERE {_KIT} = ? COLLATE NOCASE)",
                (name,),
            ),
            "is_generated": lambda wanted: _is("assets.is_generated", wanted),
            "is_missing": lambda wanted: _is(
                "(assets.is_missing AND assets.shared_by = '')", wanted
            ),
            "is_elsewhere": lambda wanted: _is(
                "(assets.is_missing AND assets.shared_by <> '')", wanted
            ),
            "is_offline": lambda wanted: _is(
                f"(NOT assets.is_missing AND assets.root_id IN {self._away()})", wanted
            ),
            "is_duplicate": self._duplicated,
            "is_readable": lambda wanted: _is("assets.failure = ''", wanted),
            "is_private": lambda wanted: self._bound(_PRIVATE, "{}", wanted),
            "is_expired": lambda wanted: self._bound(_expired(), "{}", wanted),
            "is_made_from_expired": lambda wanted: self._bound(_expired(), _MADE_FROM, wanted),
            "ids": lambda ids: Condition(f"assets.id {_LISTED}", (_json(ids),)),
            "every": lambda parts: _all(map(self._said, parts)),
            "any_of": lambda parts: _any(map(self._said, parts)),
            "none_of": lambda parts: _not(_any(map(self._said, parts))),
        }

    def condition(self, wanted: Filter) -> Condition:
        """For the WHERE of a SELECT in which ``assets`` is named."""
        return _all([Condition(_SHOWN), self._said(wanted)])

    def ids(self, wanted: Filter) -> NDArray[np.int64]:
        """(n,): of a board in the order that it has, otherwise ascending."""
        condition = self.condition(wanted)
        if board := wanted.ordered_by:
            rows = self._database.read(
                "SELECT assets.id FROM boards JOIN board_assets ON board_id = boards.id"
                f" JOIN assets ON assets.id = asset_id WHERE key = ? AND {condition.sql}"
                " ORDER BY position",
                (name_key(board), *condition.values),
            )
            return np.array([row[0] for row in rows], np.int64)
        return np.sort(self._listed(condition))

    def ids_but(self, wanted: Filter) -> NDArray[np.int64]:
        """(n,): the assets of the library that ``ids`` does not tell, hidden ones too; ascending.

        What a list of the wanted ones would be too long for.
        """
        return np.sort(self._listed(_not(self.condition(wanted))))

    def count(self, wanted: Filter) -> int:
        """How many ``ids`` would tell."""
        condition = self.condition(wanted)
        row = self._database.read_one(
            f"SELECT COUNT(*) FROM assets WHERE {condition.sql}", condition.values
        )
        assert row is not None  # an aggregate always gives one
        return int(row[0])

    def has_hidden(self) -> bool:
        """One of the person's rules hides an asset."""
        return self._database.read_one("SELECT 1 FROM assets WHERE is_ignored LIMIT 1") is not None

    def _listed(self, condition: Condition) -> NDArray[np.int64]:
        # As one text: 100,000 rows would be as many tuples, in five times the time.
        row = self._database.read_one(
            f"SELECT GROUP_CONCAT(id) FROM assets WHERE {condition.sql}", condition.values
        )
        assert row is not None  # an aggregate always gives one
        return _numbers(row[0])

    def _said(self, wanted: Filter) -> Condition:
        return _all(self._clauses[name](value) for name, value in wanted.said().items())

    def _away(self) -> str:
        """Ids of roots, for IN."""
        return f"({', '.join(map(str, self._presence.away()))})"

    def _in_folder(self, folder: str) -> Condition:
        wanted = os.fsencode(folder).rstrip(_SEPARATOR)
        if not os.path.isabs(folder):  # noqa: PTH117 (a name may hold what no path can)
            return self._in_folder_called(wanted.strip(_SEPARATOR))
        parts: list[Condition] = []
        for root_id, path in self._database.read("SELECT id, path FROM roots"):
            top = bytes(path).rstrip(_SEPARATOR)
            if (top + _SEPARATOR).startswith(wanted + _SEPARATOR):
                # All of a root is most of the library as a rule, and then quicker read in a row.
                parts.append(Condition("+assets.root_id = ?", (root_id,)))
            elif wanted.startswith(top + _SEPARATOR):
                below = wanted[len(top) + 1 :]
                # The first name after all that begin with the folder and a separator.
                end = below + bytes([_SEPARATOR[0] + 1])
                parts.append(
                    Condition(
                        "(assets.root_id = ? AND assets.relative_path > ?"
                        " AND assets.relative_path < ?)",
                        (root_id, below + _SEPARATOR, end),
                    )
                )
        return _any(parts)

    def _in_folder_called(self, name: bytes) -> Condition:
        """Below any folder whose path has this name, or these, in it."""
        within = _SEPARATOR + name + _SEPARATOR
        parts = [Condition("instr(assets.relative_path, ?)", (within,))] if name else []
        if name:
            begins = (name + _SEPARATOR, name + bytes([_SEPARATOR[0] + 1]))
            parts.append(
                Condition("(assets.relative_path > ? AND assets.relative_path < ?)", begins)
            )
        for root_id, path in self._database.read("SELECT id, path FROM roots"):
            if within in bytes(path).rstrip(_SEPARATOR) + _SEPARATOR:
                parts.append(Condition("assets.root_id = ?", (root_id,)))
        return _any(parts)

    def _duplicated(self, wanted: bool) -> Condition:
        there = f"NOT is_missing AND root_id NOT IN {self._away()}"
        # The inner list comes from the index of contents alone.
        return _is(
            f"({there} AND assets.content_hash IN"
            f" (SELECT content_hash FROM assets WHERE {there} AND NOT is_ignored"
            " AND content_hash IN (SELECT content_hash FROM assets WHERE content_hash <> ''"
            " GROUP BY content_hash HAVING COUNT(*) > 1)"
            " GROUP BY content_hash HAVING COUNT(*) > 1))",
            wanted,
        )

    def _bound(self, said: str, among: str, wanted: bool) -> Condition:
        """Bound by rights of which ``said`` holds.

        Args:
            among: a SELECT of ids around that of what is bound.
        """
        rows = self._database.read(f"SELECT folder FROM folder_rights WHERE {said}")
        folders = _any(self._in_folder(os.fsdecode(folder)) for (folder,) in rows)
        below = f"SELECT assets.id FROM assets WHERE {folders.sql}"
        return _is(f"assets.id IN ({among.format(bound(said, below))})", wanted, folders.values)

    def _near(self, near: Near) -> Condition:
        return Condition(f"assets.id {_LISTED}", (_json(self._palettes.ids_near(near).tolist()),))


def _expired() -> str:
    return f"(expires <> '' AND expires < '{date.today().isoformat()}')"


def _numbers(text: str | None) -> NDArray[np.int64]:
    """Of GROUP_CONCAT, which gives NULL for no row."""
    return np.fromstring(text or "", np.int64, sep=",")


def _on_board(name: str) -> Condition:
    return Condition(
        "assets.id IN (SELECT asset_id FROM board_assets JOIN boards ON boards.id = board_id"
        " WHERE key = ?)",
        (name_key(name),),
    )


def _tagged(name: str) -> Condition:
    """Those below the tag too."""
    key = name_key(name)
    return Condition(
        "assets.id IN (SELECT asset_id FROM asset_tags JOIN tags ON tags.id = tag_id"
        " WHERE key = ? OR (key > ? AND key < ?))",
        (key, *keys_below(key)),
    )


_PROMPT, _KIT = (in_record(f"request.{name}") for name in ("prompt", "kit"))
_MODELS = f"COALESCE({in_record('model')}, '') || ' ' || COALESCE({in_record('request.model')}, '')"
_MADE_OF = (
    "COALESCE((SELECT GROUP_CONCAT(json_extract(record, fullkey || '.path'), char(10)) FROM"
    " json_each(CASE WHEN json_valid(record) THEN record ELSE '{}' END, '$.request.references'))"
    ", '') || char(10) ||"
    " COALESCE((SELECT GROUP_CONCAT(CAST(relative_path AS TEXT), char(10)) FROM assets"
    f" WHERE id IN (SELECT source_id FROM ({SOURCES}) WHERE asset_id = lineage.asset_id)), '')"
)
"""Where they lay when they were used, and where they lie."""


def _made(told: str, words: Iterable[str]) -> Condition:
    """All of these are in what was written down of how it was made; letters outside ASCII by their
    case, as SQLite tells them apart."""
    marks = str.maketrans({mark: "\\" + mark for mark in "\\%_"})
    found = _all(
        Condition(f"({told}) LIKE ? ESCAPE '\\'", (f"%{word.translate(marks)}%",)) for word in words
    )
    return Condition(f"assets.id IN (SELECT asset_id FROM lineage WHERE {found.sql})", found.values)


def _told(column: str, words: Iterable[str]) -> Condition:
    """All of these are in what the file says."""
    found = _all(Condition(f"instr({column}, ?)", (word,)) for word in words)
    return Condition(
        f"assets.id IN (SELECT asset_id FROM metadata WHERE {column} <> '' AND {found.sql})",
        found.values,
    )


def _phrased(words: str) -> Condition:
    expression = phrase_expression(words)
    if not expression:
        return Condition("0")
    return Condition(
        f"assets.id IN (SELECT rowid FROM words WHERE words MATCH ? UNION ALL {_WRITTEN})",
        (expression, expression),
    )


def _written(words: str) -> Condition:
    expression = match_expression(words)
    if not expression:
        return Condition("0")
    return Condition(f"assets.id IN ({_WRITTEN})", (expression,))


def _added(when: Range) -> Condition:
    """Whole seconds, of a column with fractions."""
    parts: list[Condition] = []
    if when.least is not None:
        parts.append(Condition("assets.added_at >= ?", (_bounded(when.least),)))
    if when.most is not None:
        parts.append(Condition("assets.added_at < ?", (_bounded(when.most + 1),)))
    return _all(parts)


def _shaped(shape: Shape) -> Condition:
    match shape:
        case Shape.LANDSCAPE:
            return Condition(f"{_RATIO} > ?", (SQUARE_WITHIN,))
        case Shape.PORTRAIT:
            return Condition(f"({_RATIO} > 0 AND {_RATIO} < ?)", (1 / SQUARE_WITHIN,))
        case Shape.SQUARE:
            return Condition(f"{_RATIO} BETWEEN ? AND ?", (1 / SQUARE_WITHIN, SQUARE_WITHIN))


def _of_ratio(ratio: Ratio) -> Condition:
    parts = [Condition(f"{_RATIO} > 0")]
    if ratio.least is not None:
        parts.append(Condition(f"{_RATIO} >= ?", (ratio.least,)))
    if ratio.most is not None:
        parts.append(Condition(f"{_RATIO} <= ?", (ratio.most,)))
    return _all(parts)


def _between(column: str, bounds: Range, unit: int = 1) -> Condition:
    """``unit``: how many of the column's make one of the range's; parts of one do not count."""
    parts: list[Condition] = []
    if bounds.least is not None:
        parts.append(Condition(f"{column} >= ?", (_bounded(bounds.least * unit),)))
    if bounds.most is not None:
        parts.append(Condition(f"{column} < ?", (_bounded((bounds.most + 1) * unit),)))
    return _all(parts)


def _bounded(number: int) -> int:
    """As SQLite can hold it."""
    return max(-_INT64, min(number, _INT64))


def _is(sql: str, wanted: bool, values: tuple[Any, ...] = ()) -> Condition:
    condition = Condition(sql, values)
    return condition if wanted else _not(condition)


def _all(parts: Iterable[Condition]) -> Condition:
    return _joined(" AND ", parts) or Condition("1")


def _any(parts: Iterable[Condition]) -> Condition:
    return _joined(" OR ", parts) or Condition("0")


def _not(condition: Condition) -> Condition:
    return Condition(f"NOT ({condition.sql})", condition.values)


def _joined(word: str, parts: Iterable[Condition]) -> Condition | None:
    found = list(parts)
    if len(found) < 2:
        return found[0] if found else None
    sql = word.join(part.sql for part in found)
    return Condition(f"({sql})", tuple(value for part in found for value in part.values))


def _json(values: Iterable[object]) -> str:
    return json.dumps(list(values))
