"""The assets: what scanning and reading record of their files, and what is read back."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from desktop.core.asset import Asset
from desktop.core.colour import PALETTE_VERSION, Palette
from desktop.core.filter import EVERYTHING, Filter
from desktop.core.integers import MOST, MOST_SIDE
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.core.metadata import VERSION as METADATA_VERSION
from desktop.library.catalog.asset_columns import AssetColumns, Assets
from desktop.library.catalog.asset_rows import COLUMNS, Places
from desktop.library.catalog.colour_search import ColourSearch
from desktop.library.catalog.database import Database
from desktop.library.catalog.filters import AssetFilters
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.metadata import MetadataTable, write_metadata
from desktop.library.catalog.moved_files import last_place
from desktop.library.catalog.palettes import PaletteTable, write_palettes
from desktop.library.catalog.picture_texts import PictureTexts
from desktop.library.catalog.roots import Root, RootKind, RootTable
from desktop.library.catalog.transparency import TransparencyTable
from desktop.library.catalog.word_search import WordSearch
from desktop.library.folders.scan import FoundFile
from desktop.library.folders.spelling import DiskNames, is_same_folder

_MAX_VARIABLES = 500
"""SQLite builds may allow as few as 999 bound variables a statement."""
_SEPARATOR = os.fsencode(os.sep)
ANOTHER_ID = "UPDATE library SET id = lower(hex(randomblob(6)))"


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
        palette: up to six main colours.
        perceptual_hash: see ``media.perceptual_hash``.
        frame_count: 1 for a still, 0 for several that nobody counted.
        duration_ms: of a video; 0 for everything else.
        metadata: what the file says beside its pixels.
        has_alpha: some of its pixels are not opaque, and its thumbnail keeps them so.

    Raises:
        ValueError: a number is none that a picture has, whatever its file states.
    """

    asset_id: int
    width: int
    height: int
    format: str
    content_hash: str
    palette: Palette = ()
    perceptual_hash: str = ""
    frame_count: int = 1
    duration_ms: int = 0
    metadata: Metadata = NO_METADATA
    has_alpha: bool = False

    def __post_init__(self) -> None:
        sides = (self.width, self.height, self.frame_count)
        if not (all(0 <= side <= MOST_SIDE for side in sides) and 0 <= self.duration_ms <= MOST):
            raise ValueError("no picture has such numbers")


