"""What people entered leaves the library, and comes back into this one or another."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from pathlib import Path

from desktop.core.annotations import Board, Edits, Flag, flag_values, joined_notes, name_key
from desktop.core.asset import displayable
from desktop.core.errors import LibraryError, UsageError
from desktop.core.generation_record import GenerationRecord
from desktop.core.rights import NO_RIGHTS, Rights, strictest
from desktop.core.team import root_problem
from desktop.core.text import tr
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.asset_rows import file_name
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.entered import EnteredTable
from desktop.library.catalog.ignore_rules import IgnoreRuleTable
from desktop.library.catalog.lineage import LineageTable
from desktop.library.catalog.moved_files import last_place
from desktop.library.catalog.rights import RightsTable
from desktop.library.catalog.roots import RootKind
from desktop.library.catalog.saved_searches import SavedSearches
from desktop.library.exchange.export_csv import to_csv
from desktop.library.exchange.export_file import write_export
from desktop.library.exchange.export_json import to_json
from desktop.library.exchange.exported import (
    Exported,
    ExportedAsset,
    ExportedBoard,
    ExportedFolder,
    ExportedRoot,
    ExportedTag,
)
from desktop.library.exchange.exported_search import ExportedSearch
from desktop.library.folders.ignore import IgnoreRules


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came in.

    Attributes:
        found: pictures of the file that are in the library.
        unknown: paths of those that are not, nor any picture like them.
        away: roots of the file whose folder is not there; they were not added.
        folders, rules: of the file, that were not taken over because nobody agreed to them.
        problems: what of the file could not be read or taken over, and why.
        undo: takes the tags, ratings, notes and boards back out.
    """

    found: int
    unknown: tuple[str, ...]
    away: tuple[str, ...]
    undo: Edits
    folders: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignFolder:
    """A folder that an export names and this library has not, or does not share by that name.

    Attributes:
        name: by which a team shares it; empty where none does.
        is_there: on this computer.
    """

    path: str
    name: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class ForeignPlaces:
    """What an export would add besides what it says of pictures."""

    folders: tuple[ForeignFolder, ...] = ()
    rules: tuple[str, ...] = ()


