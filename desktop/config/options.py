"""Which profile, library, model and servers to work with; light enough to ask before the window."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from desktop.config.paths import ProfilePaths, default_profile
from desktop.library.paths import LibraryPaths


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Where to work and with what; None and empty mean the profile's settings or the defaults.

    Attributes:
        profile_dir: settings, models, logs.
        library_dir: the library; by default the one inside the profile.
        model: name or path of the embedding model.
        store_uri: Milvus file or server.
        gemini_base_url: where Gemini is asked.
        asks_consent: a person is shown what would be sent to a service before the first time.
        service_addresses: where other services for pictures are asked, by the variable that says
            so ("PLANTAIN_VERTEX_BASE_URL").
        is_read_only: look at the library beside another Plantain that has it open, or in a folder
            that cannot be written to; nothing is changed.
        environment_first: a key in the environment goes before one in the key store: on the command
            line whoever sets it means this very command; in the window, the key that was entered
            there.
    """

    profile_dir: Path | None = None
    library_dir: Path | None = None
    model: str = ""
    store_uri: str = ""
    gemini_base_url: str = ""
    service_addresses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_read_only: bool = False
    reads_text: bool | None = None
    asks_consent: bool = False
    environment_first: bool = False

    @property
    def profile(self) -> ProfilePaths:
        """Where the profile is; nothing need be there."""
        return ProfilePaths(_absolute(self.profile_dir or default_profile()))

    @property
    def library(self) -> LibraryPaths:
        """Where the library is; nothing need be there."""
        return LibraryPaths(_absolute(self.library_dir or self.profile.library))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> EngineOptions:
        """Options as the ``PLANTAIN_…`` variables give them."""

        def folder(name: str) -> Path | None:
            value = environment.get(name, "")
            return Path(value) if value else None

        return cls(
            profile_dir=folder("PLANTAIN_PROFILE_DIR"),
            library_dir=folder("PLANTAIN_LIBRARY"),
            store_uri=environment.get("PLANTAIN_STORE_URI", ""),
            gemini_base_url=environment.get("PLANTAIN_GEMINI_BASE_URL", ""),
            service_addresses={
                name: value
                for name, value in environment.items()
                if name.startswith("PLANTAIN_") and name.endswith("_BASE_URL")
            },
            reads_text={"yes": True, "no": False}.get(environment.get("PLANTAIN_READ_TEXT", "")),
        )


def _absolute(path: Path) -> Path:
    """Without ``..``, so that one place has one name; links stay as the person named them."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100
