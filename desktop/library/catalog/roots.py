"""The folders of the library: added, located, merged, given another place, removed."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from desktop.library.catalog.database import Database
from desktop.library.catalog.full_text import index_words
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.root_presence import RootPresence
from desktop.library.folders.ignore import is_ignored
from desktop.library.folders.spelling import (
    DiskNames,
    below,
    caseless,
    is_same_folder,
    live_identity,
    parts_below,
)


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
        is_removed: a person took it out of the library; what is known of it is kept.
    """

    id: int
    path: Path
    real_path: Path
    kind: RootKind
    is_removed: bool = False

    def relative(self, place: Path) -> Path:
        """Where ``place``, which lies in this root by whatever name or link, is below it."""
        if place.is_relative_to(self.path):
            return place.relative_to(self.path)
        real = Path(os.path.realpath(place))
        if real.is_relative_to(self.real_path):
            return real.relative_to(self.real_path)
        found = below(self.path, place)
        if found is None:
            raise ValueError(f"{place} is not in {self.path}")
        return found


class RootTable:
    """The roots. Every method is one transaction; any thread may call it.

    Attributes:
        presence: which of them are there now.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.presence = RootPresence(database)

    def all(self) -> list[Root]:
        """Those with a folder here; what a team has elsewhere alone is not looked for."""
        return [root for root in self._with_removed() if not root.is_removed]

    def _with_removed(self) -> list[Root]:
        return self._where("NOT is_elsewhere")

    def elsewhere(self) -> list[Root]:
        """Those that a team has elsewhere alone, whose paths name no real places."""
        return self._where("is_elsewhere")

    def _where(self, condition: str) -> list[Root]:
        rows = self._database.read(
            f"SELECT id, path, real_path, kind, is_removed FROM roots WHERE {condition} ORDER BY id"
        )
        return [
            Root(root_id, _path(path), _path(real), _kind(kind), is_removed == 1)
            for root_id, path, real, kind, is_removed in rows
        ]

    def at_hand(self) -> list[int]:
        """Ids of the roots whose folder is there now; that of a drive that is away is not."""
        away = self.presence.look()
        return [root.id for root in self.all() if root.id not in away]

    def folders_at_hand(self) -> list[Path]:
        """The folders that are walked whole and are there now."""
        away = self.presence.look()
        return [
            root.path for root in self.all() if root.kind is RootKind.FOLDER and root.id not in away
        ]

    def locate(self, path: Path, names: DiskNames | None = None) -> tuple[Root, Path] | None:
        """The folder root that holds ``path``, and where below it; by name, by real place, or by
        what the folders around it are.

        What lies behind a hidden folder belongs to no root around it, because scanning that root
        would pass it over.

        Args:
            names: spell what is below the root as the disk does; else it is left as it is.
        """
        if names is not None and not os.path.lexists(path):
            path = names.spelled_whole(path)
        found = self._located(path)
        if found is None or names is None:
            return found
        root, place = found
        return root, names.spelled(root.path, place)

    def known_as(self, path: Path) -> Path:
        """How the library spells this file or folder, which may hold several roots."""
        names = DiskNames()
        found = self.locate(path, names)
        return found[0].path / found[1] if found else names.spelled_whole(path)

    def _located(self, path: Path) -> tuple[Root, Path] | None:
        real = Path(os.path.realpath(path))
        roots = [root for root in self.all() if root.kind is not RootKind.LOOSE]
        candidates = [(root, path, root.path) for root in roots]
        candidates += [(root, real, root.real_path) for root in roots]
        for root, place, top in candidates:
            if place.is_relative_to(top):
                inside = place.relative_to(top)
                if not any(is_ignored(part) for part in inside.parts[:-1] or inside.parts):
                    return root, inside
        # Asked of the disk, so last, and not of a drive that may let everybody wait.
        away = self.presence.away()
        folders = {live_identity(root.path): root for root in roots if root.id not in away}
        for inside, above in parts_below(path) if folders else ():
            if above in folders:
                if any(is_ignored(part) for part in inside.parts[:-1] or inside.parts):
                    return None
                return folders[above], inside
        return None

    def add(self, folder: Path, kind: RootKind = RootKind.FOLDER) -> Root:
        """The root that holds ``folder``: an existing one at or above it, else a new one.

        A new folder root takes over the roots below it, with their assets and everything that
        hangs on them, so that no file is ever in the library twice. What was removed and lies in
        it, or is it, comes back with everything that was said about it.
        """
        with self._database.transaction() as connection:
            return self._add(connection, folder, kind)

    def remove(self, root: Root) -> None:
        """Neither look at this folder nor show its pictures, until it is added again."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE roots SET is_removed = 1 WHERE id = ?", (root.id,))
            self._hide_removed()
        self.presence.forget()

    def put_back(self, folder: Path) -> Root:
        """As ``add`` for a folder that was removed, looked through as before: of one of which only
        single files were added, no others are."""
        kinds = (root.kind for root in self._with_removed() if root.path == folder)
        return self.add(folder, next(kinds, RootKind.FOLDER))

    def shown_in(self, root: Root) -> int:
        """How many of its pictures are shown."""
        row = self._database.read_one(
            "SELECT COUNT(*) FROM assets WHERE root_id = ? AND NOT is_ignored", (root.id,)
        )
        return 0 if row is None else row[0]

    def _hide_removed(self) -> None:
        hiding = IgnoreRuleTable(self._database)
        hiding.keep(hiding.rules())

    def _add(self, connection: sqlite3.Connection, folder: Path, kind: RootKind) -> Root:
        existing = self._holding(folder, kind)
        has_come_back = existing is not None and existing.is_removed
        if existing is not None and has_come_back:
            connection.execute("UPDATE roots SET is_removed = 0 WHERE id = ?", (existing.id,))
            self.presence.forget()
            existing = replace(existing, is_removed=False)
        if existing is None:
            folder = DiskNames().spelled_whole(folder)
            real = Path(os.path.realpath(folder))
            cursor = connection.execute(
                "INSERT INTO roots (path, real_path, kind, added_at) VALUES (?, ?, ?, ?)",
                (os.fsencode(folder), os.fsencode(real), kind, time.time()),
            )
            self.presence.forget()
            existing = Root(int(cursor.lastrowid or 0), folder, real, kind)
            if kind is not RootKind.GENERATED:
                has_come_back = self._take_out_of_removed(connection, existing)
        elif existing.kind is RootKind.LOOSE and kind is RootKind.FOLDER:
            connection.execute("UPDATE roots SET kind = ? WHERE id = ?", (kind, existing.id))
            existing = replace(existing, kind=kind)
        elif not has_come_back:
            return existing
        if existing.kind is RootKind.FOLDER:
            has_come_back |= self._adopt_below(connection, existing)
        if has_come_back:
            self._hide_removed()
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

    def relocate(self, root: Root, folder: Path, folder_id: str) -> int:
        """The root is ``folder`` from now on; returns how many assets it has.

        Args:
            folder_id: the identity of ``folder``; see ``folders.offline``.
        """
        real = os.path.realpath(folder)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE roots SET path = ?, real_path = ?, folder_id = ? WHERE id = ?",
                (os.fsencode(folder), os.fsencode(real), folder_id, root.id),
            )
            rows = connection.execute("SELECT id FROM assets WHERE root_id = ?", (root.id,))
            ids = [row["id"] for row in rows]
            index_words(connection, ids)
        return len(ids)

    def names(self) -> dict[int, str]:
        """Root id -> the name that a team gave it; empty where it gave none."""
        return {row["id"]: row["name"] for row in self._database.read("SELECT id, name FROM roots")}

    def name(self, root: Root, name: str) -> None:
        """Give a root its name; one that has a name keeps it."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE roots SET name = ? WHERE id = ? AND name = ''", (name, root.id)
            )

    def sample(self, root: Root, most: int) -> Sequence[tuple[bytes, int]]:
        """Relative path and size of up to ``most`` files, from all over the root."""
        rows = self._database.read(
            "SELECT relative_path, size, is_missing FROM assets"
            " WHERE root_id = ? AND NOT instr(relative_path, x'00') ORDER BY relative_path",
            (root.id,),
        )
        there = [row for row in rows if not row["is_missing"]] or rows
        step = max(1, len(there) // most)
        return [(row["relative_path"], row["size"]) for row in there[::step][:most]]

    def _holding(self, folder: Path, kind: RootKind) -> Root | None:
        real = Path(os.path.realpath(folder))
        for root in self._with_removed():
            if folder == root.path or real == root.real_path:
                return root
        away = self.presence.away()
        for root in self._with_removed():
            # A drive that does not answer is not asked without need.
            is_askable = root.id not in away or caseless(root.path) == caseless(folder)
            if is_askable and is_same_folder(root.path, folder):
                return root
        if kind is RootKind.GENERATED:
            return None
        located = self.locate(folder)
        return located[0] if located else None

    def _adopt_below(self, connection: sqlite3.Connection, root: Root) -> bool:
        """True when something that was removed is among what the root takes over."""
        has_come_back = False
        for inner in self._with_removed():
            if inner.id == root.id or inner.kind is RootKind.GENERATED:
                continue
            if inner.path.is_relative_to(root.path):
                inside = inner.path.relative_to(root.path)
            elif inner.real_path.is_relative_to(root.real_path):
                inside = inner.real_path.relative_to(root.real_path)
            elif (inside := below(root.path, inner.path)) is None:
                continue
            if any(is_ignored(part) for part in inside.parts):
                continue
            inside = DiskNames().spelled(root.path, inside)
            prefix = os.fsencode(inside) + os.fsencode(os.sep)
            connection.execute(
                "UPDATE assets SET root_id = ?, relative_path = CAST(? || relative_path AS BLOB)"
                " WHERE root_id = ?",
                (root.id, prefix, inner.id),
            )
            connection.execute("DELETE FROM roots WHERE id = ?", (inner.id,))
            has_come_back |= inner.is_removed
        return has_come_back

    def _take_out_of_removed(self, connection: sqlite3.Connection, root: Root) -> bool:
        """What a removed folder around it knows of its files is the new root's from now on.

        Returns:
            Whether it knew anything.
        """
        has_come_back = False
        for outer in self._with_removed():
            inside = below(outer.path, root.path) if outer.is_removed else None
            if inside is None or not inside.parts:
                continue
            prefix = os.fsencode(inside) + os.fsencode(os.sep)
            rows = connection.execute(
                "SELECT id, substr(relative_path, ?) FROM assets"
                " WHERE root_id = ? AND substr(relative_path, 1, ?) = ?",
                (len(prefix) + 1, outer.id, len(prefix), prefix),
            ).fetchall()
            connection.executemany(
                "UPDATE assets SET root_id = ?, relative_path = ? WHERE id = ?",
                (
                    (root.id, relative, asset_id)
                    for asset_id, relative in rows
                    if root.kind is RootKind.FOLDER or os.fsencode(os.sep) not in relative
                ),
            )
            has_come_back |= bool(rows)
        return has_come_back


def _path(raw: bytes) -> Path:
    return Path(os.fsdecode(raw))


def _kind(stored: str) -> RootKind:
    """Of one that no Plantain has written, nothing is walked."""
    return RootKind(stored) if stored in [*RootKind] else RootKind.LOOSE