class Exchange:
    """Everything that people entered, out and in."""

    def __init__(
        self, database: Database, catalog: Catalog, annotations: Annotations, lineage: LineageTable
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._annotations = annotations
        self._lineage = lineage
        self._rules = IgnoreRuleTable(database)
        self._rights = RightsTable(database)
        self._entered = EnteredTable(database)
        self._searches = SavedSearches(database)

    def collect(self) -> Exported:
        """All of it, of one moment."""
        with self._database.snapshot():
            return self._collected()

    def export_to(self, *targets: Path) -> Exported:
        """Write all of it, of one moment, to each of these files: CSV by its name, else JSON.

        Raises:
            LibraryError: a file exists already, or cannot be written.
        """
        exported = self.collect()
        for target in targets:
            write = to_csv if target.suffix.lower() == ".csv" else to_json
            write_export(target, write(exported))
        return exported

    def places(self, exported: Exported) -> ForeignPlaces:
        """What ``merge`` adds ``with_places`` alone. Looks at the disk."""
        known = self._rules.rules().patterns
        return ForeignPlaces(
            tuple(
                ForeignFolder(root.path, root.name, _folder_of(root) is not None)
                for root in self._new_roots(exported.roots)
            ),
            tuple(rule for rule in exported.ignore_rules if rule not in known),
        )

    def merge(self, exported: Exported, *, with_places: bool = True) -> ImportReport:
        """Add all of it to what is there, in one transaction.

        A picture is the one with the same bytes (of several, the one of the most alike path), or
        else the one at the same path; below another root only where bytes do not say that it is
        another one. Tags, boards and rules are added; a rating takes the place
        of the one there is; a note is written below it. A saved search is added where none has its
        name, and the colour of a tag where it has none.

        Args:
            with_places: add the file's folders, under the names by which a team shares them, and
                its rules too. Without, they are only told: a file may be anybody's, and what it
                names would be looked through, and sent to the team.

        Raises:
            LibraryError: the catalogue cannot be written; nothing is changed.
        """
        with self._database.transaction():
            known = self._rules.rules().patterns
            new = [rule for rule in exported.ignore_rules if rule not in known]
            folders = tuple(root.path for root in self._new_roots(exported.roots))
            away: tuple[str, ...] = ()
            if with_places:
                away = self._add_roots(exported.roots)
                if new:
                    self._rules.keep(IgnoreRules([*known, *new]))
            ids = [
                self._entered.find(_bytes(asset.root), _bytes(asset.path), asset.content)
                for asset in exported.assets
            ]
            for asset_id, asset in zip(ids, exported.assets, strict=True):
                if asset_id is not None and asset.made and self._lineage.of(asset_id) is None:
                    self._lineage.record(asset_id, asset.made)
            problems = [*exported.problems]
            undo = self._annotations.apply(self._edits(exported, ids, problems))
            own = [search for search in exported.searches if self._searches.is_taken(search.name)]
            for search in exported.searches:
                if search not in own:
                    self._searches.save(search.saved())
        return ImportReport(
            found=sum(asset_id is not None for asset_id in ids),
            unknown=tuple(
                os.path.join(asset.root, asset.path)  # noqa: PTH118 - the root may be of any system
                for asset_id, asset in zip(ids, exported.assets, strict=True)
                if asset_id is None
            ),
            away=away,
            undo=undo,
            folders=() if with_places else folders,
            rules=() if with_places else tuple(new),
            problems=tuple(problems),
        )

    # -- out -----------------------------------------------------------------------------------

    def _collected(self) -> Exported:
        entered = self._entered.all()
        numbers = {asset.id: number for number, asset in enumerate(entered)}
        said = self._annotations.of(list(numbers))
        problems = [_unread_search(name) for name in self._searches.unread()]
        boards: list[ExportedBoard] = []
        for listed in self._annotations.boards():
            try:
                board = self._annotations.board(listed.name)
            except LibraryError as error:
                problems.append(error.message)
                continue
            places = tuple(numbers[asset_id] for asset_id in board.asset_ids)
            boards.append(ExportedBoard(listed.name, board.created_at, places, board.rights))
        made = {asset.id: self._made(asset.id) for asset in entered}
        recorded = self._lineage.ids()
        problems += [
            tr(
                "How {file} was made cannot be read.",
                file=displayable(file_name(asset.relative_path)),
            )
            for asset in entered
            if asset.id in recorded and made[asset.id] is None
        ]
        names = self._catalog.roots.names()
        return Exported(
            roots=tuple(
                ExportedRoot(_text(os.fsencode(root.path)), root.kind.value, names[root.id])
                for root in self._catalog.roots.all()
                if root.kind is not RootKind.GENERATED
            ),
            ignore_rules=self._rules.rules().patterns,
            boards=tuple(boards),
            assets=tuple(
                ExportedAsset(
                    root="" if asset.kind == RootKind.GENERATED else _text(asset.root),
                    path=_text(last_place(asset.relative_path)),
                    content=asset.content_hash,
                    rating=asset.rating,
                    note=asset.note,
                    tags=said[asset.id].tags,
                    flags=tuple(sorted(said[asset.id].flags)),
                    made=made[asset.id],
                    rights=said[asset.id].rights,
                )
                for asset in entered
            ),
            folders=tuple(
                ExportedFolder(_text(os.fsencode(path)), rights)
                for path, rights in self._rights.folders().items()
            ),
            searches=tuple(map(ExportedSearch.of, self._searches.all())),
            tags=tuple(starmap(ExportedTag, self._annotations.tag_colours().items())),
            problems=tuple(problems),
        )

    def _made(self, asset_id: int) -> GenerationRecord | None:
        record = self._lineage.of(asset_id)
        return record.portable() if record else None

    # -- in ------------------------------------------------------------------------------------

    def _new_roots(self, roots: Sequence[ExportedRoot]) -> tuple[ExportedRoot, ...]:
        """Those that the library has not, or does not share by that name."""
        names = self._catalog.roots.names()
        here = {(os.fsencode(root.path), names[root.id]) for root in self._catalog.roots.all()}
        paths = {path for path, _ in here}
        return tuple(
            root
            for root in roots
            if _bytes(root.path) not in paths
            or (root.name and (_bytes(root.path), root.name) not in here)
        )

    def _add_roots(self, roots: Sequence[ExportedRoot]) -> tuple[str, ...]:
        away: list[str] = []
        for exported in roots:
            if exported.kind not in (RootKind.FOLDER, RootKind.LOOSE):
                continue
            path = _folder_of(exported)
            if path is None:
                away.append(exported.path)
                continue
            root = self._catalog.roots.add(path, RootKind(exported.kind))
            if not root_problem(exported.name):
                self._catalog.roots.name(root, exported.name)
        return tuple(away)

    def _edits(self, exported: Exported, ids: Sequence[int | None], problems: list[str]) -> Edits:
        """What is to be changed; what cannot be taken over is added to ``problems``."""
        ratings: dict[int, int] = {}
        notes: dict[int, str] = {}
        tags: dict[tuple[int, str], bool] = {}
        flags: dict[tuple[int, Flag], bool] = {}
        rights: dict[int, Rights] = {}
        said = self._annotations.of([asset_id for asset_id in ids if asset_id is not None])
        for asset_id, asset in zip(ids, exported.assets, strict=True):
            if asset_id is None:
                continue
            if asset.rating:
                ratings[asset_id] = asset.rating
            own = notes.get(asset_id, said[asset_id].note)
            if asset.note and asset.note not in own:
                try:
                    notes[asset_id] = joined_notes((own, asset.note))
                except UsageError as error:  # the one that is there stays, the file has the other
                    problems.append(f"{displayable(asset.path)}: {error.message}")
            tags.update(((asset_id, tag), True) for tag in asset.tags)
            # Where a file says both, the last one stays: what is kept can still be rejected.
            for flag in sorted(asset.flags, key=lambda flag: flag is Flag.KEPT):
                flags |= flag_values([asset_id], flag, True)
            if asset.rights != NO_RIGHTS:
                own_rights = rights.get(asset_id, said[asset_id].rights)
                rights[asset_id] = _stricter(own_rights, asset.rights)
        there = {name_key(board.name) for board in self._annotations.boards()}
        boards: dict[str, Board | None] = {}
        for board in exported.boards:
            own_board = Board(created_at=board.created_at)
            if name_key(board.name) in there:
                own_board = self._annotations.board(board.name)
            on_it = [asset_id for number in board.assets if (asset_id := ids[number]) is not None]
            boards[board.name] = Board(
                tuple(dict.fromkeys((*own_board.asset_ids, *on_it))),
                own_board.created_at,
                _stricter(own_board.rights, board.rights),
            )
        of_folders = self._rights.folders()
        folder_rights = {
            path: _stricter(of_folders.get(path, NO_RIGHTS), folder.rights)
            for folder in exported.folders
            if os.path.isabs(path := os.fsdecode(_bytes(folder.path)))  # noqa: PTH117
        }
        coloured = set(map(name_key, self._annotations.tag_colours()))
        colours = {
            tag.name: tag.colour for tag in exported.tags if name_key(tag.name) not in coloured
        }
        return Edits(ratings, notes, tags, boards, flags, rights, folder_rights, colours)


def _folder_of(root: ExportedRoot) -> Path | None:
    """None where it is not on this computer."""
    path = Path(os.fsdecode(_bytes(root.path)))
    is_there = path.is_absolute() and os.path.isdir(path)  # noqa: PTH112 - may be forbidden
    return path if is_there else None


def _stricter(own: Rights, other: Rights) -> Rights:
    """A licence takes the place of another, as a rating does; nothing becomes free."""
    both = strictest((own, other))
    return replace(both, licence=other.licence or own.licence)


def _unread_search(name: str) -> str:
    return tr(
        "The saved search “{name}” cannot be read; it may be from a newer Plantain.", name=name
    )


def _text(path: bytes) -> str:
    """The same on every system, other than ``os.fsdecode``."""
    return path.decode("utf-8", "surrogateescape")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
