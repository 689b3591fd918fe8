"""What people entered, in the catalogue: tags, ratings, notes and boards.

Every change is one transaction and goes one way, through ``apply``: it notes when and where each
field was changed (a team's last writer wins, and a removed tag has to travel too), renews the
words by which the assets are found, and gives back the edits that undo it.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from desktop.core.annotations import (
    TAG_SEPARATOR,
    Annotation,
    Board,
    Consensus,
    Edits,
    Flag,
    NameCount,
    Renamed,
    TagColour,
    check_rating,
    clean_name,
    clean_note,
    clean_tag,
    flag_values,
    joined_notes,
    keys_below,
    name_key,
    tags_above,
)
from desktop.core.errors import LibraryError
from desktop.core.rights import NO_RIGHTS, Rights, clean_rights, strictest
from desktop.core.text import tr
from desktop.library.catalog.database import Database
from desktop.library.catalog.edits import EditStamp, find_board, write_edits
from desktop.library.catalog.followed_names import searches_with_board, searches_with_tag
from desktop.library.catalog.full_text import index_reworded
from desktop.library.catalog.rights import own_rights

_IS_FLAG = f"flag IN ({', '.join(repr(each.value) for each in Flag)})"
_IS_COLOUR = f"colour IN ({', '.join(repr(each.value) for each in TagColour)})"
"""What this Plantain knows of; of another one or a stranger there may be others."""


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
            "SELECT id, CAST(rating AS INTEGER), note FROM assets"
            " WHERE id IN (SELECT value FROM json_each(?))",
            wanted,
        )
        flags: dict[int, list[Flag]] = defaultdict(list)
        for asset_id, flag in self._database.read(
            f"SELECT asset_id, flag FROM asset_flags WHERE {_IS_FLAG}"
            " AND asset_id IN (SELECT value FROM json_each(?))",
            wanted,
        ):
            flags[asset_id].append(Flag(flag))
        rights = own_rights(self._database, asset_ids)
        return {
            asset_id: Annotation(
                rating,
                note,
                tuple(tags[asset_id]),
                tuple(boards[asset_id]),
                frozenset(flags.get(asset_id, ())),
                rights.get(asset_id, NO_RIGHTS),
            )
            for asset_id, rating, note in rows
        }

    def together(self, asset_ids: Sequence[int]) -> Consensus:
        """What was said about these assets as a whole; those that are not there are left out.

        Counted by SQLite: for 100,000 assets a fifth of a second, in which other threads run.
        """
        wanted = (str(list(asset_ids)),)
        row = self._database.read_one(
            "SELECT COUNT(*), MIN(CAST(rating AS INTEGER)), MAX(CAST(rating AS INTEGER)),"
            " MIN(note), MAX(note)"
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
            {
                Flag(flag): having
                for flag, having in self._database.read(
                    f"SELECT flag, COUNT(*) FROM asset_flags WHERE {_IS_FLAG} AND asset_id IN"
                    " (SELECT value FROM json_each(?)) GROUP BY flag",
                    wanted,
                )
            },
        )

    def flag_counts(self) -> dict[Flag, int]:
        """How many assets have each flag, of those that no rule hides."""
        rows = self._database.read(
            "SELECT flag, COUNT(*) FROM asset_flags JOIN assets ON assets.id = asset_id"
            f" WHERE NOT is_ignored AND {_IS_FLAG} GROUP BY flag"
        )
        return {Flag(flag): count for flag, count in rows}

    def tags(self) -> list[NameCount]:
        """Every tag in use, in alphabetical order; see ``tag_tree`` for those above them."""
        rows = self._database.read(
            "SELECT name, COUNT(*) FROM tags JOIN asset_tags ON tag_id = tags.id"
            " GROUP BY tags.id ORDER BY key"
        )
        return [NameCount(name, count) for name, count in rows]

    def tag_colours(self) -> dict[str, TagColour]:
        """Tag -> its colour, of those that have one; no tag need be in use."""
        rows = self._database.read(
            f"SELECT name, colour FROM tag_colours WHERE {_IS_COLOUR} ORDER BY key"
        )
        return {name: TagColour(colour) for name, colour in rows}

    def colour_tag(self, name: str, colour: TagColour | None) -> Edits:
        """Give a tag a colour, or take it away."""
        return self.apply(Edits(tag_colours={clean_tag(name): colour}))

    def tag_tree(self) -> list[NameCount]:
        """Every tag in use and those above them, each before those below it, with the number of
        assets that have it or one below it."""
        own = self.tags()
        spelt = {name_key(tag.name): tag.name for tag in own}
        totals: dict[str, int] = {name_key(tag.name): tag.count for tag in own}
        for above in {above for tag in own for above in tags_above(tag.name)}:
            key = name_key(above)
            spelt.setdefault(key, above)
            row = self._database.read_one(
                "SELECT COUNT(DISTINCT asset_id) FROM asset_tags JOIN tags ON tags.id = tag_id"
                " WHERE key = ? OR (key > ? AND key < ?)",
                (key, *keys_below(key)),
            )
            assert row is not None  # an aggregate always gives one
            totals[key] = row[0]
        return [
            NameCount(spelt[key], totals[key])
            for key in sorted(totals, key=lambda key: key.split(TAG_SEPARATOR))
        ]

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
        found = find_board(self._database.connection, name)
        if found is None:
            raise _no_board(name)
        return found[1]

    # -- tags, ratings, notes ------------------------------------------------------------------

    def tag(self, asset_ids: Collection[int], names: Iterable[str]) -> Edits:
        """Give all these assets all these tags.

        Raises:
            UsageError: a tag is not fit to be one; nothing is changed. As all changes here.
        """
        cleaned = [clean_tag(name) for name in names]
        return self.apply(Edits(tags={(i, name): True for i in asset_ids for name in cleaned}))

    def untag(self, asset_ids: Collection[int], names: Iterable[str]) -> Edits:
        """Take these tags off these assets."""
        wanted = list(names)
        return self.apply(Edits(tags={(i, name): False for i in asset_ids for name in wanted}))

    def rename_tag(self, old: str, new: str) -> Edits:
        """Give a tag another name, or other capitals; one that exists takes it over. Those below
        it go along, and so do saved searches.

        Raises:
            LibraryError: no asset has the tag ``old``, or one below it.
            UsageError: one of the new names is not fit to be one; nothing is changed.
        """
        name, depth = clean_tag(new), len(old.split(TAG_SEPARATOR))
        with self._database.transaction() as connection:
            renamed = [(old, name)]
            for below in self._tags_below(old):
                own = below.split(TAG_SEPARATOR)[depth:]
                renamed.append((below, clean_tag(TAG_SEPARATOR.join((name, *own)))))
            is_other = name_key(name) != name_key(old)
            is_taken = is_other and bool(self.tagged(name) or self._tags_below(name))
            off: dict[tuple[int, str], bool] = {}
            on: dict[tuple[int, str], bool] = {}
            for before, after in renamed:
                assets = self.tagged(before)
                off |= dict.fromkeys(((asset_id, before) for asset_id in assets), False)
                on |= dict.fromkeys(((asset_id, after) for asset_id in assets), True)
            if not off:
                raise LibraryError(
                    tr("There is no tag “{old}”.", old=old), safe=tr("Nothing was changed.")
                )
            return self.apply(
                Edits(
                    tags={**off, **on},
                    tag_colours=self._recoloured(renamed),
                    searches=searches_with_tag(connection, old, name),
                    # One that takes over another is not called by the name of that on the way back.
                    renamed=() if is_taken else (Renamed("tag", old, name),),
                )
            )

    def remove_tag(self, name: str) -> Edits:
        """Take a tag, and those below it, off all assets."""
        with self._database.transaction():
            tags = {
                (asset_id, each): False
                for each in (name, *self._tags_below(name))
                for asset_id in self.tagged(each)
            }
            return self.apply(Edits(tags=tags))

    def _recoloured(self, renamed: Sequence[tuple[str, str]]) -> dict[str, TagColour | None]:
        """The colours of tags that go along with their names; one that is taken over keeps its
        own."""
        known = {name_key(name): colour for name, colour in self.tag_colours().items()}
        off: dict[str, TagColour | None] = {}
        on: dict[str, TagColour | None] = {}
        for before, after in renamed:
            if (colour := known.get(name_key(before))) is not None:
                off[before] = None
                on[after] = known.get(name_key(after), colour)
        return {**off, **on}

    def _tags_below(self, name: str) -> list[str]:
        rows = self._database.read(
            "SELECT name FROM tags WHERE key > ? AND key < ? ORDER BY key",
            keys_below(name_key(name)),
        )
        return [each for (each,) in rows]

    def rate(self, asset_ids: Collection[int], stars: int) -> Edits:
        """Give these assets 1 to 5 stars; 0 takes the rating away."""
        check_rating(stars)
        return self.apply(Edits(ratings=dict.fromkeys(asset_ids, stars)))

    def flag(self, asset_ids: Collection[int], flag: Flag, has: bool) -> Edits:
        """Mark these assets, or take the mark off; see ``flag_values``."""
        return self.apply(Edits(flags=flag_values(asset_ids, flag, has)))

    def annotate(self, asset_ids: Collection[int], note: str) -> Edits:
        """Replace the note of these assets; an empty one takes it away."""
        return self.apply(Edits(notes=dict.fromkeys(asset_ids, clean_note(note))))

    def merge(self, from_ids: Sequence[int], into_id: int) -> Edits:
        """Say of one asset what was said of its duplicates too.

        It gets all their tags and their places on boards, the highest rating where it has none,
        and their notes below its own. The duplicates keep theirs.

        Raises:
            UsageError: the notes are too long for one; nothing is changed.
        """
        with self._database.transaction() as connection:
            said = self.of([*from_ids, into_id])
            own = said.pop(into_id, None)
            others = [said[i] for i in from_ids if i in said]
            if own is None or not others:
                return Edits()
            stars = own.rating or max(other.rating for other in others)
            boards: dict[str, Board | None] = {}
            for name in {name for other in others for name in other.boards} - {*own.boards}:
                found = find_board(connection, name)
                assert found is not None  # it was just read that an asset is on it
                ids = found[1].asset_ids
                at = min(ids.index(i) for i in from_ids if i in ids)
                boards[name] = replace(found[1], asset_ids=(*ids[:at], into_id, *ids[at:]))
            return self.apply(
                Edits(
                    ratings={into_id: stars},
                    notes={into_id: joined_notes((own.note, *(o.note for o in others)))},
                    tags={(into_id, name): True for other in others for name in other.tags},
                    boards=boards,
                    rights={into_id: strictest((own.rights, *(o.rights for o in others)))},
                )
            )

    # -- boards --------------------------------------------------------------------------------

    def create_board(self, name: str, asset_ids: Iterable[int] = ()) -> Edits:
        """A new board.

        Raises:
            LibraryError: there is one of this name.
        """
        name = clean_name(name)
        with self._database.transaction() as connection:
            if find_board(connection, name) is not None:
                raise LibraryError(
                    tr("There is a board “{name}” already.", name=name),
                    safe=tr("Nothing was changed."),
                )
            return self.apply(Edits(boards={name: Board(tuple(asset_ids), self._clock())}))

    def rename_board(self, old: str, new: str) -> Edits:
        """Saved searches go along.

        Raises:
            LibraryError: there is no board ``old``, or there is one called ``new``.
        """
        name = clean_name(new)
        with self._database.transaction() as connection:
            board = self.board(old)
            if name_key(name) != name_key(old) and find_board(connection, name) is not None:
                raise LibraryError(
                    tr("There is a board “{name}” already.", name=name),
                    safe=tr("Nothing was changed."),
                )
            searches = searches_with_board(connection, old, name)
            renamed = (Renamed("board", old, name),)
            edits = Edits(boards={old: None, name: board}, searches=searches, renamed=renamed)
            return self.apply(edits)

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
            return self.apply(Edits(boards={name: replace(board, asset_ids=ids)}))

    def take_off_board(self, name: str, asset_ids: Collection[int]) -> Edits:
        """Raises: as ``board``."""
        with self._database.transaction():
            board = self.board(name)
            ids = tuple(i for i in board.asset_ids if i not in asset_ids)
            return self.apply(Edits(boards={name: replace(board, asset_ids=ids)}))

    # -- rights --------------------------------------------------------------------------------

    def give_rights(self, asset_ids: Collection[int], rights: Rights) -> Edits:
        """Say what may be done with these pictures; ``NO_RIGHTS`` takes it back."""
        return self.apply(Edits(rights=dict.fromkeys(asset_ids, clean_rights(rights))))

    def give_board_rights(self, name: str, rights: Rights) -> Edits:
        """The same of a board, which binds what is on it. Raises: as ``board``."""
        with self._database.transaction():
            board = replace(self.board(name), rights=clean_rights(rights))
            return self.apply(Edits(boards={name: board}))

    def give_folder_rights(self, folder: str, rights: Rights) -> Edits:
        """The same of a folder, which binds what is below it, now and later.

        Args:
            folder: absolute, as ``Asset.folder`` spells it.
        """
        place = folder.rstrip(os.sep) or folder
        return self.apply(Edits(folder_rights={place: clean_rights(rights)}))

    def index_words(self) -> bool:
        """Make some of the words anew by which assets are found that were changed in large
        numbers; False when nothing of that is left. A search by words may lag until then."""
        return index_reworded(self._database)

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
                stamp = EditStamp(self._clock(), editor)
            else:
                stamp = EditStamp(*received, is_received=True)
            return write_edits(connection, edits, stamp)


def _no_board(name: str) -> LibraryError:
    return LibraryError(
        tr("There is no board “{name}”.", name=name),
        safe=tr("Nothing was changed."),
        at_terminal=tr("Look at the boards there are: plantain board list."),
    )
