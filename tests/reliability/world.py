"""One person's disk: a folder of originals, one of pictures that may go, a profile, a library."""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths
from desktop.config.settings import Settings, save_settings
from desktop.services.engine import Engine
from desktop.wiring import models
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.reliability import light
from tests.reliability.light import LightEncoder
from tests.reliability.mutations import ORIGINALS

SIZE = (40, 30)


@dataclass(frozen=True)
class World:
    """Everything lies in ``folder``; what is in it follows from the calls made."""

    folder: Path

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    @property
    def library(self) -> Path:
        return self.profile / "library"

    @property
    def originals(self) -> Path:
        """Pictures that nobody but the person may change."""
        return self.folder / "pictures"

    @property
    def passing(self) -> Path:
        """Pictures that come and go."""
        return self.folder / "passing"

    @property
    def outside(self) -> Path:
        """Where backups go."""
        return self.folder / "backups"

    @property
    def bin(self) -> Path:
        """The system's, as its standard says (freedesktop.org)."""
        return self.folder / "data" / "Trash" / "files"

    def enter(self) -> None:
        """Make it the world of this process."""
        # The trash in the home folder takes what lies on the same disk as that folder.
        os.environ["HOME"] = str(self.folder)
        os.environ["XDG_DATA_HOME"] = str(self.folder / "data")
        models.ProcessEncoder = LightEncoder  # type: ignore[assignment,misc]

    def make(self) -> None:
        for folder in (self.originals, self.passing, self.outside):
            folder.mkdir(parents=True)
        self.add_model(0)
        save_settings(ProfilePaths(self.profile).settings, Settings(model="light-0"))

    def add_model(self, number: int) -> str:
        name = f"light-{number}"
        light.install(self.profile / "models", name)
        return name

    def add_pictures(self, folder: Path, count: int, first_seed: int) -> None:
        """The person puts new pictures on the disk."""
        for seed in range(first_seed, first_seed + count):
            pictures.save(folder / f"{seed:06}.png", seed, SIZE)

    def add_others(self, folder: Path, seed: int) -> None:
        """Files that are decoded in a process of its own, and one that has several vectors."""
        pictures.save(folder / f"{seed:06}.tga", seed, SIZE)
        drawing = ORIGINALS["SVG"][1]().replace(b"#f5c518", f"#{seed % 0xFFFFFF:06x}".encode())
        (folder / f"{seed:06}.svg").write_bytes(drawing)
        film = ORIGINALS["MP4"][1]()
        # A box that says nothing makes it another file.
        (folder / f"{seed:06}.mp4").write_bytes(film + struct.pack(">I4sI", 12, b"free", seed))

    def open(self, **options: object) -> Engine:
        """As the program does it, with light arithmetic."""
        return open_engine(EngineOptions(profile_dir=self.profile, **options), {})  # type: ignore[arg-type]


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """Relative path -> digest of every file below."""
    return {
        path.relative_to(folder).as_posix(): digest_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
