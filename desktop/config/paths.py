"""Where Plantain's own files are: shipped resources, the profile, a library."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs


def resource(name: str) -> Path:
    """A shipped file, by its path below ``resources/``, wherever this build keeps them.

    Frozen builds unpack them beside the program, wheels carry them inside the package, and a
    checkout has them beside it.

    Raises:
        FileNotFoundError: this build lacks the file; an error of ours, never the person's.
    """
    package = Path(__file__).resolve().parents[1]
    bases = [package / "_resources", package.parent / "resources"]
    if bundle := getattr(sys, "_MEIPASS", None):
        bases.insert(0, Path(bundle) / "resources")
    for base in bases:
        if (base / name).exists():
            return base / name
    raise FileNotFoundError(f"resource {name} is in none of {[str(base) for base in bases]}")


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """One person's Plantain: settings, models and logs, and the library used by default."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "settings.json"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def library(self) -> Path:
        return self.folder / "library"


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
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def marker(self) -> Path:
        """Says which version the folder has; see ``library.layout``."""
        return self.folder / "library.json"

    @property
    def lock(self) -> Path:
        return self.folder / "in-use.lock"


def default_profile() -> Path:
    """The profile folder by the system's own convention."""
    return Path(platformdirs.user_data_dir("Plantain", appauthor=False))
