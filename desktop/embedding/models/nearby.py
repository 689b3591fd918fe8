"""Model files that lie where a person would put one for a computer without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from desktop.files.checked_json import MalformedJson, parse_json
from desktop.files.regular_file import open_guarded

_SUFFIX = ".safetensors"
"""The one kind whose header says what is in it; others are chosen by hand."""
_LARGEST_HEADER_BYTES = 4_000_000
_IN_EVERY_CLIP = "logit_scale"
"""How much similarity counts: learned by CLIP and SigLIP, and by nothing else that is common."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a model can be imported from."""

    path: Path
    size_bytes: int


def files_in(places: Sequence[Path]) -> list[FoundFile]:
    """The CLIP checkpoints that lie in these folders themselves; a folder may be missing."""
    found = (file for place in places for file in _in_folder(place))
    return list({file.path: file for file in found}.values())


def _in_folder(place: Path) -> Iterator[FoundFile]:
    try:
        paths = sorted(path for path in place.iterdir() if path.suffix.lower() == _SUFFIX)
    except OSError:
        return
    for path in paths:
        try:
            if _is_clip(path):
                yield FoundFile(path, path.stat().st_size)
        except (OSError, MalformedJson):
            continue  # half a download, or not what its name says


def _is_clip(path: Path) -> bool:
    with open_guarded(path) as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= _LARGEST_HEADER_BYTES:
            return False
        header: Any = parse_json(file.read(length))
    if not isinstance(header, dict):
        return False
    return any(name.endswith(_IN_EVERY_CLIP) for name in cast("dict[str, Any]", header))
