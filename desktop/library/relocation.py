"""A folder of the library has moved: its pictures keep their identity and all that was said."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.errors import FewPicturesThere, LibraryError
from desktop.core.text import listed, tr
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.roots import Root, RootKind
from desktop.library.folders.offline import identity_of
from desktop.library.folders.spelling import below, caseless, is_same_folder

_SAMPLE = 400
"""Files that are looked for in the new folder."""
_ENOUGH = 0.5
"""Share of the sample that must be in the new folder."""


@dataclass(frozen=True, slots=True)
class Relocation:
    """A root that is somewhere else now; ``found`` of the ``asked`` files were seen there."""

    folder: Path
    assets: int
    found: int
    asked: int


class Relocator:
    """Gives roots another folder.

    Args:
        private: the library's own folder, in which no root can be.
    """

    def __init__(self, catalog: Catalog, private: Path) -> None:
        self._catalog = catalog
        self._private = private

    def relocate(self, old: Path, new: Path, *, is_forced: bool = False) -> Relocation:
        """The root ``old``, which need not be there any more, is the folder ``new`` from now on.

        Nothing is looked at but a sample of file names; index the folder afterwards. What Milvus
        keeps of the paths is renewed then.

        Args:
            is_forced: also when few of the known files are in ``new``.

        Raises:
            FewPicturesThere: few of the files are; nothing is changed.
            LibraryError: there is no such root, or ``new`` is no folder or another root's; nothing
                is changed.
        """
        root = self._root(old)
        new = Path(os.path.abspath(new))  # noqa: PTH100 - people know folders by their own names
        self._check(root, new)
        sample = self._catalog.roots.sample(root, _SAMPLE)
        found = sum(_is_there(new / os.fsdecode(place), size) for place, size in sample)
        if found < _ENOUGH * len(sample) and not is_forced:
            raise FewPicturesThere(
                tr(
                    "Of {count} pictures of {old}, {found} are in {new}.",
                    count=len(sample),
                    old=displayable(root.path),
                    found=found,
                    new=displayable(new),
                ),
                safe=tr("Nothing was changed."),
                next_step=tr("Choose the folder in which they are."),
                at_terminal=tr("Choose the folder in which they are, or insist with --force."),
            )
        assets = self._catalog.roots.relocate(root, new, identity_of(new))
        return Relocation(new, assets, found, len(sample))

    def root_of(self, folder: Path) -> Path:
        """The root that holds this folder of the library; raises as ``relocate``."""
        for root in self._catalog.roots.all():
            if below(root.path, folder) is not None:
                return root.path
        return self._root(folder).path

    def _root(self, old: Path) -> Root:
        place = Path(os.path.abspath(old))  # noqa: PTH100 - as above
        roots = [root for root in self._catalog.roots.all() if root.kind is not RootKind.GENERATED]
        for root in roots:
            if place in (root.path, root.real_path) or is_same_folder(root.path, place):
                return root
        # It may be away, and nobody can ask what it is.
        alike = [root for root in roots if caseless(root.path) == caseless(place)]
        if len(alike) == 1:
            return alike[0]
        known = listed(displayable(root.path) for root in roots) or tr("none")
        raise LibraryError(
            tr("{old} is no folder of the library.", old=displayable(old)),
            safe=tr("Nothing was changed."),
            next_step=tr("Its folders are: {known}.", known=known),
        )

    def _check(self, root: Root, new: Path) -> None:
        if not new.is_dir():
            raise LibraryError(
                tr("There is no folder at {new}.", new=displayable(new)),
                safe=tr("Nothing was changed."),
                next_step=tr("Check the path; is its drive connected?"),
            )
        real = Path(os.path.realpath(new))
        private = Path(os.path.realpath(self._private))
        taken = [other.real_path for other in self._catalog.roots.all() if other.id != root.id]
        for other in (private, *taken):
            if below(other, real) is not None or below(real, other) is not None:
                raise LibraryError(
                    tr(
                        "{new} is in the library already, as {other}.",
                        new=displayable(new),
                        other=displayable(other),
                    ),
                    safe=tr("Nothing was changed."),
                    next_step=tr("Choose a folder that neither holds it nor lies in it."),
                )


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except (OSError, ValueError):
        return False