class Catalog:
    """The assets of a library. Every method is one transaction; any thread may call it.

    Attributes:
        roots: the folders in which they are.
        filters: which of them a filter means.
        metadata: what their files say about them.
        palettes: their main colours.
        texts: what is written in them.
        transparency: which of them are not opaque.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.roots = RootTable(database)
        self.filters = AssetFilters(database, self.roots.presence)
        self.metadata = MetadataTable(database)
        self.palettes = PaletteTable(database)
        self.words = WordSearch(database, self.filters)
        self.colours = ColourSearch(database, self.filters)
        self.texts = PictureTexts(database)
        self.transparency = TransparencyTable(database)

    def require_writable(self) -> None:
        """Asked before long or costly work. Raises LibraryReadOnly."""
        self._database.require_writable()

    def all_or_nothing(self) -> AbstractContextManager[object]:
        """Several calls as one transaction."""
        return self._database.transaction()

    def library_id(self) -> str:
        """Random identity of this library; it stays when the library is moved."""
        row = self._database.read_one("SELECT id FROM library")
        assert row is not None  # written when the catalogue was made
        return row["id"]

    def renew_id(self) -> None:
        """Be another library from now on, than the one whose folder was copied."""
        with self._database.transaction() as connection:
            connection.execute(ANOTHER_ID)

    # -- what a scan finds ---------------------------------------------------------------------

    def known_files(self, root_id: int, paths: Sequence[bytes]) -> dict[bytes, KnownFile]:
        """Relative path -> what is remembered; what is not known is left out."""
        known: dict[bytes, KnownFile] = {}
        for start in range(0, len(paths), _MAX_VARIABLES):
            part = paths[start : start + _MAX_VARIABLES]
            rows = self._database.read(
                "SELECT relative_path, id, CAST(size AS INTEGER), CAST(modified_ns AS INTEGER),"
                " state, is_missing, failure, file_id, CAST(checked_ns AS INTEGER)"
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

    def mark_generated(self, asset_ids: Iterable[int]) -> None:
        """Plantain made these, here or elsewhere."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET is_generated = 1 WHERE id = ?",
                ((asset_id,) for asset_id in asset_ids),
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
        files = tuple(files)
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET state = 'ready', failure = '', width = ?, height = ?,"
                " format = ?, content_hash = ?, perceptual_hash = ?, frame_count = ?,"
                " duration_ms = ?, has_alpha = ?, palette_version = ?, taken_s = ?,"
                " metadata_version = ? WHERE id = ?",
                (
                    (
                        *(f.width, f.height, f.format, f.content_hash, f.perceptual_hash),
                        *(f.frame_count, f.duration_ms, f.has_alpha, PALETTE_VERSION),
                        *(f.metadata.taken_s, METADATA_VERSION, f.asset_id),
                    )
                    for f in files
                ),
            )
            write_palettes(connection, ((f.asset_id, f.palette) for f in files))
            write_metadata(connection, ((f.asset_id, f.metadata) for f in files))

    def record_hashes(self, hashes: Iterable[tuple[int, str]]) -> None:
        """(asset id, perceptual hash): made anew by other rules; see ``media.perceptual_hash``.

        Raises:
            LibraryReadOnly: they are not kept.
        """
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET perceptual_hash = ? WHERE id = ?",
                ((written, asset_id) for asset_id, written in hashes),
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
                f"SELECT {COLUMNS} FROM assets WHERE assets.id IN ({_marks(part)})", part
            )
            found.update((asset.id, asset) for asset in self._assets(rows))
        return found

    def all_assets(self) -> Assets:
        """Every asset that no rule hides, the newest in the library first."""
        return self._newest("NOT is_ignored")

    def first_assets(self, count: int) -> Assets:
        """The first of ``all_assets``."""
        return self._newest("NOT is_ignored", most=count)

    def version(self) -> tuple[object, ...]:
        """Another one after every change of the catalogue, and when a root comes or goes; to be
        compared with those that the same thread got."""
        return (*self._database.version(), frozenset(self.roots.presence.away()))

    def with_content(self, digest: str) -> Asset | None:
        """One whose file had these bytes when it was last read, the first that came."""
        row = self._database.read_one(
            "SELECT MIN(id) AS id FROM assets"
            " WHERE content_hash = ? AND content_hash <> '' AND NOT is_missing",
            (digest,),
        )
        return self.asset(row["id"]) if row is not None and row["id"] is not None else None

    def asset_at(self, path: Path) -> Asset | None:
        """The asset whose file is ``path`` (absolute), if the library has it; in any spelling by
        which the disk knows it."""
        located = self.roots.locate(path)
        loose = [root for root in self.roots.all() if root.kind is RootKind.LOOSE]
        own = [(root, Path(path.name)) for root in loose if root.path == path.parent]
        if (asset := self._at([located, *own])) is not None:
            return asset
        # Only now the disk is asked, which takes longer.
        names = DiskNames()
        located = self.roots.locate(path, names)
        folder = names.spelled_whole(path.parent)
        own = [
            (root, names.spelled(root.path, Path(path.name)))
            for root in loose
            if is_same_folder(root.path, folder)
        ]
        return self._at([located, *own])

    def asset_named(self, path: Path) -> Asset | None:
        """As ``asset_at``, and also what a team has elsewhere alone, by the path that is shown of
        it."""
        theirs = (
            (root, path.relative_to(root.path))
            for root in self.roots.elsewhere()
            if path.is_relative_to(root.path)
        )
        return self._at(theirs) or self.asset_at(path)

    def _at(self, places: Iterable[tuple[Root, Path] | None]) -> Asset | None:
        for root, below in filter(None, places):
            row = self._database.read_one(
                f"SELECT {COLUMNS} FROM assets WHERE root_id = ? AND relative_path = ?",
                (root.id, os.fsencode(below)),
            )
            if row is not None:
                return next(iter(self._assets([row])), None)
        return None

    def newest(self, wanted: Filter) -> Assets:
        """All that a filter means, the newest in the library first."""
        condition = self.filters.condition(wanted)
        return self._newest(condition.sql, condition.values)

    def content_hashes(self, wanted: Filter = EVERYTHING) -> list[tuple[int, str, str]]:
        """(id, content hash, perceptual hash) of the pictures meant that are there, ids ascending;
        not of those that were written since they were read."""
        condition = self.filters.condition(wanted)
        away = str(list(self.roots.presence.away()))
        rows = self._database.read(
            "SELECT id, content_hash, perceptual_hash FROM assets WHERE state = 'ready'"
            " AND content_hash <> '' AND NOT is_missing AND NOT is_ignored"
            f" AND root_id NOT IN (SELECT value FROM json_each(?)) AND {condition.sql}"
            " ORDER BY id",
            (away, *condition.values),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def counts(self) -> dict[str, int]:
        """Numbers of ``assets``, ``missing``, ``offline``, ``failed`` and ``unread`` ones."""
        row = self._database.read_one(
            "SELECT TOTAL(n) AS assets, TOTAL(n * (is_missing AND NOT is_shared)) AS missing,"
            " TOTAL(n * (NOT is_missing AND root_id IN"
            " (SELECT value FROM json_each(?)))) AS offline,"
            " TOTAL(n * (state = 'failed')) AS failed,"
            " TOTAL(n * (state = 'new' AND NOT is_missing)) AS unread"
            " FROM asset_counts WHERE NOT is_ignored",
            (str(list(self.roots.presence.look())),),
        )
        assert row is not None  # an aggregate always gives one
        return {key: int(value) for key, value in dict(row).items()}

    def _newest(self, condition: str, values: Sequence[object] = (), most: int = -1) -> Assets:
        # Ids grow with every addition, and unlike a sort by time this needs no sorting.
        sql = f"SELECT {COLUMNS} FROM assets WHERE {condition} ORDER BY assets.id DESC LIMIT {most}"
        with self._database.snapshot():  # no asset without its root
            columns = AssetColumns(self._places())
            for rows in self._database.batches(sql, values):
                columns.add(rows)
        return Assets(columns)

    def _assets(self, rows: Sequence[sqlite3.Row]) -> list[Asset]:
        if not rows:
            return []
        places = self._places()
        # One whose root has been removed since it was read is gone with it.
        return [places.asset(row) for row in rows if places.has(row["root_id"])]

    def _places(self) -> Places:
        away = self.roots.presence.away()
        roots = self._database.read("SELECT id, path FROM roots")
        return Places({root_id: (path, root_id in away) for root_id, path in roots})


def _row_id(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None  # an INSERT has just succeeded
    return cursor.lastrowid


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
