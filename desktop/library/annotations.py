"""What people entered, in the catalogue: tags, ratings, notes and boards.

Every change is one transaction and goes one way, through ``apply``: it notes when and where each
field was changed (a team's last writer wins, and a removed tag has to travel too), renews the
words by which the assets are found, and gives back the edits that undo it.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from desktop.core.annotations import (
    Annotation,
    Board,
    Consensus,
    Edits,
    NameCount,
    check_rating,
    clean_name,
    clean_note,
    name_key,
)
from desktop.core.errors import LibraryError
from desktop.library.database import Database
from desktop.library.word_index import index_words


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a field was last changed, and in which library (its id).

    Attributes:
        field: "rating", "note" or "tag:KEY", KEY being ``core.annotations.name_key`` of the tag.
        edited_at: seconds since the epoch; grows with every change, even when the clock does not.
    """

    asset_id: int
    field: str
    edited_at: float
    editor: str


class Annotations:
    """Tags, ratings, notes and boards. Any thread may call it.

    Names are told apart without their case, in any script, and keep the first spelling. Assets
    that are not there (any more) are passed over.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # -- reading -------------------------------------------------------------------------------

    def of(self, asset_ids: Sequence[int]) -> dict[int, Annotation]:
        """What was said about each of these assets; those that are not there are left out."""
        wanted = (str(list(asset_ids)),)
        tags: dict[int, list[str]] = defaultdict(list)
        for asset_id, name in self._database.read(
            "SELECT asset_id, name FROM asset_tags JOIN tags ON tags.id = tag_id"
            " WHERE asset_id IN (SELECT value FROM json_each(?)) ORDER BY key",
            wanted,
        ):
            tags[asset_id].append(name)
        boards: dict[int, list[str]] = defaultdict(list)
        for asset_id, name in self._database.read(
            "SELECT asset_id, name FROM board_assets JOIN boards ON boards.id = board_id"
            " WHERE asset_id IN (SELECT value FROM json_each(?)) ORDER BY key",
            wanted,
        ):
            boards[asset_id].append(name)
        rows = self._database.read(
            "SELECT id, rating, note FROM assets WHERE id IN (SELECT value FROM json_each(?))",
            wanted,
        )
        return {
            asset_id: Annotation(rating, note, tuple(tags[asset_id]), tuple(boards[asset_id]))
            for asset_id, rating, note in rows
        }

    def together(self, asset_ids: Sequence[int]) -> Consensus:
        """What was said about these assets as a whole; those that are not there are left out.

        Counted by SQLite: for 100,000 assets a fifth of a second, in which other threads run.
        """
        wanted = (str(list(asset_ids)),)
        row = self._database.read_one(
            "SELECT COUNT(*), MIN(rating), MAX(rating), MIN(note), MAX(note)"
            " FROM assets WHERE id IN (SELECT value FROM json_each(?))",
            wanted,
        )
        assert row is not None  # an aggregate always gives one
        count, least_rating, most_rating, first_note, last_note = row
        if not count:
            return Consensus()
        tags, boards = (
            self._database.read(
                f"SELECT name, COUNT(*) AS n FROM {table} WHERE asset_id IN"
                " (SELECT value FROM json_each(?)) GROUP BY key ORDER BY n DESC, name",
                wanted,
            )
            for table in (
                "asset_tags JOIN tags ON tags.id = tag_id",
                "board_assets JOIN boards ON boards.id = board_id",
            )
        )
        return Consensus(
            count,
            least_rating if least_rating == most_rating else None,
            first_note if first_note == last_note else None,
            dict(map(tuple, tags)),
            dict(map(tuple, boards)),
        )

    def tags(self) -> list[NameCount]:
        """Every tag in use, in alphabetical order."""
        rows = self._database.read(
            "SELECT name, COUNT(*) FROM tags JOIN asset_tags ON tag_id = tags.id"
            " GROUP BY tags.id ORDER BY key"
        )
        return [NameCount(name, count) for name, count in rows]

    def tagged(self, name: str) -> list[int]:
        """Ids of the assets with this tag."""
        rows = self._database.read(
            "SELECT asset_id FROM asset_tags JOIN tags ON tags.id = tag_id WHERE key = ?"
            " ORDER BY asset_id",
            (name_key(name),),
        )
        return [asset_id for (asset_id,) in rows]

    def boards(self) -> list[NameCount]:
        """Every board, in alphabetical order."""
        rows = self._database.read(
            "SELECT name, COUNT(asset_id) FROM boards"
            " LEFT JOIN board_assets ON board_id = boards.id GROUP BY boards.id ORDER BY key"
        )
        return [NameCount(name, count) for name, count in rows]

    def board(self, name: str) -> Board:
        """Raises: LibraryError when there is no such board."""
        found = _board(self._database.connection, name)
        if found is None:
            raise _no_board(name)
        return found[1]

    def stamps(self, since: float = 0.0) -> list[Stamp]:
        """What was changed after ``since`` (seconds since the epoch), the oldest first."""
        rows = self._database.read(
            "SELECT asset_id, field, edited_at, editor FROM edits WHERE edited_at > ?"
            " ORDER BY edited_at",
            (since,),
        )
        return [Stamp(*row) for row in rows]

    # -- tags, ratings, notes ------------------------------------------------------------------

    def tag(self, asset_ids: Collection[int], names: Iterable[str]) -> Edits:
        """Give all these assets all these tags.

        Raises:
            UsageError: a tag is not fit to be one; nothing is changed. As all changes here.
        """
        cleaned = [clean_name(name) for name in names]
        return self.apply(Edits(tags={(i, name): True for i in asset_ids for name in cleaned}))

    def untag(self, asset_ids: Collection[int], names: Iterable[str]) -> Edits:
        """Take these tags off these assets."""
        wanted = list(names)
        return self.apply(Edits(tags={(i, name): False for i in asset_ids for name in wanted}))

    def rename_tag(self, old: str, new: str) -> Edits:
        """Give a tag another name, or other capitals; one that exists takes it over.

        Raises:
            LibraryError: no asset has the tag ``old``.
        """
        name = clean_name(new)
        with self._database.transaction():
            assets = self.tagged(old)
            if not assets:
                raise LibraryError(f"There is no tag “{old}”.", safe="Nothing was changed.")
            return self.apply(
                Edits(
                    tags={
                        **{(asset_id, old): False for asset_id in assets},
                        **{(asset_id, name): True for asset_id in assets},
                    }
                )
            )

    def rate(self, asset_ids: Collection[int], stars: int) -> Edits:
        """Give these assets 1 to 5 stars; 0 takes the rating away."""
        check_rating(stars)
        return self.apply(Edits(ratings=dict.fromkeys(asset_ids, stars)))

    def annotate(self, asset_ids: Collection[int], note: str) -> Edits:
        """Replace the note of these assets; an empty one takes it away."""
        return self.apply(Edits(notes=dict.fromkeys(asset_ids, clean_note(note))))

    def merge(self, from_ids: Sequence[int], into_id: int) -> Edits:
        """Say of one asset what was said of its duplicates too.

        It gets all their tags and their places on boards, the highest rating where it has none,
        and their notes below its own. The duplicates keep theirs.
        """
        with self._database.transaction() as connection:
            said = self.of([*from_ids, into_id])
            own = said.pop(into_id, None)
            others = [said[i] for i in from_ids if i in said]
            if own is None or not others:
                return Edits()
            notes = list(dict.fromkeys(n for n in (own.note, *(o.note for o in others)) if n))
            stars = own.rating or max(other.rating for other in others)
            boards: dict[str, Board | None] = {}
            for name in {name for other in others for name in other.boards} - {*own.boards}:
                found = _board(connection, name)
                assert found is not None  # it was just read that an asset is on it
                ids = found[1].asset_ids
                at = min(ids.index(i) for i in from_ids if i in ids)
                boards[name] = Board((*ids[:at], into_id, *ids[at:]), found[1].created_at)
            return self.apply(
                Edits(
                    ratings={into_id: stars},
                    notes={into_id: "\n\n".join(notes)},
                    tags={(into_id, name): True for other in others for name in other.tags},
                    boards=boards,
                )
            )

    # -- boards --------------------------------------------------------------------------------

    def create_board(self, name: str, asset_ids: Iterable[int] = ()) -> Edits:
        """A new board.

        Raises:
            LibraryError: there is one of this name.
        """
        name = clean_name(name, "board")
        with self._database.transaction() as connection:
            if _board(connection, name) is not None:
                raise LibraryError(
                    f"There is a board “{name}” already.", safe="Nothing was changed."
                )
            return self.apply(Edits(boards={name: Board(tuple(asset_ids), self._clock())}))

    def rename_board(self, old: str, new: str) -> Edits:
        """Raises: LibraryError: there is no board ``old``, or there is one called ``new``."""
        name = clean_name(new, "board")
        with self._database.transaction() as connection:
            board = self.board(old)
            if name_key(name) != name_key(old) and _board(connection, name) is not None:
                raise LibraryError(
                    f"There is a board “{name}” already.", safe="Nothing was changed."
                )
            return self.apply(Edits(boards={old: None, name: board}))

    def delete_board(self, name: str) -> Edits:
        """The pictures on it stay in the library. Raises: as ``board``."""
        with self._database.transaction():
            self.board(name)
            return self.apply(Edits(boards={name: None}))

    def put_on_board(self, name: str, asset_ids: Sequence[int], at: int | None = None) -> Edits:
        """Add these assets, or move those that are there, to before place ``at``; None: the end.

        Raises:
            LibraryError: as ``board``.
        """
        with self._database.transaction():
            board = self.board(name)
            moved = set(asset_ids)
            end = len(board.asset_ids) if at is None else at
            before = tuple(i for i in board.asset_ids[:end] if i not in moved)
            after = tuple(i for i in board.asset_ids[end:] if i not in moved)
            ids = (*before, *dict.fromkeys(asset_ids), *after)
            return self.apply(Edits(boards={name: Board(ids, board.created_at)}))

    def take_off_board(self, name: str, asset_ids: Collection[int]) -> Edits:
        """Raises: as ``board``."""
        with self._database.transaction():
            board = self.board(name)
            ids = tuple(i for i in board.asset_ids if i not in asset_ids)
            return self.apply(Edits(boards={name: Board(ids, board.created_at)}))

    # -- the one way in ------------------------------------------------------------------------

    def apply(self, edits: Edits, received: tuple[float, str] | None = None) -> Edits:
        """Make these edits; returns those that undo them (empty where nothing was changed).

        Args:
            received: time and library of a change that was made elsewhere; fields that were
                changed later here, or by a library of higher id at the same time, stay.
        """
        with self._database.transaction() as connection:
            if received is None:
                (editor,) = connection.execute("SELECT id FROM library").fetchone()
                writer = _Writer(connection, (self._clock(), editor), is_received=False)
            else:
                writer = _Writer(connection, received, is_received=True)
            for asset_id, stars in edits.ratings.items():
                writer.set_column("rating", asset_id, stars)
            for asset_id, note in edits.notes.items():
                writer.set_column("note", asset_id, note)
            # Off before on: a tag that only changes its capitals is the same tag.
            for has in (False, True):
                for (asset_id, name), wanted in edits.tags.items():
                    if wanted is has:
                        writer.set_tag(asset_id, name, has)
                writer.forget_unused_tags()
            for name, board in sorted(edits.boards.items(), key=lambda item: item[1] is not None):
                writer.set_board(name, board)
            index_words(connection, sorted(writer.reworded))
            return Edits(writer.ratings, writer.notes, writer.tags, writer.boards)


class _Writer:
    """Writes fields within one transaction and remembers what they were."""

    def __init__(
        self, connection: sqlite3.Connection, stamp: tuple[float, str], *, is_received: bool
    ) -> None:
        self._connection = connection
        self._stamp = stamp
        self._is_received = is_received
        self.ratings: dict[int, int] = {}
        self.notes: dict[int, str] = {}
        self.tags: dict[tuple[int, str], bool] = {}
        self.boards: dict[str, Board | None] = {}
        self.reworded: set[int] = set()

    def set_column(self, column: str, asset_id: int, value: int | str) -> None:
        row = self._connection.execute(
            f"SELECT {column} FROM assets WHERE id = ?", (asset_id,)
        ).fetchone()
        if row is None or not self._may(asset_id, column, is_change=row[0] != value):
            return
        self._connection.execute(f"UPDATE assets SET {column} = ? WHERE id = ?", (value, asset_id))
        if column == "rating":
            self.ratings[asset_id] = row[0]
        else:
            self.notes[asset_id] = row[0]
            self.reworded.add(asset_id)

    def set_tag(self, asset_id: int, name: str, has: bool) -> None:
        key = name_key(name)
        row = self._connection.execute(
            "SELECT tags.id, name, tag_id IS NOT NULL FROM assets LEFT JOIN tags ON key = ?"
            " LEFT JOIN asset_tags ON tag_id = tags.id AND asset_id = assets.id"
            " WHERE assets.id = ?",
            (key, asset_id),
        ).fetchone()
        if row is None:
            return
        tag_id, known_as, had = row
        if not self._may(asset_id, f"tag:{key}", is_change=bool(had) != has) or bool(had) == has:
            return
        if has:
            if tag_id is None:
                tag_id = self._connection.execute(
                    "INSERT INTO tags (name, key) VALUES (?, ?)", (name, key)
                ).lastrowid
            self._connection.execute("INSERT INTO asset_tags VALUES (?, ?)", (asset_id, tag_id))
        else:
            self._connection.execute(
                "DELETE FROM asset_tags WHERE asset_id = ? AND tag_id = ?", (asset_id, tag_id)
            )
        self.tags[asset_id, known_as or name] = bool(had)
        self.reworded.add(asset_id)

    def forget_unused_tags(self) -> None:
        self._connection.execute(
            "DELETE FROM tags WHERE NOT EXISTS (SELECT 1 FROM asset_tags WHERE tag_id = tags.id)"
        )

    def set_board(self, name: str, board: Board | None) -> None:
        found = _board(self._connection, name)
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

    def _may(self, asset_id: int, field: str, *, is_change: bool) -> bool:
        """Stamp the field; False when it stays as it is."""
        if self._is_received:
            cursor = self._connection.execute(
                "INSERT INTO edits VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " edited_at = excluded.edited_at, editor = excluded.editor"
                " WHERE (excluded.edited_at, excluded.editor) > (edits.edited_at, edits.editor)",
                (asset_id, field, *self._stamp),
            )
            return cursor.rowcount > 0 and is_change
        if is_change:
            # A clock that was put back must not make the newest change look like an old one.
            self._connection.execute(
                "INSERT INTO edits VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET edited_at ="
                " MAX(excluded.edited_at, edits.edited_at + 0.001), editor = excluded.editor",
                (asset_id, field, *self._stamp),
            )
        return is_change


def _board(connection: sqlite3.Connection, name: str) -> tuple[int, Board] | None:
    row = connection.execute(
        "SELECT id, created_at FROM boards WHERE key = ?", (name_key(name),)
    ).fetchone()
    if row is None:
        return None
    ids = connection.execute(
        "SELECT asset_id FROM board_assets WHERE board_id = ? ORDER BY position", (row[0],)
    ).fetchall()
    return row[0], Board(tuple(asset_id for (asset_id,) in ids), row[1])


def _no_board(name: str) -> LibraryError:
    return LibraryError(
        f"There is no board “{name}”.",
        safe="Nothing was changed.",
        next_step="Look at the boards there are: plantain board list.",
    )
