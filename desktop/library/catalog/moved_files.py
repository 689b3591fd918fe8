"""Assets whose file was found again: at another place, or with another time on it.

An asset keeps its identity and all that hangs on it. One whose place was taken by another asset's
file, and whose own file is nowhere, is *parked*: it keeps its last place with a zero byte and its
id behind it, which no file can have, until its file turns up again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from desktop.core.errors import LibraryError
from desktop.core.text import tr
from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.folders.scan import FoundFile

_PARKED = b"\0"
_SEPARATOR = os.fsencode(os.sep)
_IN_DOUBT_NS = 2_000_000_000
"""The coarsest clock of a file system (FAT's): within that time a file can be written again and
carry the same time."""


class PlacedFile(NamedTuple):
    """An asset's file as it was last seen.

    Attributes:
        path: absolute.
        content_hash: empty while it has not been read.
    """

    id: int
    root_id: int
    path: Path
    relative_path: bytes
    size: int
    modified_ns: int
    file_id: str
    checked_ns: int
    content_hash: str
    is_missing: bool

    @property
    def name(self) -> bytes:
        return os.path.basename(last_place(self.relative_path))  # noqa: PTH119 - bytes


class Move(NamedTuple):
    """The asset's file is ``file`` now, in the root ``root_id``."""

    asset_id: int
    root_id: int
    file: FoundFile


class MovedFiles:
    """Finds assets by their file's size, and gives them other places."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_sizes(self, sizes: Iterable[int]) -> list[PlacedFile]:
        """All assets with a file of one of these sizes, ids ascending.

        Not those of teammates: a copy of their file in a folder here is another picture.
        """
        rows = self._database.read(
            "SELECT assets.id, root_id, roots.path, relative_path, size,"
            " CAST(modified_ns AS INTEGER), file_id, CAST(checked_ns AS INTEGER), content_hash,"
            " is_missing"
            " FROM assets JOIN roots ON roots.id = root_id"
            " WHERE size IN (SELECT value FROM json_each(?))"
            " AND NOT (is_missing AND shared_by <> '') ORDER BY assets.id",
            (str(sorted(set(sizes))),),
        )
        placed: list[PlacedFile] = []
        for row in rows:
            asset_id, root_id, root, relative, size, modified_ns, file_id, checked_ns, *rest = row
            content_hash, is_missing = rest
            placed.append(
                PlacedFile(
                    asset_id,
                    root_id,
                    Path(os.fsdecode(root)) / os.fsdecode(last_place(relative)),
                    relative,
                    size,
                    modified_ns,
                    file_id,
                    checked_ns,
                    content_hash,
                    bool(is_missing),
                )
            )
        return placed

    def content_hashes(self, asset_ids: Sequence[int]) -> dict[int, str]:
        """Of the files that were read."""
        rows = self._database.read(
            "SELECT id, content_hash FROM assets WHERE state = 'ready'"
            " AND id IN (SELECT value FROM json_each(?))",
            (str(list(asset_ids)),),
        )
        return {row["id"]: row["content_hash"] for row in rows}

    def confirm(self, files: Iterable[tuple[int, FoundFile]]) -> None:
        """These assets' files hold what they held; their times or identities may be others."""
        now = time.time_ns()
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE assets SET modified_ns = ?, file_id = ?, checked_ns = ?, is_missing = 0"
                " WHERE id = ?",
                ((file.modified_ns, file.file_id, now, asset_id) for asset_id, file in files),
            )

    def move(self, moves: Sequence[Move], displaced: Sequence[tuple[int, bytes]]) -> None:
        """Give assets their new places, which may be each other's old ones.

        Args:
            displaced: (asset id, relative path) of those that hold one of the new places and have
                no file any more; they become missing.
        """
        now = time.time_ns()
        with self._database.transaction() as connection:
            park = "UPDATE assets SET relative_path = ?, is_missing = 1 WHERE id = ?"
            connection.executemany(
                park, ((_parked(path, asset_id), asset_id) for asset_id, path in displaced)
            )
            # All of them step aside first, so that two can change places.
            connection.executemany(
                park,
                (
                    (_parked(move.file.relative_path, move.asset_id), move.asset_id)
                    for move in moves
                ),
            )
            connection.executemany(
                "UPDATE assets SET root_id = ?, relative_path = ?, size = ?, modified_ns = ?,"
                " file_id = ?, checked_ns = ?, is_missing = 0, is_ignored = 0 WHERE id = ?",
                ((root_id, *file, now, asset_id) for asset_id, root_id, file in moves),
            )
            index_words(connection, [move.asset_id for move in moves])

    def rename(self, asset_id: int, name: bytes, rename_file: Callable[[], None]) -> None:
        """Give an asset's file another name in its folder, here and on disk or neither.

        One that had the name and has no file any more is missing from there.

        Args:
            rename_file: does it on disk; when it raises, nothing was changed here.

        Raises:
            LibraryError: there is no such asset, or another one has that name.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT root_id, relative_path FROM assets WHERE id = ?", (asset_id,)
            ).fetchone()
            if row is None:
                raise LibraryError(tr("This picture is no longer in the library."))
            root_id, relative = row
            folder, separator, _ = last_place(relative).rpartition(_SEPARATOR)
            place = folder + separator + name
            there = connection.execute(
                "SELECT id, is_missing FROM assets WHERE root_id = ? AND relative_path = ?"
                " AND id <> ?",
                (root_id, place, asset_id),
            ).fetchone()
            if there is not None and not there["is_missing"]:
                raise LibraryError(
                    tr("There is a file called {name} already.", name=os.fsdecode(name)),
                    safe=tr("Nothing was renamed."),
                    next_step=tr("Choose another name."),
                )
            give = "UPDATE assets SET relative_path = ? WHERE id = ?"
            if there is not None:
                connection.execute(give, (_parked(place, there["id"]), there["id"]))
            connection.execute(give, (place, asset_id))
            index_words(connection, [asset_id])
            rename_file()


def is_in_doubt(modified_ns: int, checked_ns: int) -> bool:
    """True when a file was looked at so soon after it was written that it may have been written
    once more since, within the same tick of its clock."""
    return abs(checked_ns - modified_ns) < _IN_DOUBT_NS


def last_place(relative_path: bytes) -> bytes:
    """Where an asset's file is, or last was when it is parked."""
    return relative_path.partition(_PARKED)[0]


def _parked(relative_path: bytes, asset_id: int) -> bytes:
    return last_place(relative_path) + _PARKED + str(asset_id).encode()
