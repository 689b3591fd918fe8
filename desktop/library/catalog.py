"""What is on disk, as the library knows it: roots, assets and their words."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from desktop.core.asset import Asset
from desktop.library.database import Database
from desktop.library.disk.ignore import is_ignored
from desktop.library.disk.moves import last_place
from desktop.library.disk.presence import RootPresence
from desktop.library.disk.scan import FoundFile
from desktop.library.word_index import index_words
from desktop.library.words import match_expression

_COLUMNS = (
    "roots.path, relative_path, assets.id, size, modified_ns, assets.added_at, width, height, "
    "format, content_hash, is_missing, is_generated, failure, rating, is_ignored, "
    "duration_ms, frame_count, is_missing AND shared_by <> ''"
)
"""In the order in which ``_assets`` takes them."""
_FROM = "FROM assets JOIN roots ON roots.id = assets.root_id"
_MAX_VARIABLES = 500
"""SQLite builds may allow as few as 999 bound variables a statement."""
_SEPARATOR = os.fsencode(os.sep)
_FILE_NAMES = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
"""How ``os.fsdecode`` decodes."""


class RootKind(StrEnum):
    """How a root is kept up to date."""

    FOLDER = "folder"
    """Walked whole."""
    LOOSE = "loose"
    """Only single files of it were added; the folder itself is not walked."""
    GENERATED = "generated"
    """Plantain's own, inside the library; never merged with a folder around it."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder with assets in it.

    Attributes:
        path: as the person named it.
        real_path: with all links resolved; tells that two names mean one folder.
    """

    id: int
    path: Path
    real_path: Path
    kind: RootKind

    def relative(self, place: Path) -> Path:
        """Where ``place``, which lies in this root by name or by link, is below it."""
        if place.is_relative_to(self.path):
            return place.relative_to(self.path)
        return Path(os.path.realpath(place)).relative_to(self.real_path)


class KnownFile(NamedTuple):
    """What the catalogue remembers of a file, for comparing with the disk.

    Attributes:
        checked_ns: when it was last compared, nanoseconds since the epoch.
    """

    id: int
    size: int
    modified_ns: int
    state: str
    is_missing: bool
    failure: str
    file_id: str
    checked_ns: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading an asset's file told about it.

    Attributes:
        palette: up to six colours, "#1A2B3C #F5C518".
        perceptual_hash: 16 hex digits; see ``media.likeness``.
        frame_count: 1 for a still, 0 for several that nobody counted.
        duration_ms: of a video; 0 for everything else.
    """

    asset_id: int
    width: int
    height: int
    format: str
    content_hash: str
    palette: str = ""
    perceptual_hash: str = ""
    frame_count: int = 1
    duration_ms: int = 0


