"""What people entered leaves the library, and comes back into this one or another."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.annotations import Board, Edits, name_key
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog, RootKind
from desktop.library.database import Database
from desktop.library.disk.ignore import IgnoreRules
from desktop.library.disk.ignore_book import IgnoreBook
from desktop.library.disk.moves import last_place
from desktop.library.keeping.export_file import (
    Exported,
    ExportedAsset,
    ExportedBoard,
    ExportedLineage,
    ExportedReference,
    ExportedRoot,
)
from desktop.library.lineage import LineageBook, LineageRecord, LineageReference

_ENTERED = """
SELECT assets.id, roots.kind, roots.path, relative_path, content_hash, rating, note
FROM assets JOIN roots ON roots.id = root_id
WHERE rating <> 0 OR note <> ''
    OR EXISTS (SELECT 1 FROM asset_tags WHERE asset_id = assets.id)
    OR EXISTS (SELECT 1 FROM board_assets WHERE asset_id = assets.id)
    OR EXISTS (SELECT 1 FROM lineage WHERE asset_id = assets.id)
ORDER BY assets.id
"""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came in.

    Attributes:
        found: pictures of the file that are in the library.
        unknown: paths of those that are not, nor any picture like them.
        away: roots of the file whose folder is not there; they were not added.
        undo: takes the tags, ratings, notes and boards back out.
    """

    found: int
    unknown: tuple[str, ...]
    away: tuple[str, ...]
    undo: Edits


