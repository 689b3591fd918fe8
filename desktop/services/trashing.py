"""Taking pictures off the disk, into the system's bin and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.core.annotations import Edits
from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import FileError, LibraryError, PlantainError
from desktop.core.progress import Progress, ProgressSteps
from desktop.library.catalog import Catalog
from desktop.library.disk.bin import move_to_bin
from desktop.services.reports import FileFailure


@dataclass(frozen=True, slots=True)
class TrashReport:
    """What became of the files.

    Attributes:
        binned: assets whose file is in the bin; they are missing in the library, with all that was
            said about them, and come back when the file is restored.
        failed: files that are where they were, and why.
        undo: takes back what the duplicate that was kept took over from the others.
    """

    binned: tuple[int, ...] = ()
    failed: tuple[FileFailure, ...] = ()
    undo: Edits = field(default_factory=Edits)


class Trashing:
    """Moves the files of assets to the bin, one by one."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def find(self, paths: Sequence[Path]) -> list[Asset]:
        """The assets at these paths.

        Raises:
            LibraryError: one is not in the library, so nobody would know what it was.
        """
        found: list[Asset] = []
        for path in paths:
            absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link is binned, not its target
            asset = self._catalog.asset_at(absolute)
            if asset is None:
                raise LibraryError(
                    f"{path} is not in the library.",
                    safe="Nothing was moved to the bin.",
                    next_step="Add it first, or delete it in your file manager.",
                )
            found.append(asset)
        return found

    def run(self, asset_ids: Sequence[int], cancel: CancelToken) -> ProgressSteps[TrashReport]:
        """Move these assets' files to the bin.

        Raises:
            Cancelled: those moved so far are in the bin and marked as missing.
            LibraryReadOnly: nothing was moved.
        """
        self._catalog.require_writable()
        assets = self._catalog.assets_by_id(asset_ids)
        binned: list[int] = []
        failed: list[FileFailure] = []
        for asset_id in dict.fromkeys(asset_ids):
            asset = assets.get(asset_id)
            if asset is None:
                continue
            cancel.raise_if_cancelled()
            yield Progress(
                "Moving to the bin", len(binned), len(assets), asset.filename, len(failed)
            )
            try:
                if asset.is_missing or asset.is_offline:
                    # Another picture's file may be at its place now.
                    raise FileError(asset.path, "It is not there, or was not at the last look.")
                move_to_bin(asset.path)
            except PlantainError as error:
                failed.append(FileFailure(asset.path, error.message))
                continue
            self._catalog.mark_missing([asset_id], is_missing=True)
            binned.append(asset_id)
        return TrashReport(tuple(binned), tuple(failed))
