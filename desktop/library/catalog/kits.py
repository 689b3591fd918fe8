"""Brand kits, each with all its versions."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop.core.annotations import name_key
from desktop.core.brand_kit import BrandKit, KitPicture, checked_kit
from desktop.core.errors import LibraryDamaged, UsageError
from desktop.core.generation_record import GenerationRequest
from desktop.core.text import listed, tr
from desktop.files.checked_json import MalformedJson, decode_json, path_text
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import read_rows, readable
from desktop.library.kept_file import kept_file

_KIT = "a brand kit"
_LONGEST_VERSION = 9
"""Digits."""


class KitTable:
    """The tables ``kits`` and ``kit_versions``. Any thread may call it.

    Args:
        folder: of the library, with the pictures of imported kits.
    """

    def __init__(self, database: Database, catalog: Catalog, folder: Path) -> None:
        self._database = database
        self._catalog = catalog
        self._folder = folder

    def all(self) -> list[BrandKit]:
        """The versions that are offered and can be read, by name."""
        rows = self._database.read(
            "SELECT content, kit_versions.version FROM kits JOIN kit_versions"
            " ON kit_id = id AND kit_versions.version = kits.version ORDER BY key"
        )
        return read_rows(rows, lambda row: self._kit(row["content"], row["version"]), _KIT)

    def named(self, name: str, version: int | None = None) -> BrandKit:
        """By name; of an older version where one is named, also of a kit that was removed.

        Raises:
            UsageError: there is none.
            LibraryDamaged: it cannot be read.
        """
        row = self._database.read_one(
            "SELECT content, kit_versions.version FROM kits JOIN kit_versions ON kit_id = id"
            " AND kit_versions.version = COALESCE(?, kits.version) WHERE key = ?",
            (version, name_key(name)),
        )
        if row is None:
            names = listed(kit.name for kit in self.all())
            raise UsageError(
                tr("There is no brand kit “{name}”.", name=name)
                if version is None
                else tr(
                    "There is no version {version} of a brand kit “{name}”.",
                    name=name,
                    version=str(version),
                ),
                next_step=tr("There are: {names}", names=names)
                if names
                else tr("Make one in the panel “Create”."),
                at_terminal="" if names else tr("Make one with “plantain kit save”."),
            )
        return self._loaded(row["content"], row["version"])

    def of_request(self, request: GenerationRequest) -> BrandKit | None:
        """The kit that went along with a request, in that version; None without one, or where this
        library has no such kit: records come from other libraries as well."""
        version = request.kit_version
        if not request.kit or not (version.isdecimal() and len(version) <= _LONGEST_VERSION):
            return None
        try:
            return self.named(request.kit, int(version))
        except UsageError:
            return None

    def find(self, name: str) -> BrandKit | None:
        """The version that is offered; None where there is none of that name."""
        return next((kit for kit in self.all() if name_key(kit.name) == name_key(name)), None)

    def history(self, name: str) -> list[tuple[BrandKit, float]]:
        """All versions up to the one that is offered, the oldest first, each with its time.

        Raises: as ``named``.
        """
        newest = self.named(name)
        numbers = [each for each in self.versions(name) if each[0] <= newest.version]
        return [(self.named(name, number), made_at) for number, made_at in reversed(numbers)]

    def add_history(self, history: Sequence[tuple[BrandKit, float]]) -> BrandKit:
        """A kit of a new name with all its versions, the oldest first, which keep their numbers and
        times; returns the newest, which is offered."""
        newest, _ = history[-1]
        with self._database.transaction() as connection:
            kit_id = connection.execute(
                "INSERT INTO kits (key, version) VALUES (?, ?)",
                (name_key(newest.name), newest.version),
            ).lastrowid
            connection.executemany(
                "INSERT INTO kit_versions VALUES (?, ?, ?, ?)",
                ((kit_id, kit.version, made_at, _written(kit)) for kit, made_at in history),
            )
        return newest

    def versions(self, name: str) -> list[tuple[int, float]]:
        """Numbers and times (seconds since the epoch) of its versions, the newest first."""
        rows = self._database.read(
            "SELECT kit_versions.version, made_at FROM kits JOIN kit_versions ON kit_id = id"
            " WHERE key = ? ORDER BY kit_versions.version DESC",
            (name_key(name),),
        )
        return [(row[0], row[1]) for row in rows]

    def default(self) -> str:
        """Name of the kit that goes along with every new prompt; empty for none."""
        row = self._database.read_one(
            "SELECT content FROM kits JOIN kit_versions ON kit_id = id"
            " AND kit_versions.version = kits.version WHERE is_default"
        )
        kit = readable(lambda row: self._kit(row["content"], 0), row, _KIT) if row else None
        return kit.name if kit else ""

    def set_default(self, name: str) -> None:
        """From now on this one goes along; empty for none.

        Raises:
            UsageError: there is none of this name.
        """
        key = name_key(self.named(name).name) if name else ""
        with self._database.transaction() as connection:
            connection.execute("UPDATE kits SET is_default = (key = ?)", (key,))

    def save(self, kit: BrandKit) -> BrandKit:
        """Keep it as the newest version of its name; the same as the newest one is no new one.

        Returns:
            The kit with its version.

        Raises:
            UsageError: as ``checked_kit``.
        """
        kit = checked_kit(kit)
        content = _written(kit)
        key = name_key(kit.name)
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO kits (key, version) VALUES (?, 0)", (key,))
            kit_id, current = connection.execute(
                "SELECT id, version FROM kits WHERE key = ?", (key,)
            ).fetchone()
            last, last_content = connection.execute(
                "SELECT version, content FROM kit_versions WHERE kit_id = ?"
                " UNION ALL SELECT 0, '' ORDER BY version DESC LIMIT 1",
                (kit_id,),
            ).fetchone()
            version = last if content == last_content else last + 1
            if version != last:
                connection.execute(
                    "INSERT INTO kit_versions VALUES (?, ?, ?, ?)",
                    (kit_id, version, time.time(), content),
                )
            if version != current:
                connection.execute("UPDATE kits SET version = ? WHERE id = ?", (version, kit_id))
        return replace(kit, version=version)

    def remove(self, name: str) -> None:
        """Offer it no more; its versions stay, for what was made with them.

        Raises:
            UsageError: there is none of this name.
        """
        key = name_key(self.named(name).name)
        with self._database.transaction() as connection:
            connection.execute("UPDATE kits SET version = 0, is_default = 0 WHERE key = ?", (key,))

    def _loaded(self, content: str, version: int) -> BrandKit:
        try:
            return self._kit(content, version)
        except MalformedJson as error:
            raise LibraryDamaged(
                tr("A brand kit in the catalogue cannot be read: {reason}", reason=error),
                safe=tr("Your pictures were not changed."),
                next_step=tr("Restore a back-up from the window's menu."),
                at_terminal=tr("Run “plantain repair”, or restore a back-up."),
            ) from error

    def _kit(self, content: str, version: int) -> BrandKit:
        """Raises: MalformedJson."""
        kit = decode_json(content, BrandKit, names={"path"})
        ids = [picture.asset_id for picture in kit.pictures if picture.asset_id is not None]
        known = self._catalog.assets_by_id(ids) if ids else {}
        pictures = tuple(
            # A file that was moved is where its asset is now.
            replace(picture, path=known[picture.asset_id].path)
            if picture.asset_id in known
            else replace(picture, path=kept_file(self._folder, picture.path), asset_id=None)
            for picture in kit.pictures
        )
        return replace(kit, pictures=pictures, version=version)


def _written(kit: BrandKit) -> str:
    """Canonical, ASCII; without the version, which is its row's."""
    told: Mapping[str, Any] = {
        "name": kit.name,
        "palette": kit.palette,
        "pictures": [_picture(picture) for picture in kit.pictures],
        "style_text": kit.style_text,
        "do_nots": kit.do_nots,
    }
    return json.dumps(told, sort_keys=True)


def _picture(picture: KitPicture) -> Mapping[str, Any]:
    told: dict[str, Any] = {"path": path_text(picture.path), "role": picture.role}
    if picture.asset_id is not None:
        told["asset_id"] = picture.asset_id
    return told
