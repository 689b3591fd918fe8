"""Taking pictures off the disk, into the system's trash and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.annotations import Edits
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, LibraryError, PlantainError
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.folders.same_file import require_same
from desktop.library.folders.trash import move_to_trash, take_back
from desktop.services.reports import FileFailure


@dataclass(frozen=True, slots=True)
class TrashReport:
    """What became of the files.

    Attributes:
        trashed: assets whose file is in the trash; they are missing in the library, with all
            that was said about them, and come back when the file is restored.
        failed: files that are where they were, and why.
        undo: takes back what the duplicate that was kept took over from the others.
        places: asset -> where its file lies in the trash, of those that can be taken back from
            here.
        left: how many nobody came to, because a person stopped.
    """

    trashed: tuple[int, ...] = ()
    failed: tuple[FileFailure, ...] = ()
    undo: Edits = field(default_factory=Edits)
    places: Mapping[int, Path] = field(default_factory=dict[int, Path])
    left: int = 0


class Trash:
    """Moves the files of assets to the trash, one by one."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def find(self, paths: Sequence[Path]) -> list[Asset]:
        """The assets at these paths.

        Raises:
            LibraryError: one is not in the library, so nobody would know what it was.
        """
        found: list[Asset] = []
        for path in paths:
            absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is trashed, not its target
            asset = self._catalog.asset_at(absolute)
            if asset is None:
                raise LibraryError(
                    tr("{path} is not in the library.", path=path),
                    safe=tr("Nothing was moved to the trash."),
                    next_step=tr("Add it first, or delete it in your file manager."),
                )
            found.append(asset)
        return found

    def run(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[TrashReport]:
        """Move these assets' files to the trash; when it is stopped, or the catalogue cannot be
        written any more, those moved so far are there, and the report tells which.

        Raises:
            Cancelled: nothing was moved.
            LibraryReadOnly: nothing was moved.
            LibraryError: the catalogue cannot be written; nothing was moved.
        """
        self._catalog.require_writable()
        assets = self._catalog.assets_by_id(asset_ids)
        wanted = [i for i in dict.fromkeys(asset_ids) if i in assets]
        trashed: list[int] = []
        places: dict[int, Path] = {}
        failed: list[FileFailure] = []
        for asset_id in wanted:
            asset = assets[asset_id]
            if not trashed:
                cancel.raise_if_cancelled()
            elif cancel.is_cancelled:
                break
            yield Progress(
                tr("Moving to the trash"), len(trashed), len(assets), asset.filename, len(failed)
            )
            try:
                require_same(asset)  # another picture's file may be at its place now
                place = move_to_trash(asset.path)
            except PlantainError as error:
                failed.append(FileFailure(asset.path, error.message))
                continue
            try:
                self._catalog.mark_missing([asset_id], is_missing=True)
            except LibraryError as error:  # no other one could be noted either
                if not _is_back(place, asset.path):
                    trashed.append(asset_id)  # the next look at the folder notes it
                elif not trashed:
                    raise
                else:
                    failed.append(FileFailure(asset.path, error.message))
                break
            trashed.append(asset_id)
            if place is not None:
                places[asset_id] = place
        left = len(wanted) - len(trashed) - len(failed)
        return TrashReport(tuple(trashed), tuple(failed), places=places, left=left)

    def take_back(self, places: Mapping[int, Path]) -> tuple[int, ...]:
        """Put these assets' files back to where they were; returns those that are there again.

        Args:
            places: as ``TrashReport.places``.

        Raises:
            FileError: of the first that could not be put back; the others are.
        """
        self._catalog.require_writable()
        assets = self._catalog.assets_by_id(list(places))
        back: list[int] = []
        refused: FileError | None = None
        for asset_id, place in places.items():
            if asset_id in assets:
                try:
                    take_back(place, assets[asset_id].path)
                except FileError as error:
                    refused = refused or error
                    continue
                self._catalog.mark_missing([asset_id], is_missing=False)
                back.append(asset_id)
        if refused is not None:
            raise refused
        return tuple(back)


def _is_back(place: Path | None, path: Path) -> bool:
    """Put a file back where it was; False where that cannot be."""
    try:
        if place is not None:
            take_back(place, path)
    except FileError:
        return False
    return place is not None
