"""What binds a picture: what is said of it, of its boards and folders, of what it was made from.

What people say is written as ``Edits``, by ``Annotations``; here it is put together. The same
bytes are the same picture, wherever they lie.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from desktop.core.asset import displayable, displayable_name
from desktop.core.rights import Claim, Origin, Rights
from desktop.files.checked_json import checked, parse_json
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage import SOURCES
from desktop.library.catalog.moved_files import last_place

_LISTED = "IN (SELECT value FROM json_each(?))"


def dump_rights(rights: Rights) -> str:
    """As SQLite's ``json_array`` writes it."""
    told = [int(rights.is_private), rights.licence, rights.expires]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def load_rights(text: str) -> Rights:
    """From ``dump_rights``. Raises: MalformedJson."""
    is_private, licence, expires = checked(parse_json(text), tuple[int, str, str])
    return Rights(bool(is_private), licence, expires)


def own_rights(database: Database, asset_ids: Collection[int]) -> dict[int, Rights]:
    """What is said of these pictures themselves; those of which nothing is are left out."""
    rows = database.read(
        f"SELECT asset_id, is_private, licence, expires FROM asset_rights WHERE asset_id {_LISTED}",
        (str(list(asset_ids)),),
    )
    return {asset_id: Rights(bool(private), *rest) for asset_id, private, *rest in rows}


def bound(said: str, folders: str) -> str:
    """A SELECT of the ids of the assets that are bound by rights of which ``said`` holds.

    Args:
        said: SQL over the columns of rights, without values.
        folders: a SELECT of the ids of what is below the folders of which it holds.
    """
    return f"""WITH RECURSIVE made (id, source_id) AS MATERIALIZED ({SOURCES}),
    bound (id) AS (
        SELECT asset_id FROM asset_rights WHERE {said}
        UNION SELECT asset_id FROM board_rights JOIN board_assets USING (board_id) WHERE {said}
        UNION SELECT id FROM ({folders})
        UNION SELECT made.id FROM bound JOIN made ON source_id = bound.id
        UNION SELECT copy.id FROM bound JOIN assets AS used ON used.id = bound.id
            JOIN assets AS copy
            ON copy.content_hash = used.content_hash AND copy.content_hash <> ''
    ) SELECT id FROM bound"""


class RightsTable:
    """Reads rights, and keeps to whom a person agreed that this library is sent. Any thread may
    call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claims(self, asset_ids: Sequence[int]) -> dict[int, tuple[Claim, ...]]:
        """All that binds each of these pictures, the nearest first: what is said of itself, of its
        boards, of its folders, of the same bytes elsewhere, of what it was made from."""
        said: dict[int, tuple[Claim, ...]] = {}
        return {asset_id: tuple(self._claims(asset_id, said)) for asset_id in asset_ids}

    def of_content(self, content_hash: str) -> tuple[Claim, ...]:
        """All that binds the pictures of these bytes."""
        rows = self._database.read(
            "SELECT id FROM assets WHERE content_hash = ? AND content_hash <> '' LIMIT 1",
            (content_hash,),
        )
        return tuple(claim for (asset_id,) in rows for claim in self.claims([asset_id])[asset_id])

    def boards(self) -> dict[str, Rights]:
        """Of every board of which something is said."""
        rows = self._database.read(
            "SELECT name, is_private, licence, expires FROM board_rights"
            " JOIN boards ON boards.id = board_id ORDER BY key"
        )
        return {name: Rights(bool(private), *rest) for name, private, *rest in rows}

    def folders(self) -> dict[str, Rights]:
        """Of every folder of which something is said, by its absolute path."""
        rows = self._database.read(
            "SELECT folder, is_private, licence, expires FROM folder_rights ORDER BY folder"
        )
        return {
            os.fsdecode(folder): Rights(bool(private), *rest) for folder, private, *rest in rows
        }

    # -- to whom it may be sent ----------------------------------------------------------------

    def consents(self) -> Mapping[str, float]:
        """Endpoint -> when a person agreed, seconds since the epoch."""
        rows = self._database.read("SELECT endpoint, given_at FROM consents ORDER BY endpoint")
        return dict(map(tuple, rows))

    def give_consent(self, endpoint: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO consents VALUES (?, ?)", (endpoint, time.time())
            )

    def withdraw_consent(self, endpoint: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM consents WHERE endpoint = ?", (endpoint,))

    # ------------------------------------------------------------------ inside

    def _claims(self, asset_id: int, said: dict[int, tuple[Claim, ...]]) -> Iterator[Claim]:
        """Args: said: what is known already; a picture that is being looked at says nothing, so
        that two which are each other's source end."""
        if asset_id in said:
            yield from said[asset_id]
            return
        said[asset_id] = ()
        found = [*self._direct(asset_id)]
        for other, name in self._copies(asset_id):
            found += [Claim(Origin.COPY, name, claim.rights) for claim in self._direct(other)]
        for source, name in self._sources(asset_id):
            found += [
                Claim(Origin.SOURCE, name, claim.rights) for claim in self._claims(source, said)
            ]
        said[asset_id] = tuple(dict.fromkeys(found))
        yield from said[asset_id]

    def _direct(self, asset_id: int) -> Iterator[Claim]:
        row = self._database.read_one(
            "SELECT path, relative_path FROM assets JOIN roots ON roots.id = root_id"
            " WHERE assets.id = ?",
            (asset_id,),
        )
        if row is None:
            return
        for rights in own_rights(self._database, [asset_id]).values():
            yield Claim(Origin.PICTURE, displayable_name(_path(row)), rights)
        for name, private, *rest in self._database.read(
            "SELECT name, is_private, licence, expires FROM board_assets"
            " JOIN board_rights USING (board_id) JOIN boards ON boards.id = board_id"
            " WHERE asset_id = ? ORDER BY key",
            (asset_id,),
        ):
            yield Claim(Origin.BOARD, name, Rights(bool(private), *rest))
        path = _path(row)
        above = {os.fspath(folder) for folder in path.parents}
        for folder, rights in reversed(self.folders().items()):
            if folder in above:
                yield Claim(Origin.FOLDER, displayable(folder), rights)

    def _copies(self, asset_id: int) -> list[tuple[int, str]]:
        return self._named(
            "assets.id <> ? AND assets.content_hash <> '' AND assets.content_hash ="
            " (SELECT content_hash FROM assets WHERE id = ?)",
            asset_id,
            asset_id,
        )

    def _sources(self, asset_id: int) -> list[tuple[int, str]]:
        return self._named(
            f"assets.id IN (SELECT source_id FROM ({SOURCES}) WHERE asset_id = ?)",
            asset_id,
        )

    def _named(self, condition: str, *values: int) -> list[tuple[int, str]]:
        """Id and name of some assets."""
        rows = self._database.read(
            "SELECT assets.id, path, relative_path FROM assets JOIN roots ON roots.id = root_id"
            f" WHERE {condition} ORDER BY assets.id",
            values,
        )
        return [(row["id"], displayable_name(_path(row))) for row in rows]


def _path(row: sqlite3.Row) -> Path:
    return Path(os.fsdecode(row["path"])) / os.fsdecode(last_place(row["relative_path"]))