class Catalog:
    """Roots and assets. Every method is one transaction; any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.presence = RootPresence(database)

    def require_writable(self) -> None:
        """Asked before long or costly work. Raises LibraryReadOnly."""
        self._database.require_writable()

    def all_or_nothing(self) -> AbstractContextManager[object]:
        """Several calls as one transaction."""
        return self._database.transaction()

    # -- roots ---------------------------------------------------------------------------------

    def library_id(self) -> str:
        """Random identity of this library; it stays when the library is moved."""
        row = self._database.read_one("SELECT id FROM library")
        assert row is not None  # written when the catalogue was made
        return row["id"]

    def roots(self) -> list[Root]:
        """Those with a folder here; what a team has elsewhere alone is not looked for."""
        rows = self._database.read(
            "SELECT id, path, real_path, kind FROM roots WHERE NOT is_elsewhere ORDER BY id"
        )
        return [
            Root(row["id"], _path(row["path"]), _path(row["real_path"]), RootKind(row["kind"]))
            for row in rows
        ]

    def roots_at_hand(self) -> list[int]:
        """Ids of the roots whose folder is there now; that of a drive that is away is not."""
        away = self.presence.look()
        return [root.id for root in self.roots() if root.id not in away]

    def folders_at_hand(self) -> list[Path]:
        """The folders that are walked whole and are there now."""
        away = self.presence.look()
        return [
            root.path
            for root in self.roots()
            if root.kind is RootKind.FOLDER and root.id not in away
        ]

    def locate(self, path: Path) -> tuple[Root, Path] | None:
        """The folder root that holds ``path``, and where below it; by name or by real place.

        What lies behind a hidden folder belongs to no root around it, because scanning that root
        would pass it over.
        """
        real = Path(os.path.realpath(path))
        roots = [root for root in self.roots() if root.kind is not RootKind.LOOSE]
        candidates = [(root, path, root.path) for root in roots]
        candidates += [(root, real, root.real_path) for root in roots]
        for root, place, top in candidates:
            if place.is_relative_to(top):
                below = place.relative_to(top)
                if not any(is_ignored(part) for part in below.parts[:-1] or below.parts):
                    return root, below
        return None

    def add_root(self, folder: Path, kind: RootKind = RootKind.FOLDER) -> Root:
        """The root that holds ``folder``: an existing one at or above it, else a new one.

        A new folder root takes over the roots below it, with their assets and everything that
        hangs on them, so that no file is ever in the library twice.
        """
        with self._database.transaction() as connection:
            existing = self._root_holding(folder, kind)
            if existing is None:
                real = Path(os.path.realpath(folder))
                cursor = connection.execute(
                    "INSERT INTO roots (path, real_path, kind, added_at) VALUES (?, ?, ?, ?)",
                    (os.fsencode(folder), os.fsencode(real), kind, time.time()),
                )
                existing = Root(_row_id(cursor), folder, real, kind)
            elif existing.kind is RootKind.LOOSE and kind is RootKind.FOLDER:
                connection.execute("UPDATE roots SET kind = ? WHERE id = ?", (kind, existing.id))
                existing = Root(existing.id, existing.path, existing.real_path, kind)
            else:
                return existing
            if kind is RootKind.FOLDER:
                self._adopt_below(connection, existing)
            return existing

    def move_generated(self, folder: Path) -> None:
        """The library was moved, and its folder of generated pictures with it."""
        real = os.path.realpath(folder)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE roots SET path = ?, real_path = ? WHERE kind = ? AND path <> ?",
                (
                    os.fsencode(folder),
                    os.fsencode(real),
                    RootKind.GENERATED,
                    os.fsencode(folder),
                ),
            )

    def _root_holding(self, folder: Path, kind: RootKind) -> Root | None:
        real = Path(os.path.realpath(folder))
        for root in self.roots():
            if folder == root.path or real == root.real_path:
                return root
        if kind is RootKind.GENERATED:
            return None
        located = self.locate(folder)
        return located[0] if located else None

    def _adopt_below(self, connection: sqlite3.Connection, root: Root) -> None:
        for inner in self.roots():
            if inner.id == root.id or inner.kind is RootKind.GENERATED:
                continue
            if inner.path.is_relative_to(root.path):
                below = inner.path.relative_to(root.path)
            elif inner.real_path.is_relative_to(root.real_path):
                below = inner.real_path.relative_to(root.real_path)
            else:
                continue
            if any(is_ignored(part) for part in below.parts):
                continue
            prefix = os.fsencode(below) + os.fsencode(os.sep)
            connection.execute(
                "UPDATE assets SET root_id = ?, relative_path = CAST(? || relative_path AS BLOB)"
                " WHERE root_id = ?",
                (root.id, prefix, inner.id),
            )
            connection.execute("DELETE FROM roots WHERE id = ?", (inner.id,))

    # -- what a scan finds ---------------------------------------------------------------------

    def known_files(self, root_id: int, paths: Sequence[bytes]) -> dict[bytes, KnownFile]:
        """Relative path -> what is remembered; what is not known is left out."""
        known: dict[bytes, KnownFile] = {}
        for start in range(0, len(paths), _MAX_VARIABLES):
            part = paths[start : start + _MAX_VARIABLES]
            rows = self._database.read(
                "SELECT relative_path, id, size, modified_ns, state, is_missing, failure,"
                " file_id, checked_ns"
                f" FROM assets WHERE root_id = ? AND relative_path IN ({_marks(part)})",
                (root_id, *part),
            )
            known.update((row[0], KnownFile._make(row[1:])) for row in rows)
        return known

    def known_file(self, root_id: int, relative_path: bytes) -> KnownFile | None:
        return self.known_files(root_id, [relative_path]).get(relative_path)

    def paths_in(self, root_id: int) -> list[bytes]:
        """Relative paths of all files of a root that no rule hides."""
        rows = self._database.read(
            "SELECT relative_path FROM assets WHERE root_id = ? AND NOT is_ignored", (root_id,)
        )
        return [last_place(row[0]) for row in rows]

    def ids_at(self, root_id: int, place: bytes) -> Iterator[int]:
        """Ids of the assets at ``place``: the file of that relative path, or all files below that
        folder; the whole root when empty."""
        if not place:
            return self._database.stream("SELECT id FROM assets WHERE root_id = ?", (root_id,))
        # The first name after all that begin with the folder and a separator.
        end = place + bytes([_SEPARATOR[0] + 1])
        return self._database.stream(
            "SELECT id FROM assets WHERE root_id = ?1 AND relative_path = ?2 UNION ALL"
            " SELECT id FROM assets WHERE root_id = ?1 AND relative_path > ?3"
            " AND relative_path < ?4",
            (root_id, place, place + _SEPARATOR, end),
        )

    def add_files(
        self, root: Root, files: Sequence[FoundFile], *, is_generated: bool = False
    ) -> list[int]:
        """New assets, to be read; returns their ids in order."""
        is_generated = is_generated or root.kind is RootKind.GENERATED
        now = time.time_ns()
        ids: list[int] = []
        with self._database.transaction() as connection:
            for file in files:
                cursor = connection.execute(
                    "INSERT INTO assets (root_id, relative_path, size, modified_ns, file_id,"
                    " added_at, checked_ns, is_generated) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (root.id, *file, now / 1e9, now, is_generated),
                )
                ids.append(_row_id(cursor))
            index_words(connection, ids)
        return ids

    def mark_changed(
        self, files: Iterable[tuple[int, FoundFile]], *, is_generated: bool = False
    ) -> None:
        """These assets' files are new or different on disk: read them again."""
        now = time.time_ns()
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET size = ?, modified_ns = ?, file_id = ?, checked_ns = ?,"
                " state = 'new', failure = '', is_missing = 0, is_generated = is_generated OR ?"
                " WHERE id = ?",
                (
                    (file.size, file.modified_ns, file.file_id, now, is_generated, asset_id)
                    for asset_id, file in files
                ),
            )

    def mark_missing(self, asset_ids: Iterable[int], *, is_missing: bool) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET is_missing = ? WHERE id = ?",
                ((is_missing, asset_id) for asset_id in asset_ids),
            )

    # -- what reading finds --------------------------------------------------------------------

    def record_read(self, files: Iterable[ReadFile]) -> None:
        """The files were read and their thumbnails written."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET state = 'ready', failure = '', width = ?, height = ?,"
                " format = ?, content_hash = ?, palette = ?, perceptual_hash = ?,"
                " frame_count = ?, duration_ms = ? WHERE id = ?",
                (
                    (
                        *(f.width, f.height, f.format, f.content_hash),
                        *(f.palette, f.perceptual_hash, f.frame_count, f.duration_ms, f.asset_id),
                    )
                    for f in files
                ),
            )

    def record_failures(self, failures: Iterable[tuple[int, str, bool]]) -> None:
        """(asset id, reason, is final): the files could not be read.

        A final failure lies in the file itself and is not tried again until the file changes;
        others (permissions, a drive gone) are tried at every run.
        """
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET state = ?, failure = ? WHERE id = ?",
                (
                    ("failed" if is_final else "new", reason, asset_id)
                    for asset_id, reason, is_final in failures
                ),
            )

    # -- reading -------------------------------------------------------------------------------

    def asset(self, asset_id: int) -> Asset | None:
        found = self.assets_by_id([asset_id])
        return found.get(asset_id)

    def assets_by_id(self, ids: Sequence[int]) -> dict[int, Asset]:
        found: dict[int, Asset] = {}
        for start in range(0, len(ids), _MAX_VARIABLES):
            part = ids[start : start + _MAX_VARIABLES]
            rows = self._database.read(
                f"SELECT {_COLUMNS} {_FROM} WHERE assets.id IN ({_marks(part)})", part
            )
            found.update((asset.id, asset) for asset in self._assets(rows))
        return found

    def all_assets(self) -> list[Asset]:
        """Every asset that no rule hides, the newest in the library first."""
        # Ids grow with every addition, and unlike a sort by time this needs no sorting.
        return self._assets(
            self._database.read(
                f"SELECT {_COLUMNS} {_FROM} WHERE NOT is_ignored ORDER BY assets.id DESC"
            )
        )

    def version(self) -> tuple[object, ...]:
        """Another one after every change of the catalogue, and when a root comes or goes; to be
        compared with those that the same thread got."""
        return (*self._database.version(), frozenset(self.presence.away()))

    def asset_at(self, path: Path) -> Asset | None:
        """The asset whose file is ``path`` (absolute), if the library has it."""
        places = [located] if (located := self.locate(path)) else []
        places += [(root, Path(path.name)) for root in self.roots() if root.path == path.parent]
        for root, below in places:
            row = self._database.read_one(
                f"SELECT {_COLUMNS} {_FROM} WHERE root_id = ? AND relative_path = ?",
                (root.id, os.fsencode(below)),
            )
            if row is not None:
                return self._assets([row])[0]
        return None

    def find_words(self, text: str, limit: int) -> list[Asset]:
        """Assets whose path, prompt, tags and note hold every word of ``text``; best first."""
        expression = match_expression(text)
        if not expression:
            return []
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM words JOIN assets ON assets.id = words.rowid"
            " JOIN roots ON roots.id = assets.root_id"
            " WHERE words MATCH ? AND NOT is_ignored ORDER BY rank, assets.id LIMIT ?",
            (expression, limit),
        )
        return self._assets(rows)

    def fingerprints(self) -> list[tuple[int, str, str]]:
        """(id, content hash, perceptual hash) of all pictures that are there, ids ascending; not
        of those that were written since they were read."""
        away = str(list(self.presence.away()))
        rows = self._database.read(
            "SELECT id, content_hash, perceptual_hash FROM assets WHERE state = 'ready'"
            " AND content_hash <> '' AND NOT is_missing AND NOT is_ignored"
            " AND root_id NOT IN (SELECT value FROM json_each(?)) ORDER BY id",
            (away,),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Numbers of ``assets``, ``missing``, ``offline``, ``failed`` and ``unread`` ones."""
        row = self._database.read_one(
            "SELECT COUNT(*) AS assets, TOTAL(is_missing AND shared_by = '') AS missing,"
            " TOTAL(NOT is_missing AND root_id IN (SELECT value FROM json_each(?))) AS offline,"
            " TOTAL(state = 'failed') AS failed,"
            " TOTAL(state = 'new' AND NOT is_missing) AS unread FROM assets WHERE NOT is_ignored",
            (str(list(self.presence.look())),),
        )
        assert row is not None  # an aggregate always gives one
        return {key: int(value) for key, value in dict(row).items()}

    def _assets(self, rows: Sequence[sqlite3.Row]) -> list[Asset]:
        away = self.presence.away()
        return _assets(rows, {os.fsencode(root.path) for root in self.roots() if root.id in away})


