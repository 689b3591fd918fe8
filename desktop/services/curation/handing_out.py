"""The files of assets on their way out: to another program, a folder, the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import Asset
from desktop.core.errors import FileError
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.library.folders.same_file import require_same


@dataclass(frozen=True, slots=True)
class Files:
    """What is handed out.

    Attributes:
        paths: in the order that was asked for.
        refused: why others are not, each with its file.
    """

    paths: tuple[Path, ...]
    refused: tuple[FileError, ...] = ()


class HandingOut:
    """Gives the files of pictures that a person sees, and no others."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def files(self, shown: Sequence[Asset]) -> Files:
        """The files of these, as the catalogue and the disk have them now.

        Args:
            shown: as the person saw them; one that is another picture by now is refused.
        """
        now = self._catalog.assets_by_id([asset.id for asset in shown])
        paths: list[Path] = []
        refused: list[FileError] = []
        for asset in shown:
            try:
                current = now.get(asset.id)
                if current is None:
                    raise FileError(asset.path, tr("It is no longer in the library."))
                if current.content_hash != asset.content_hash:
                    raise FileError(
                        asset.path,
                        tr("It has just become another picture."),
                        next_step=tr("Look at it again, then try again."),
                    )
                require_same(current)
                paths.append(current.path)
            except FileError as error:
                refused.append(error)
        return Files(tuple(paths), tuple(refused))
