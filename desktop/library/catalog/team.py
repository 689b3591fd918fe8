"""The library's part in a team: which roots are shared, what the team holds, what is to be sent.

What a member has sent becomes an asset here too. Where its file is not in this library's folder,
it is "elsewhere": browsable and searchable, marked missing, with ``shared_by`` saying whose it is.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.annotations import Edits, check_rating, clean_name, clean_note
from desktop.core.errors import LibraryError, UsageError
from desktop.core.filter import Filter
from desktop.core.rights import Rights, clean_rights
from desktop.core.team import (
    FieldEdit,
    FieldEdits,
    SharedAsset,
    clean_root,
    shared_key,
    split_key,
)
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson
from desktop.files.edits_json import dump_edits, load_edits
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.rights import load_rights
from desktop.library.catalog.roots import RootKind
from desktop.library.folders.spelling import is_same_folder

_LOG = logging.getLogger(__name__)
_BAD_ROW = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError),
    *(ValueError, TypeError, LookupError, ArithmeticError, UsageError),
)
"""What one row may be to blame for; a disk that is full is not among it."""
_ELSEWHERE = "Team"
"""First part of the made-up path of a root that has no folder here; it names no real place."""


@dataclass(frozen=True, slots=True)
class SharedRoot:
    """A root that the team knows by ``name``; ``path`` is None where it has no folder here."""

    name: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What the collection is known to hold of a picture."""

    asset_id: int
    key: str
    modified_ns: int
    content_hash: str
    edits: FieldEdits


