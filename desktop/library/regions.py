"""The parts of pictures that were marked to be changed: a file each, named by its content."""

from __future__ import annotations

from pathlib import Path


def kept_region(regions: Path, named: Path) -> Path:
    """Where a part that a record names is now: the library may have moved, or been restored.

    Args:
        regions: the library's folder of them.
        named: the file as it was written down.
    """
    here = regions / named.name
    return here if here.exists() else named
