"""A folder of the library is somewhere else now: its pictures keep all that was said of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import ProgressSteps
from desktop.library.relocation import Relocator
from desktop.services.indexing.indexing import Indexing
from desktop.services.reports import IndexReport


@dataclass(frozen=True, slots=True)
class RelocationReport:
    """What was found in the new folder.

    Attributes:
        assets: pictures of the folder.
        found, asked: of so many files that were looked for, so many were there.
        indexed: what looking through the new folder did.
    """

    folder: Path
    assets: int
    found: int
    asked: int
    indexed: IndexReport


class Relocation:
    """Gives a root another folder, and looks through that."""

    def __init__(self, relocator: Relocator, indexing: Indexing) -> None:
        self._relocator = relocator
        self._indexing = indexing

    def root_of(self, folder: Path) -> Path:
        """The root that holds this folder of the library. Raises: LibraryError: none does."""
        return self._relocator.root_of(folder)

    def run(
        self, root: Path, new: Path, cancel: CancelToken, *, is_forced: bool = False
    ) -> ProgressSteps[RelocationReport]:
        """The root is in the folder ``new`` from now on.

        Args:
            is_forced: also when few of the known files are in ``new``.

        Raises:
            LibraryError: as ``Relocator.relocate``; nothing is changed.
            Cancelled, ModelError, StoreError: as ``Indexing.run``; the root has moved.
        """
        moved = self._relocator.relocate(root, new, is_forced=is_forced)
        indexed = yield from self._indexing.run([moved.folder], cancel)
        return RelocationReport(moved.folder, moved.assets, moved.found, moved.asked, indexed)