class TeamTable:
    """Tables ``team`` and ``team_assets``, and the names of roots."""

    def __init__(self, database: Database, catalog: Catalog, annotations: Annotations) -> None:
        self._database = database
        self._catalog = catalog
        self._annotations = annotations

    # -- roots ---------------------------------------------------------------------------------

    def roots(self) -> list[SharedRoot]:
        """Those that have a name, in alphabetical order."""
        rows = self._database.read(
            "SELECT name, path, is_elsewhere FROM roots WHERE name <> '' ORDER BY name"
        )
        return [
            SharedRoot(name, None if is_elsewhere else Path(os.fsdecode(path)))
            for name, path, is_elsewhere in rows
        ]

    def share(self, name: str, folder: Path) -> SharedRoot:
        """Let the team know ``folder`` (absolute) by ``name``; it becomes a root if it is none.

        Raises:
            UsageError: the name cannot be one.
            LibraryError: the name is taken by another folder, or the folder is only a part of a
                root.
        """
        name = clean_root(name)
        with self._database.transaction() as connection:
            taken = connection.execute(
                "SELECT id, path, is_elsewhere FROM roots WHERE name = ?", (name,)
            ).fetchone()
            root = self._catalog.roots.add(folder)
            if not is_same_folder(root.path, folder):
                raise LibraryError(
                    tr(
                        "{folder} is a part of {path}, which is in the library as a whole.",
                        folder=folder,
                        path=root.path,
                    ),
                    safe=tr("Nothing was changed."),
                    next_step=tr("Share {folder} instead.", folder=root.path),
                )
            if taken is not None and not taken["is_elsewhere"] and taken["id"] != root.id:
                raise LibraryError(
                    tr(
                        "The name “{name}” is that of {folder} already.",
                        name=name,
                        folder=os.fsdecode(taken["path"]),
                    ),
                    safe=tr("Nothing was changed."),
                    next_step=tr("Choose another name."),
                )
            connection.execute("UPDATE roots SET name = ? WHERE id = ?", (name, root.id))
            if taken is not None and taken["is_elsewhere"]:
                self._move_in(connection, taken["id"], root.id)
        return SharedRoot(name, root.path)

    def keep_private(self, name: str) -> None:
        """Share this root no more; what was sent stays with the team.

        Raises:
            LibraryError: no root here has this name.
        """
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE roots SET name = '' WHERE name = ? AND NOT is_elsewhere",
                (unicodedata.normalize("NFC", name).strip(),),
            )
            if not changed.rowcount:
                raise LibraryError(tr("No folder here is shared as “{name}”.", name=name))

    def _move_in(self, connection: sqlite3.Connection, old: int, new: int) -> None:
        """The root has a folder here now: what was known of it comes along."""
        moved = [
            row[0]
            for row in connection.execute(
                "UPDATE OR IGNORE assets SET root_id = ? WHERE root_id = ? RETURNING id", (new, old)
            ).fetchall()
        ]
        # Files that were indexed here before the team was joined are the same pictures.
        for here, elsewhere in connection.execute(
            "SELECT own.id, theirs.id FROM assets AS theirs JOIN assets AS own"
            " ON own.root_id = ? AND own.relative_path = theirs.relative_path"
            " WHERE theirs.root_id = ?",
            (new, old),
        ).fetchall():
            self._replace(connection, elsewhere, here)
        connection.execute("DELETE FROM roots WHERE id = ?", (old,))
        index_words(connection, moved)

    def _replace(self, connection: sqlite3.Connection, old: int, new: int) -> None:
        """Two assets are one picture: the other one takes over what was said, and the boards."""
        self._merge(new, self._edits(old).get(old, {}))
        values = {"old": old, "new": new}
        for table in ("board_assets", "team_assets"):
            connection.execute(
                f"UPDATE OR IGNORE {table} SET asset_id = :new WHERE asset_id = :old", values
            )
        connection.execute(
            "UPDATE lineage_references SET reference_id = :new WHERE reference_id = :old", values
        )
        connection.execute("DELETE FROM assets WHERE id = ?", (old,))

    # -- taking in -----------------------------------------------------------------------------

    def meet_at(self, place: str, *, is_empty: bool) -> int:
        """The collection at ``place`` is the team's from now on; the newest time that was seen
        there, milliseconds since the epoch.

        Args:
            is_empty: nothing that was sent there before is there now.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT place, seen_ms FROM team").fetchone()
            if row is not None and row["place"] == place and not is_empty:
                return row["seen_ms"]
            connection.execute("DELETE FROM team_assets")
            connection.execute("DELETE FROM team")
            connection.execute("INSERT INTO team VALUES (?, 0)", (place,))
            return 0

    def note_seen(self, seen_ms: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE team SET seen_ms = MAX(seen_ms, ?)", (seen_ms,))

    def known(self) -> dict[str, int]:
        """Key -> asset, of everything in the roots that have a name, however the disk spells it."""
        rows = self._database.read(
            "SELECT name, relative_path, assets.id FROM assets JOIN roots ON roots.id = root_id"
            " WHERE name <> ''"
        )
        return {
            shared_key(name, path): asset_id
            for name, relative, asset_id in rows
            if (path := _shared_path(relative)) is not None
        }

    def receive(
        self, assets: Sequence[SharedAsset], own_library: str, known: dict[str, int]
    ) -> tuple[list[int], list[SharedAsset]]:
        """Take in what the team knows; returns the ids of the assets that this changed, and what
        could not be taken in: it costs itself alone.

        Facts of a file are taken over where the file is not here. Of what was said, each field
        keeps its last change.

        Args:
            known: see ``known``; kept up to date.
        """
        changed: list[int] = []
        bad: list[SharedAsset] = []
        with self._database.transaction() as connection:
            renamed = self._renamed(connection, [s for s in assets if s.key not in known])
            # What was moved first, so that its new place finds the asset and does not make one.
            for shared in sorted(assets, key=lambda shared: not shared.moved_to):
                asset_id = known.get(shared.key, renamed.get(shared.id))
                connection.execute("SAVEPOINT one")
                try:
                    changed += self._take_in(connection, shared, asset_id, own_library, known)
                except _BAD_ROW as error:
                    connection.execute("ROLLBACK TO one")
                    _LOG.warning("%s of the team is left out: %s", shared.id, error)
                    bad.append(shared)
                connection.execute("RELEASE one")
            index_words(connection, sorted(set(changed)))
        return sorted(set(changed)), bad

    def _take_in(
        self,
        connection: sqlite3.Connection,
        shared: SharedAsset,
        asset_id: int | None,
        own_library: str,
        known: dict[str, int],
    ) -> list[int]:
        """One of ``receive``; returns the asset where it was changed, maybe twice."""
        if shared.moved_to:
            self._move(connection, shared, asset_id, known)
            return []
        changed: list[int] = []
        if asset_id is None:
            asset_id = self._add(connection, shared)
            changed.append(asset_id)
        elif shared.library != own_library and self._update(connection, asset_id, shared):
            changed.append(asset_id)
        if self._merge(asset_id, shared.edits):
            changed.append(asset_id)
        self._note_sent(connection, asset_id, shared)
        known[shared.key] = asset_id
        return changed

    def lacking(self, assets: Sequence[SharedAsset], encoder_id: str) -> dict[int, int]:
        """Shared id -> asset id of those that are elsewhere and have no vector here."""
        rows = self._database.read(
            "SELECT shared_id, asset_id FROM team_assets JOIN assets ON assets.id = asset_id"
            " WHERE shared_id IN (SELECT value FROM json_each(:ids))"
            " AND is_missing AND shared_by <> '' AND NOT EXISTS (SELECT 1 FROM vectors"
            " WHERE vectors.asset_id = assets.id AND encoder = :encoder"
            " AND vectors.content_hash = assets.content_hash)",
            {"ids": str([shared.id for shared in assets]), "encoder": encoder_id},
        )
        return {row["shared_id"]: row["asset_id"] for row in rows}

    def _renamed(
        self, connection: sqlite3.Connection, assets: Sequence[SharedAsset]
    ) -> dict[int, int]:
        """Shared id -> asset, of what was here at that place and is at another one now; the team
        has still to be told."""
        rows = connection.execute(
            "SELECT shared_id, asset_id FROM team_assets"
            " WHERE shared_id IN (SELECT value FROM json_each(?))",
            (str([shared.id for shared in assets]),),
        )
        return {row["shared_id"]: row["asset_id"] for row in rows}

    def _root_id(self, connection: sqlite3.Connection, name: str) -> int:
        row = connection.execute("SELECT id FROM roots WHERE name = ?", (name,)).fetchone()
        if row is not None:
            return row["id"]
        path = os.fsencode(os.path.join(_ELSEWHERE, name))  # noqa: PTH118 - names no real place
        cursor = connection.execute(
            "INSERT INTO roots (path, real_path, kind, added_at, name, is_elsewhere)"
            " VALUES (?, ?, ?, ?, ?, 1)",
            (path, path, RootKind.FOLDER, time.time(), name),
        )
        assert cursor.lastrowid is not None  # an INSERT has just succeeded
        return cursor.lastrowid

    def _add(self, connection: sqlite3.Connection, shared: SharedAsset) -> int:
        # State "new": when the file turns up here it is read as any other.
        cursor = connection.execute(
            "INSERT INTO assets (root_id, relative_path, size, modified_ns, added_at, width,"
            " height, format, frame_count, duration_ms, content_hash, is_missing, shared_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            (
                self._root_id(connection, shared.root),
                _local(shared.relative_path),
                *(shared.size, shared.modified_ns, time.time()),
                *(shared.width, shared.height, shared.format),
                *(shared.frame_count, shared.duration_ms, shared.content_hash, shared.library),
            ),
        )
        assert cursor.lastrowid is not None  # an INSERT has just succeeded
        return cursor.lastrowid

    def _update(self, connection: sqlite3.Connection, asset_id: int, shared: SharedAsset) -> bool:
        """The facts of a file that is not here; True when they are news."""
        cursor = connection.execute(
            "UPDATE assets SET size = ?, modified_ns = ?, width = ?, height = ?, format = ?,"
            " frame_count = ?, duration_ms = ?, content_hash = ?, shared_by = ?, state = 'new',"
            " has_alpha = NULL WHERE id = ? AND is_missing AND (content_hash, shared_by) <> (?, ?)",
            (
                *(shared.size, shared.modified_ns, shared.width, shared.height, shared.format),
                *(shared.frame_count, shared.duration_ms),
                *(shared.content_hash, shared.library, asset_id),
                *(shared.content_hash, shared.library),
            ),
        )
        return cursor.rowcount > 0

    def _move(
        self,
        connection: sqlite3.Connection,
        shared: SharedAsset,
        asset_id: int | None,
        known: dict[str, int],
    ) -> None:
        """A member renamed it: what is elsewhere follows, what is here stays."""
        connection.execute("DELETE FROM team_assets WHERE shared_id = ?", (shared.id,))
        root, relative = split_key(shared.moved_to)
        elsewhere = connection.execute(
            "SELECT id FROM assets WHERE id = ? AND is_missing AND shared_by <> ''", (asset_id,)
        ).fetchone()
        if elsewhere is None:
            return
        known.pop(shared.key, None)
        if shared.moved_to in known:
            self._replace(connection, elsewhere["id"], known[shared.moved_to])
            return
        connection.execute(
            "UPDATE assets SET root_id = ?, relative_path = ? WHERE id = ?",
            (self._root_id(connection, root), _local(relative), asset_id),
        )
        known[shared.moved_to] = elsewhere["id"]
        index_words(connection, [elsewhere["id"]])

    def _merge(self, asset_id: int, edits: FieldEdits) -> bool:
        by_stamp: dict[tuple[float, str], dict[str, FieldEdit]] = defaultdict(dict)
        for name, edit in edits.items():
            by_stamp[edit.edited_at, edit.editor][name] = edit
        is_news = False
        for stamp, fields in by_stamp.items():
            wanted = _as_edits(asset_id, fields)
            is_news |= not self._annotations.apply(wanted, received=stamp).is_empty
        return is_news

    # -- sending -------------------------------------------------------------------------------

    def sent(self) -> dict[int, Sent]:
        """Shared id -> what the collection is known to hold."""
        rows = self._database.read(
            "SELECT shared_id, asset_id, key, modified_ns, content_hash, edits FROM team_assets"
        )
        return {
            shared_id: Sent(asset_id, key, modified_ns, content_hash, load_edits(edits))
            for shared_id, asset_id, key, modified_ns, content_hash, edits in rows
        }

    def shared(self, encoder_id: str) -> Iterator[tuple[int, bool, SharedAsset]]:
        """Every picture of the roots that have a name: its id, whether it can be sent (its file is
        here, has a vector by ``encoder_id``, and may leave this machine), and what is to be known
        of it."""
        said = self._edits()
        rows = self._database.read(
            "SELECT assets.id, name, relative_path, content_hash, modified_ns, size, width,"
            " height, format, frame_count, duration_ms, shared_by,"
            " NOT is_missing AND state = 'ready' AND EXISTS (SELECT 1 FROM vectors"
            " WHERE vectors.asset_id = assets.id AND encoder = ?"
            " AND vectors.content_hash = assets.content_hash)"
            " FROM assets JOIN roots ON roots.id = root_id"
            " WHERE name <> '' AND NOT is_ignored AND content_hash <> ''",
            (encoder_id,),
        )
        own = self._catalog.library_id()
        private = {*self._catalog.filters.ids(Filter(is_private=True)).tolist()}
        for row in rows:
            # fmt: off
            (asset_id, root, relative, content_hash, modified_ns, size, width, height, form,
             frame_count, duration_ms, shared_by, is_here) = row
            # fmt: on
            path = _shared_path(relative)
            if path is not None:
                shared = SharedAsset(
                    *(root, path, content_hash, modified_ns, size, width, height, form),
                    *(frame_count, duration_ms),
                    library=own if is_here else shared_by,
                    edits=said.get(asset_id, {}),
                )
                yield asset_id, bool(is_here) and asset_id not in private, shared

    def vectors(
        self, encoder_id: str, asset_ids: Sequence[int]
    ) -> dict[int, list[tuple[str, int, NDArray[np.float32]]]]:
        """Kind, position and value (d,) of each vector of these assets."""
        found: dict[int, list[tuple[str, int, NDArray[np.float32]]]] = defaultdict(list)
        for asset_id, kind, position, value in self._database.read(
            "SELECT asset_id, kind, position, value FROM vectors WHERE encoder = ?"
            " AND asset_id IN (SELECT value FROM json_each(?)) ORDER BY position",
            (encoder_id, str(list(asset_ids))),
        ):
            vector = np.frombuffer(value, "<f2").astype(np.float32)
            found[asset_id].append((kind, position, vector))
        return found

    def note_sent(self, assets: Sequence[tuple[int, SharedAsset]]) -> None:
        """The collection has acknowledged these (asset id, as sent)."""
        with self._database.transaction() as connection:
            for asset_id, shared in assets:
                self._note_sent(connection, asset_id, shared)

    def forget(self, shared_ids: Sequence[int]) -> None:
        """Nothing is to be known of these any more."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM team_assets WHERE shared_id = ?", ((i,) for i in shared_ids)
            )

    def counts(self) -> tuple[int, int]:
        """How many pictures of the team are here, and how many elsewhere alone."""
        row = self._database.read_one(
            "SELECT TOTAL(NOT is_missing), TOTAL(is_missing AND shared_by <> '') FROM assets"
            " WHERE id IN (SELECT asset_id FROM team_assets)"
        )
        assert row is not None  # an aggregate always gives one
        return int(row[0]), int(row[1])

    def _note_sent(
        self, connection: sqlite3.Connection, asset_id: int, shared: SharedAsset
    ) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO team_assets VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(shared.id, asset_id, shared.key, shared.modified_ns, shared.content_hash),
                dump_edits(shared.edits),
            ),
        )

    def _edits(self, only: int | None = None) -> Mapping[int, FieldEdits]:
        """Asset id -> the last change of each of its fields, with the value it has now; of one
        asset or of all."""
        one = "" if only is None else " WHERE asset_id = :asset"
        values = {"asset": only}
        tags = {
            (asset_id, key): name
            for asset_id, key, name in self._database.read(
                "SELECT asset_id, key, name FROM asset_tags JOIN tags ON tags.id = tag_id" + one,
                values,
            )
        }
        found: dict[int, dict[str, FieldEdit]] = defaultdict(dict)
        for asset_id, name, at, editor, rating, note, rights in self._database.read(
            "SELECT edits.asset_id, field, edited_at, editor, rating, note,"
            " json_array(COALESCE(is_private, 0), COALESCE(licence, ''), COALESCE(expires, ''))"
            " FROM edits JOIN assets ON assets.id = edits.asset_id"
            " LEFT JOIN asset_rights ON asset_rights.asset_id = edits.asset_id"
            + ("" if only is None else " WHERE edits.asset_id = :asset"),
            values,
        ):
            kind, _, key = name.partition(":")
            if kind == "tag":
                tag = tags.get((asset_id, key))
                edit = FieldEdit(tag is not None, at, editor, tag or key)
            else:
                now = {"rating": rating, "note": note, "rights": rights}
                edit = FieldEdit(now[kind], at, editor)
            found[asset_id][name] = edit
        return found


