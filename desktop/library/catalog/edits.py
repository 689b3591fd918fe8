"""Writes ``Edits`` to the catalogue: set by set in SQL, whether of one asset or of all.

What is to become of one field of several assets stands in a temporary table; a few statements then
find what differs, stamp it, change it, and give back what it was. A hundred thousand assets are
one more row each in those, instead of a hundred thousand statements. CROSS JOIN, because SQLite
knows nothing of a temporary table and would rather look at every asset for each field.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from desktop.core.annotations import Board, Edits, Flag, Renamed, TagColour, name_key
from desktop.core.rights import NO_RIGHTS, Rights
from desktop.library.catalog.followed_names import write_searches
from desktop.library.catalog.full_text import note_reworded
from desktop.library.catalog.kept_json import readable
from desktop.library.catalog.rights import dump_rights, load_rights

_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS wanted (asset_id INTEGER PRIMARY KEY, value)",
    "CREATE TEMP TABLE IF NOT EXISTS changed (asset_id INTEGER PRIMARY KEY, was, value)",
)


@dataclass(frozen=True, slots=True)
class EditStamp:
    """When and in which library edits are made.

    Attributes:
        edited_at: seconds since the epoch.
        editor: id of the library.
        is_received: they were made elsewhere, so what was changed later here stays.
    """

    edited_at: float
    editor: str
    is_received: bool = False


def write_edits(connection: sqlite3.Connection, edits: Edits, stamp: EditStamp) -> Edits:
    """Make these edits within the caller's transaction; returns those that undo them."""
    for table in _TABLES:
        connection.execute(table)
    writer = _Writer(connection, stamp)
    writer.write_column("rating", edits.ratings)
    writer.write_column("note", edits.notes)
    writer.write_tags(edits.tags)
    writer.write_flags(edits.flags)
    writer.write_rights(edits.rights)
    writer.write_folder_rights(edits.folder_rights)
    writer.write_tag_colours(edits.tag_colours)
    # Off before on: a board that only changes its capitals is the same board.
    for name, board in sorted(edits.boards.items(), key=lambda item: item[1] is not None):
        writer.write_board(name, board)
    searches = write_searches(connection, edits.searches)
    note_reworded(connection, sorted(writer.reworded))
    return Edits(
        *(writer.ratings, writer.notes, writer.tags, writer.boards, writer.flags),
        *(writer.rights, writer.folder_rights, writer.tag_colours, searches),
        tuple(Renamed(each.field, each.new, each.old) for each in edits.renamed),
    )


def find_board(connection: sqlite3.Connection, name: str) -> tuple[int, Board] | None:
    """Row id and board; None when there is none of this name."""
    row = connection.execute(
        "SELECT id, created_at, is_private, licence, expires FROM boards"
        " LEFT JOIN board_rights ON board_id = id WHERE key = ?",
        (name_key(name),),
    ).fetchone()
    if row is None:
        return None
    ids = connection.execute(
        "SELECT asset_id FROM board_assets WHERE board_id = ? ORDER BY position", (row[0],)
    ).fetchall()
    rights = NO_RIGHTS if row[2] is None else Rights(bool(row[2]), row[3], row[4])
    return row[0], Board(tuple(asset_id for (asset_id,) in ids), row[1], rights)