def _path(raw: bytes) -> Path:
    return Path(os.fsdecode(raw))


def _folder(root: bytes, below: bytes) -> str:
    """Without ``Path``, which takes a millisecond for the folders of a hundred hits."""
    return os.fsdecode(os.path.join(root, below) if below else root)  # noqa: PTH118


def _row_id(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None  # an INSERT has just succeeded
    return cursor.lastrowid


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _assets(rows: Sequence[sqlite3.Row], away: Collection[bytes]) -> list[Asset]:
    """Rows of ``_COLUMNS``; a hundred thousand of them are made each time the window opens.

    Args:
        away: paths of the roots that are not there now.
    """
    places: dict[tuple[bytes, bytes], tuple[str, bool]] = {}
    assets: list[Asset] = []
    for row in rows:
        # fmt: off
        (root, relative, asset_id, size, modified_ns, added_at, width, height, form, content_hash,
         is_missing, is_generated, failure, rating, is_ignored, duration_ms, frame_count,
         is_elsewhere) = row
        # fmt: on
        below, _, name = relative.rpartition(_SEPARATOR)
        place = places.get((root, below))
        if place is None:
            place = places[root, below] = (_folder(root, below), root in away)
        folder, is_away = place
        assets.append(
            Asset(
                asset_id,
                folder,
                last_place(name).decode(*_FILE_NAMES),
                size,
                modified_ns,
                added_at,
                width,
                height,
                form,
                content_hash,
                is_missing == 1 and not is_elsewhere,
                is_generated == 1,
                failure,
                rating,
                is_ignored == 1,
                is_away or is_elsewhere == 1,
                duration_ms,
                frame_count,
                is_elsewhere == 1,
            )
        )
    return assets
