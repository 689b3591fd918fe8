"""What people entered into a library, as an export holds it."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.core.annotations import Flag, TagColour
from desktop.core.errors import LibraryError
from desktop.core.generation_record import GenerationRecord
from desktop.core.rights import NO_RIGHTS, Rights
from desktop.core.text import tr
from desktop.library.exchange.exported_search import ExportedSearch

FORMAT = "plantain-export"
VERSION = 3
"""1 had the record of a generation in parts; up to 2, commas separated the tags of a CSV cell, and
no tag could hold one."""


@dataclass(frozen=True, slots=True)
class ExportedAsset:
    """One picture and what was said about it.

    Attributes:
        root: path of its root; empty for the library's own folder of generated pictures.
        path: below the root.
        content: hex digest of its bytes; empty when the file was never read.
        flags: none in a table of an older Plantain.
        rights: what was said of the picture itself.
        made: how it was made, without ids of assets.
    """

    root: str
    path: str
    content: str
    rating: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    made: GenerationRecord | None = None
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class ExportedFolder:
    """A folder of which something is said; ``path`` is absolute."""

    path: str
    rights: Rights


@dataclass(frozen=True, slots=True)
class ExportedBoard:
    """A board; ``assets`` are places in ``Exported.assets``."""

    name: str
    created_at: float
    assets: tuple[int, ...]
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class ExportedRoot:
    """A folder; ``name`` is the one by which a team shares it."""

    path: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ExportedTag:
    """A tag that has a colour."""

    name: str
    colour: TagColour


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything that people entered into one library.

    Attributes:
        problems: what of a file, or of the library, could not be read, and why; never written.
    """

    roots: tuple[ExportedRoot, ...] = ()
    ignore_rules: tuple[str, ...] = ()
    boards: tuple[ExportedBoard, ...] = ()
    assets: tuple[ExportedAsset, ...] = ()
    folders: tuple[ExportedFolder, ...] = ()
    searches: tuple[ExportedSearch, ...] = ()
    tags: tuple[ExportedTag, ...] = ()
    problems: tuple[str, ...] = ()


def known_version(version: int) -> int:
    """The same. Raises: LibraryError: a newer Plantain wrote it."""
    if version > VERSION:
        raise LibraryError(
            tr("This export was made by a newer Plantain."),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain."),
        )
    return version
