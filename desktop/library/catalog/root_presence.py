"""Which roots are there now; see ``folders.offline`` for what tells."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from desktop.library.catalog.database import Database
from desktop.library.folders.offline import Absence, Disks, absence_of, identity_of

_SAMPLE = 20
"""Files from either end of a root's list."""


class RootPresence:
    """What is known of the roots' folders; any thread may ask.

    ``away`` answers from memory, so that searching and browsing never wait for a drive; ``look``
    asks the disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._disks = Disks()
        self._away: Mapping[int, Absence] | None = None

    def away(self) -> Mapping[int, Absence]:
        """Root id -> why it is away, as of the last ``look``."""
        return self.look() if self._away is None else self._away

    def look(self) -> Mapping[int, Absence]:
        """As ``away``, after looking at every root's folder."""
        rows = self._database.read(
            "SELECT id, path, folder_id FROM roots WHERE NOT is_elsewhere AND NOT is_removed"
        )
        away = {row["id"]: absence for row in rows if (absence := self._absence(*row)) is not None}
        self._away = away
        return away

    def forget(self) -> None:
        """The roots are others now: the next one who asks looks."""
        self._away = None

    def remember(self, root_id: int, folder: Path) -> None:
        """The root was looked through: this is its folder from now on."""
        folder_id = identity_of(folder)
        if not folder_id:
            return  # it went away meanwhile; the next look says so
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE roots SET folder_id = ? WHERE id = ? AND folder_id <> ?",
                (folder_id, root_id, folder_id),
            )

    def _absence(self, root_id: int, path: bytes, folder_id: str) -> Absence | None:
        folder = Path(os.fsdecode(path))
        return absence_of(folder, folder_id, lambda: self._some_files(root_id), self._disks)

    def _some_files(self, root_id: int) -> list[bytes]:
        """Relative paths of some files that were there when last looked at."""
        return [
            row[0]
            for order in ("ASC", "DESC")
            for row in self._database.read(
                "SELECT relative_path FROM assets WHERE root_id = ? AND NOT is_missing"
                f" ORDER BY relative_path {order} LIMIT {_SAMPLE}",
                (root_id,),
            )
        ]
