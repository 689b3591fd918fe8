"""Where Plantain's own files are: shipped resources, the profile, a library."""

from __future__ import annotations

import os
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


def places_beside_the_program() -> list[Path]:
    """Folders in which somebody may have put a file for this program beside it, or beside what it
    was installed from; they need not be there."""
    places: list[Path] = []
    if image := os.environ.get("APPIMAGE"):
        places.append(Path(image).parent)
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        bundle = next((each for each in program.parents if each.suffix == ".app"), program)
        places.append(bundle.parent)
    if sys.platform != "darwin":  # there, the person would be asked whether this may be looked at
        places.append(Path(platformdirs.user_downloads_dir()))
    return places


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """One person's Plantain: settings, models and logs, and the library used by default."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "settings.json"

    @property
    def window(self) -> Path:
        """What the window looked like and showed."""
        return self.folder / "window.json"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def spool(self) -> Path:
        """Where answers go for which the library's own disk has no room."""
        return self.folder / "spool"

    def image_models(self, provider: str = "gemini") -> Path:
        """What the person knows of a service's image models beyond what is shipped."""
        of_whom = "" if provider == "gemini" else f"-{provider}"
        return self.folder / f"image-models{of_whom}.json"

    def listed_models(self, provider: str) -> Path:
        """What the service itself said of its models when it was asked the last time."""
        return self.folder / "listed-models" / f"{provider}.json"

    @property
    def prompts(self) -> Path:
        """The person's own prompt templates, a file each."""
        return self.folder / "prompts"

    @property
    def certificate(self) -> Path:
        """By which the person signs what they hand out, and its key."""
        return self.folder / "certificate"

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def demo(self) -> Path:
        """The demo's library and its pictures, once somebody has tried it."""
        return self.folder / "demo"


def default_profile() -> Path:
    """The profile folder by the system's own convention."""
    return Path(platformdirs.user_data_dir("Plantain", appauthor=False))
