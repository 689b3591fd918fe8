"""The assets about which people entered something, and which asset here is meant by another's."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from desktop.library.catalog.database import Database
from desktop.library.catalog.roots import RootKind
from desktop.library.folders.spelling import composed

_SLASHES = (("", ""), ("/", "\\"), ("\\", "/"))
"""None, to a Windows computer, from one."""

IS_ENTERED = """(rating <> 0 OR note <> ''
    OR EXISTS (SELECT 1 FROM asset_tags WHERE asset_id = assets.id)
    OR EXISTS (SELECT 1 FROM asset_flags WHERE asset_id = assets.id)
    OR EXISTS (SELECT 1 FROM asset_rights WHERE asset_id = assets.id)
    OR EXISTS (SELECT 1 FROM board_assets WHERE asset_id = assets.id)
    OR EXISTS (SELECT 1 FROM lineage WHERE asset_id = assets.id))"""
"""Of a row of ``assets``: somebody said something about it, or made it."""
_ENTERED = f"""
SELECT assets.id, roots.kind, roots.path, relative_path, content_hash, rating, note
FROM assets JOIN roots ON roots.id = root_id
WHERE {IS_ENTERED}
ORDER BY assets.id
"""
_PLACED = (
    "SELECT assets.id, kind, roots.path, relative_path, content_hash"
    " FROM assets JOIN roots ON roots.id = root_id WHERE "
)


class EnteredAsset(NamedTuple):
    """An asset with a rating, a note, a tag, a board or a lineage.

    Attributes:
        kind: a ``RootKind``.
        root: path of its folder, as the file system has it.
    """

    id: int
    kind: str
    root: bytes
    relative_path: bytes
    content_hash: str
    rating: int
    note: str


class _PlacedAsset(NamedTuple):
    id: int
    kind: str
    root: bytes
    relative_path: bytes
    content_hash: str


class EnteredTable:
    """What leaves with an export, and the assets to which an import belongs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[EnteredAsset]:
        """Ids ascending."""
        return [EnteredAsset._make(row) for row in self._database.read(_ENTERED)]

    def find(self, root: bytes, place: bytes, content_hash: str) -> int | None:
        """The asset that is meant: by its bytes, or else by its place.

        Args:
            root: path of its folder where it came from; empty: that of generated pictures.
            place: relative path below it.
        """

        wanted = _composed(place)

        def closeness(asset: _PlacedAsset) -> tuple[bool, bool, bool, int]:
            is_same_root = asset.kind == RootKind.GENERATED
            if root:
                is_same_root = _composed(asset.root) == _composed(root)
            own = _composed(asset.relative_path)
            has_name = own.rpartition("/")[2] == wanted.rpartition("/")[2]
            return is_same_root and own == wanted, own == wanted, has_name, -asset.id

        if content_hash and (same := self._placed("content_hash = ?", content_hash)):
            return max(same, key=closeness).id
        # The index of places begins with the root.
        there = self._placed(
            "root_id IN (SELECT id FROM roots) AND relative_path IN"
            f" ({', '.join('?' * len(spellings := _spellings(place)))})",
            *spellings,
        )
        in_same_root = [asset for asset in there if closeness(asset)[0]]
        # Another computer has its pictures elsewhere; one place of this name will be the one. But
        # every camera has its "IMG_0001".
        may_be = len(there) == 1 and not (content_hash and there[0].content_hash)
        fitting = in_same_root or (there if may_be else [])
        return fitting[0].id if fitting else None

    def _placed(self, condition: str, *values: str | bytes) -> list[_PlacedAsset]:
        rows = self._database.read(_PLACED + condition, values)
        return [_PlacedAsset._make(row) for row in rows]


def _composed(path: bytes) -> str:
    """The form in which places of several systems are compared."""
    return composed(path.decode("utf-8", "surrogateescape")).replace("\\", "/")


def _spellings(path: bytes) -> list[bytes]:
    """How this place may be written here, if it came from another system."""
    text = path.decode("utf-8", "surrogateescape")
    forms = (text, composed(text), unicodedata.normalize("NFD", text))
    slashed = (form.replace(old, new) for form in forms for old, new in _SLASHES)
    return [form.encode("utf-8", "surrogateescape") for form in dict.fromkeys(slashed)]