class _Writer:
    """Writes within one transaction and remembers what was."""

    def __init__(self, connection: sqlite3.Connection, stamp: EditStamp) -> None:
        self._connection = connection
        self._stamp = stamp
        self.ratings: dict[int, int] = {}
        self.notes: dict[int, str] = {}
        self.tags: dict[tuple[int, str], bool] = {}
        self.boards: dict[str, Board | None] = {}
        self.flags: dict[tuple[int, Flag], bool] = {}
        self.rights: dict[int, Rights] = {}
        self.folder_rights: dict[str, Rights] = {}
        self.tag_colours: dict[str, TagColour | None] = {}
        self.reworded: set[int] = set()

    def write_column(self, column: str, values: Mapping[int, int | str]) -> None:
        """``column``: "rating" or "note"."""
        if not values:
            return
        changed = self._find_changed(
            column,
            values.items(),
            f"SELECT id, {column}, value FROM wanted CROSS JOIN assets ON id = asset_id"
            f" WHERE {column} <> value",
        )
        if not changed:
            return
        self._connection.execute(
            f"UPDATE assets SET {column} = (SELECT value FROM changed WHERE asset_id = id)"
            " WHERE id IN (SELECT asset_id FROM changed)"
        )
        if column == "rating":
            self.ratings.update(changed)
        else:
            self.notes.update(changed)
            self.reworded.update(asset_id for asset_id, _ in changed)

    def write_tags(self, tags: Mapping[tuple[int, str], bool]) -> None:
        """Off before on: a tag that only changes its capitals is the same tag."""
        assets: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for (asset_id, name), has in tags.items():
            assets[has, name].append(asset_id)
        for wanted in (False, True):
            for (has, name), asset_ids in assets.items():
                if has is wanted:
                    self._write_tag(name, asset_ids, has)
            if tags:
                self._connection.execute(
                    "DELETE FROM tags"
                    " WHERE NOT EXISTS (SELECT 1 FROM asset_tags WHERE tag_id = tags.id)"
                )

    def write_flags(self, flags: Mapping[tuple[int, Flag], bool]) -> None:
        """A person's own, which no team shares: they are not stamped."""
        assets: dict[tuple[Flag, bool], list[int]] = defaultdict(list)
        for (asset_id, flag), has in flags.items():
            assets[flag, has].append(asset_id)
        for (flag, has), asset_ids in assets.items():
            changed = self._find_changed(
                "",
                ((asset_id, has) for asset_id in asset_ids),
                "SELECT id, flag IS NOT NULL, value FROM wanted"
                " CROSS JOIN assets ON id = wanted.asset_id"
                f" LEFT JOIN asset_flags ON flag = '{flag}' AND asset_flags.asset_id = id"
                f" WHERE (flag IS NOT NULL) <> {int(has)}",
            )
            self._connection.execute(
                "INSERT INTO asset_flags SELECT asset_id, ? FROM changed"
                if has
                else "DELETE FROM asset_flags WHERE flag = ?"
                " AND asset_id IN (SELECT asset_id FROM changed)",
                (flag,),
            )
            self.flags.update(dict.fromkeys(((asset_id, flag) for asset_id, _ in changed), not has))

    def write_rights(self, rights: Mapping[int, Rights]) -> None:
        """Of pictures themselves."""
        if not rights:
            return
        said = "json_array(COALESCE(is_private, 0), COALESCE(licence, ''), COALESCE(expires, ''))"
        changed = self._find_changed(
            "rights",
            ((asset_id, dump_rights(each)) for asset_id, each in rights.items()),
            f"SELECT id, {said}, value FROM wanted CROSS JOIN assets ON id = wanted.asset_id"
            f" LEFT JOIN asset_rights ON asset_rights.asset_id = id WHERE {said} <> value",
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO asset_rights SELECT asset_id, json_extract(value, '$[0]'),"
            " json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM changed"
        )
        self._connection.execute(
            "DELETE FROM asset_rights WHERE NOT is_private AND licence = '' AND expires = ''"
        )
        self.rights.update((asset_id, load_rights(was)) for asset_id, was in changed)

    def write_folder_rights(self, rights: Mapping[str, Rights]) -> None:
        """Of folders, which no team shares: they are not stamped."""
        for folder, wanted in rights.items():
            place = os.fsencode(folder)
            row = self._connection.execute(
                "SELECT is_private, licence, expires FROM folder_rights WHERE folder = ?", (place,)
            ).fetchone()
            was = Rights(bool(row[0]), row[1], row[2]) if row else NO_RIGHTS
            if was == wanted:
                continue
            self.folder_rights[folder] = was
            self._connection.execute("DELETE FROM folder_rights WHERE folder = ?", (place,))
            if wanted != NO_RIGHTS:
                self._connection.execute(
                    "INSERT INTO folder_rights VALUES (?, ?, ?, ?)",
                    (place, wanted.is_private, wanted.licence, wanted.expires),
                )

    def write_tag_colours(self, colours: Mapping[str, TagColour | None]) -> None:
        """A person's own, as flags are."""
        for name, wanted in colours.items():
            key = name_key(name)
            row = self._connection.execute(
                "SELECT colour FROM tag_colours WHERE key = ?", (key,)
            ).fetchone()
            was = readable(TagColour, row[0], "a tag's colour") if row else None
            if was is wanted:
                continue
            self.tag_colours[name] = was
            self._connection.execute("DELETE FROM tag_colours WHERE key = ?", (key,))
            if wanted is not None:
                self._connection.execute(
                    "INSERT INTO tag_colours VALUES (?, ?, ?)", (key, name, wanted)
                )

    def write_board(self, name: str, board: Board | None) -> None:
        found = find_board(self._connection, name)
        if found is None and board is None:
            return
        if found is None:
            self.boards[name] = None
            assert board is not None
            board_id = self._connection.execute(
                "INSERT INTO boards (name, key, created_at) VALUES (?, ?, ?)",
                (name, name_key(name), board.created_at),
            ).lastrowid
        else:
            board_id, before = found
            (spelt,) = self._connection.execute(
                "SELECT name FROM boards WHERE id = ?", (board_id,)
            ).fetchone()
            if board == before:
                return
            self.boards[spelt] = before
            self._connection.execute("DELETE FROM board_assets WHERE board_id = ?", (board_id,))
            self._connection.execute("DELETE FROM board_rights WHERE board_id = ?", (board_id,))
        if board is None:
            self._connection.execute("DELETE FROM boards WHERE id = ?", (board_id,))
            return
        self._connection.executemany(
            "INSERT INTO board_assets SELECT ?, id, ? FROM assets WHERE id = ?",
            (
                (board_id, position, asset_id)
                for position, asset_id in enumerate(dict.fromkeys(board.asset_ids))
            ),
        )
        if (rights := board.rights) != NO_RIGHTS:
            self._connection.execute(
                "INSERT INTO board_rights VALUES (?, ?, ?, ?)",
                (board_id, rights.is_private, rights.licence, rights.expires),
            )

    # ------------------------------------------------------------------ inside

    def _write_tag(self, name: str, asset_ids: Iterable[int], has: bool) -> None:
        key = name_key(name)
        row = self._connection.execute("SELECT id, name FROM tags WHERE key = ?", (key,)).fetchone()
        tag_id, known_as = (None, name) if row is None else row
        # Ids are never 0, so a tag that there is not yet is had by none.
        changed = self._find_changed(
            f"tag:{key}",
            ((asset_id, has) for asset_id in asset_ids),
            "SELECT id, tag_id IS NOT NULL, value FROM wanted"
            " CROSS JOIN assets ON id = wanted.asset_id"
            f" LEFT JOIN asset_tags ON tag_id = {tag_id or 0} AND asset_tags.asset_id = id"
            f" WHERE (tag_id IS NOT NULL) <> {int(has)}",
        )
        if not changed:
            return
        if has:
            if tag_id is None:
                tag_id = self._connection.execute(
                    "INSERT INTO tags (name, key) VALUES (?, ?)", (name, key)
                ).lastrowid
            self._connection.execute(
                "INSERT INTO asset_tags SELECT asset_id, ? FROM changed", (tag_id,)
            )
        else:
            self._connection.execute(
                "DELETE FROM asset_tags WHERE tag_id = ?"
                " AND asset_id IN (SELECT asset_id FROM changed)",
                (tag_id,),
            )
        ids = [asset_id for asset_id, _ in changed]
        self.tags.update(dict.fromkeys(((asset_id, known_as) for asset_id in ids), not has))
        self.reworded.update(ids)

    def _find_changed(
        self, field: str, values: Iterable[tuple[int, object]], differing: str
    ) -> list[tuple[int, Any]]:
        """Fill ``changed`` and stamp the field; (asset id, what it was) of each that changes.

        Args:
            field: empty: it is not stamped.
            differing: a SELECT of what ``changed`` shall hold, from ``wanted``.
        """
        run = self._connection.execute
        run("DELETE FROM wanted")
        run("DELETE FROM changed")
        self._connection.executemany("INSERT OR REPLACE INTO wanted VALUES (?, ?)", values)
        stamp = (field, self._stamp.edited_at, self._stamp.editor)
        if not field:
            run(f"INSERT INTO changed {differing}")
        elif self._stamp.is_received:
            run("DELETE FROM wanted WHERE asset_id NOT IN (SELECT id FROM assets)")
            run(
                "DELETE FROM wanted WHERE EXISTS (SELECT 1 FROM edits"
                " WHERE edits.asset_id = wanted.asset_id AND field = ?"
                " AND (edited_at, editor) >= (?, ?))",
                stamp,
            )
            # Also where nothing changes: what is older and comes later must not win.
            run("INSERT OR REPLACE INTO edits SELECT asset_id, ?, ?, ? FROM wanted", stamp)
            run(f"INSERT INTO changed {differing}")
        else:
            run(f"INSERT INTO changed {differing}")
            # A clock that was put back must not make the newest change look like an old one.
            run(
                "INSERT INTO edits SELECT asset_id, ?, ?, ? FROM changed WHERE 1"
                " ON CONFLICT DO UPDATE SET edited_at ="
                " MAX(excluded.edited_at, edits.edited_at + 0.001), editor = excluded.editor",
                stamp,
            )
        return [(row[0], row[1]) for row in run("SELECT asset_id, was FROM changed")]
