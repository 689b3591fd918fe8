"""Files that a library keeps by their content: parts of pictures that were marked to be changed,
pictures of imported brand kits."""

from __future__ import annotations

from pathlib import Path


def kept_file(folder: Path, named: Path) -> Path:
    """Where a file that a record names is now: the library may have moved, or been restored.

    Args:
        folder: the library's, of files of its kind.
        named: the file as it was written down.
    """
    here = folder / named.name
    return here if here.exists() else named
