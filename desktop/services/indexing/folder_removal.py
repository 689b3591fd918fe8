"""A folder leaves the library: its files stay on disk, and what was said about them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import displayable_name
from desktop.core.errors import LibraryError, UsageError
from desktop.core.text import tr
from desktop.library.catalog.roots import Root, RootKind, RootTable


@dataclass(frozen=True, slots=True)
class Removal:
    """A folder that leaves, or has left.

    Attributes:
        folder: as it was added.
        pictures: how many of its pictures are no longer shown.
    """

    folder: Path
    pictures: int


class FolderRemoval:
    """Takes folders out of the library, and puts them back."""

    def __init__(self, roots: RootTable) -> None:
        self._roots = roots

    def preview(self, folder: Path) -> Removal:
        """What ``remove`` would do; changes nothing.

        Raises:
            UsageError: it is not one of the folders that were added.
            LibraryError: the team of this library has it too.
        """
        root = self._root(folder)
        return Removal(root.path, self._roots.shown_in(root))

    def remove(self, folder: Path) -> Removal:
        """Neither show nor look at what is in this folder any more, also when it changes.

        Raises:
            UsageError, LibraryError: as ``preview``; nothing was changed.
        """
        root = self._root(folder)
        removal = Removal(root.path, self._roots.shown_in(root))
        self._roots.remove(root)
        return removal

    def put_back(self, folder: Path) -> None:
        """The folder is as it was before; nothing is looked for, so its drive may be away."""
        self._roots.put_back(folder)

    def _root(self, folder: Path) -> Root:
        # Not one that Plantain made: what it generates has no other place.
        added = [root for root in self._roots.all() if root.kind is not RootKind.GENERATED]
        root = next((root for root in added if folder in (root.path, root.real_path)), None)
        name = displayable_name(folder)
        if root is None:
            raise UsageError(
                tr("“{name}” is not one of the folders that were added.", name=name),
                next_step=tr("To hide a folder that lies in one of them, ignore it with a rule."),
            )
        if shared := self._roots.names()[root.id]:
            raise LibraryError(
                tr("Your team knows “{name}” as “{shared}”.", name=name, shared=shared),
                safe=tr("Nothing was changed."),
                next_step=tr("To hide what lies in it, ignore it with a rule."),
            )
        return root