def _as_edits(asset_id: int, fields: FieldEdits) -> Edits:
    """Without what could not have been entered here: it is not taken from elsewhere either."""
    ratings: dict[int, int] = {}
    notes: dict[int, str] = {}
    tags: dict[tuple[int, str], bool] = {}
    rights: dict[int, Rights] = {}
    for name, edit in fields.items():
        with suppress(UsageError, MalformedJson):
            match edit.value:
                case bool() as has if name.startswith("tag:") and edit.name:
                    tags[asset_id, clean_name(edit.name)] = has
                case bool():
                    pass
                case int() as stars if name == "rating":
                    ratings[asset_id] = check_rating(stars)
                case str() as note if name == "note":
                    notes[asset_id] = clean_note(note)
                case str() as said if name == "rights":
                    rights[asset_id] = clean_rights(load_rights(said))
                case _:
                    pass
    return Edits(ratings=ratings, notes=notes, tags=tags, rights=rights)


def _local(relative_path: str) -> bytes:
    """As this system spells it."""
    return os.fsencode(relative_path.replace("/", os.sep))


def _shared_path(relative_path: bytes) -> str | None:
    """As the team spells it; None for a name that is not text."""
    try:
        text = os.fsdecode(relative_path).encode().decode()
    except UnicodeError:
        return None
    return unicodedata.normalize("NFC", text.replace(os.sep, "/"))
