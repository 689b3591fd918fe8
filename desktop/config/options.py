"""Which profile, library, model and servers to work with; light enough to ask before the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Where to work and with what; None and empty mean the profile's settings or the defaults.

    Attributes:
        profile_dir: settings, models, logs.
        library_dir: the library; by default the one inside the profile.
        model: name or path of the embedding model.
        store_uri: Milvus file or server.
        gemini_base_url: where Gemini is asked.
        is_read_only: look at the library beside another Plantain that has it open, or in a folder
            that cannot be written to; nothing is changed.
    """

    profile_dir: Path | None = None
    library_dir: Path | None = None
    model: str = ""
    store_uri: str = ""
    gemini_base_url: str = ""
    is_read_only: bool = False

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
        )