class Exchange:
    """Everything that people entered, out and in."""

    def __init__(
        self, database: Database, catalog: Catalog, annotations: Annotations, lineage: LineageBook
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._annotations = annotations
        self._lineage = lineage
        self._rules = IgnoreBook(database)

    def collect(self) -> Exported:
        """All of it, of one moment."""
        connection = self._database.connection
        connection.execute("BEGIN")  # reads see one moment, whatever others write
        try:
            return self._collected()
        finally:
            connection.execute("ROLLBACK")

    def merge(self, exported: Exported) -> ImportReport:
        """Add all of it to what is there, in one transaction.

        A picture is the one with the same bytes (of several, the one of the most alike path), or
        else the one at the same path; below another root only where bytes do not say that it is
        another one. Tags, boards and rules are added; a rating takes the place
        of the one there is; a note is written below it.

        Raises:
            LibraryError: the catalogue cannot be written; nothing is changed.
        """
        with self._database.transaction():
            away = self._add_roots(exported.roots)
            known = self._rules.rules().patterns
            new = [rule for rule in exported.ignore_rules if rule not in known]
            if new:
                self._rules.keep(IgnoreRules([*known, *new]))
            ids = [self._find(asset) for asset in exported.assets]
            for asset_id, asset in zip(ids, exported.assets, strict=True):
                if asset_id is not None and asset.made and self._lineage.of(asset_id) is None:
                    self._lineage.record(asset_id, self._record(asset.made))
            undo = self._annotations.apply(self._edits(exported, ids))
        return ImportReport(
            found=sum(asset_id is not None for asset_id in ids),
            unknown=tuple(
                os.path.join(asset.root, asset.path)  # noqa: PTH118 - the root may be of any system
                for asset_id, asset in zip(ids, exported.assets, strict=True)
                if asset_id is None
            ),
            away=away,
            undo=undo,
        )

    # -- out -----------------------------------------------------------------------------------

    def _collected(self) -> Exported:
        rows = self._database.read(_ENTERED)
        numbers = {row[0]: number for number, row in enumerate(rows)}
        said = self._annotations.of(list(numbers))
        boards: list[ExportedBoard] = []
        for listed in self._annotations.boards():
            board = self._annotations.board(listed.name)
            places = tuple(numbers[asset_id] for asset_id in board.asset_ids)
            boards.append(ExportedBoard(listed.name, board.created_at, places))
        roots = self._database.read(
            "SELECT path, kind, name FROM roots WHERE NOT is_elsewhere ORDER BY id"
        )
        return Exported(
            roots=tuple(
                ExportedRoot(_text(path), kind, name)
                for path, kind, name in roots
                if kind != RootKind.GENERATED
            ),
            ignore_rules=self._rules.rules().patterns,
            boards=tuple(boards),
            assets=tuple(
                ExportedAsset(
                    root="" if kind == RootKind.GENERATED else _text(root),
                    path=_text(last_place(relative)),
                    content=content,
                    rating=rating,
                    note=note,
                    tags=said[asset_id].tags,
                    made=self._made(asset_id),
                )
                for asset_id, kind, root, relative, content, rating, note in rows
            ),
        )

    def _made(self, asset_id: int) -> ExportedLineage | None:
        record = self._lineage.of(asset_id)
        if record is None:
            return None
        known = [r.asset_id for r in record.references if r.asset_id is not None]
        assets = self._catalog.assets_by_id(known)
        return ExportedLineage(
            prompt=record.prompt,
            generator=record.generator,
            model=record.model,
            settings=record.settings,
            text=record.text,
            usage=record.usage,
            references=tuple(
                ExportedReference(
                    _text(os.fsencode(r.path)),
                    assets[r.asset_id].content_hash if r.asset_id in assets else "",
                    r.score,
                    r.reason,
                )
                for r in record.references
            ),
            created_at=record.created_at,
        )

    # -- in ------------------------------------------------------------------------------------

    def _add_roots(self, roots: Sequence[ExportedRoot]) -> tuple[str, ...]:
        away: list[str] = []
        for exported in roots:
            path = Path(os.fsdecode(_bytes(exported.path)))
            if exported.kind not in (RootKind.FOLDER, RootKind.LOOSE):
                continue
            if not path.is_absolute() or not os.path.isdir(path):  # noqa: PTH112 - may be forbidden
                away.append(exported.path)
                continue
            root = self._catalog.add_root(path, RootKind(exported.kind))
            if exported.name:
                with self._database.transaction() as connection:
                    connection.execute(
                        "UPDATE roots SET name = ? WHERE id = ? AND name = ''",
                        (exported.name, root.id),
                    )
        return tuple(away)

    def _find(self, asset: ExportedAsset) -> int | None:
        """The asset that was meant: by its bytes, or else by its place."""
        place, root = _bytes(asset.path), _bytes(asset.root)

        def likeness(row: sqlite3.Row) -> tuple[bool, bool, bool, int]:
            is_home = row["kind"] == RootKind.GENERATED if not root else row["path"] == root
            is_there = row["relative_path"] == place
            name = place.rpartition(b"/")[2]
            has_name = row["relative_path"].rpartition(b"/")[2] == name
            return is_home and is_there, is_there, has_name, -row["id"]

        if asset.content:
            rows = self._database.read(
                "SELECT assets.id, kind, roots.path, relative_path FROM assets"
                " JOIN roots ON roots.id = root_id WHERE content_hash = ?",
                (asset.content,),
            )
            if rows:
                return max(rows, key=likeness)["id"]
        rows = self._database.read(
            "SELECT assets.id, kind, roots.path, relative_path, content_hash FROM roots"
            " JOIN assets ON root_id = roots.id AND relative_path = ?",
            (place,),
        )
        at_home = [row for row in rows if likeness(row)[0]]
        # Another computer has its pictures elsewhere; one place of this name will be the one. But
        # every camera has its "IMG_0001".
        may_be = len(rows) == 1 and not (asset.content and rows[0]["content_hash"])
        fitting = at_home or (rows if may_be else [])
        return fitting[0]["id"] if fitting else None

    def _record(self, made: ExportedLineage) -> LineageRecord:
        return LineageRecord(
            prompt=made.prompt,
            generator=made.generator,
            model=made.model,
            settings=made.settings,
            text=made.text,
            usage=made.usage,
            references=[
                LineageReference(
                    path := Path(os.fsdecode(_bytes(reference.path))),
                    self._referred_to(reference, path),
                    reference.score,
                    reference.reason,
                )
                for reference in made.references
            ],
            created_at=made.created_at,
        )

    def _referred_to(self, reference: ExportedReference, path: Path) -> int | None:
        if not reference.content:
            return None
        asset = self._catalog.asset_at(path)
        if asset is not None and asset.content_hash == reference.content:
            return asset.id
        row = self._database.read_one(
            "SELECT MIN(id) AS id FROM assets WHERE content_hash = ?", (reference.content,)
        )
        return row["id"] if row else None

    def _edits(self, exported: Exported, ids: Sequence[int | None]) -> Edits:
        ratings: dict[int, int] = {}
        notes: dict[int, str] = {}
        tags: dict[tuple[int, str], bool] = {}
        said = self._annotations.of([asset_id for asset_id in ids if asset_id is not None])
        for asset_id, asset in zip(ids, exported.assets, strict=True):
            if asset_id is None:
                continue
            if asset.rating:
                ratings[asset_id] = asset.rating
            own = notes.get(asset_id, said[asset_id].note)
            if asset.note and asset.note not in own:
                notes[asset_id] = f"{own}\n\n{asset.note}".strip()
            tags.update(((asset_id, tag), True) for tag in asset.tags)
        there = {name_key(board.name) for board in self._annotations.boards()}
        boards: dict[str, Board | None] = {}
        for board in exported.boards:
            own_board = Board(created_at=board.created_at)
            if name_key(board.name) in there:
                own_board = self._annotations.board(board.name)
            on_it = [asset_id for number in board.assets if (asset_id := ids[number]) is not None]
            boards[board.name] = Board(
                tuple(dict.fromkeys((*own_board.asset_ids, *on_it))), own_board.created_at
            )
        return Edits(ratings, notes, tags, boards)


def _text(path: bytes) -> str:
    """The same on every system, other than ``os.fsdecode``."""
    return path.decode("utf-8", "surrogateescape")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
