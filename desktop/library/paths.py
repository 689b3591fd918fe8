"""What lies where in a library's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """One library: a folder that can be moved, backed up or deleted as a whole."""

    folder: Path

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.sqlite"

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors.db"

    @property
    def thumbnails(self) -> Path:
        return self.folder / "thumbnails"

    @property
    def generated(self) -> Path:
        return self.folder / "generated"

    @property
    def spool(self) -> Path:
        """Answers that were paid for and whose pictures are not in the library yet."""
        return self.folder / "spool"

    @property
    def turns(self) -> Path:
        """Answers whose pictures are in the library, as they came, for next turns."""
        return self.folder / "turns"

    @property
    def regions(self) -> Path:
        """The parts of pictures that were marked to be changed, by their content."""
        return self.folder / "regions"

    @property
    def kits(self) -> Path:
        """Pictures of imported brand kits, by their content."""
        return self.folder / "kits"

    @property
    def draft(self) -> Path:
        """What was entered for a picture that is not made yet."""
        return self.folder / "draft.json"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def passed_over(self) -> Path:
        """How many files are no pictures; see ``library.folders.passed_over``."""
        return self.folder / "passed-over.json"

    @property
    def marker(self) -> Path:
        """Says which version the folder has; see ``layout``."""
        return self.folder / "library.json"

    @property
    def this_copy(self) -> Path:
        """What only this copy of the library knows; see ``library.this_copy``."""
        return self.folder / "this-copy.json"

    @property
    def stopped(self) -> Path:
        """There while a person has stopped the reading of pictures."""
        return self.folder / "indexing-stopped"

    @property
    def lock(self) -> Path:
        return self.folder / "in-use.lock"
