"""One folder or file, many spellings: where a disk does not tell "Photos" from "photos", or a
composed from a decomposed "é", the catalogue must hold the one that the folder lists.

Whether two names mean one folder is never guessed from the names: device and inode tell. So bind
mounts and short names of Windows are seen through as well.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

FolderIdentity = tuple[int, int]
"""Device and inode, of what is there now."""


def composed(name: str) -> str:
    """The form in which names are compared: NFC. macOS may list "é" as two characters."""
    return unicodedata.normalize("NFC", name)


def caseless(path: Path) -> str:
    """What all spellings share that a disk may take for one; others may share it too."""
    return composed(str(path)).casefold()


def live_identity(folder: Path) -> FolderIdentity | None:
    """What tells this folder from every other one while both are there; None when it is not, or
    where its file system gives no inodes."""
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def is_same_folder(one: Path, other: Path) -> bool:
    """True for two names of one folder."""
    if one == other:
        return True
    identity = live_identity(one)
    return identity is not None and identity == live_identity(other)


def below(top: Path, place: Path) -> Path | None:
    """Where ``place`` is below ``top``, by name or else by what the folders above it are; None
    when it is elsewhere. What is below is spelled as ``place`` spells it."""
    if place.is_relative_to(top):
        return place.relative_to(top)
    identity = live_identity(top)
    if identity is None:
        return None
    return next((part for part, above in parts_below(place) if above == identity), None)


def parts_below(place: Path) -> Iterator[tuple[Path, FolderIdentity]]:
    """For every folder around ``place``, itself included: where below it ``place`` is, and which
    folder that is; the nearest first, by name and then by its real place."""
    for spelled in dict.fromkeys((place, Path(os.path.realpath(place)))):
        for above in (spelled, *spelled.parents):
            identity = live_identity(above)
            if identity is not None:
                yield spelled.relative_to(above), identity


class DiskNames:
    """How folders list what is in them; each is asked once, so keep this for one look only."""

    def __init__(self) -> None:
        self._listings: dict[Path, frozenset[str] | None] = {}
        self._by_letters: dict[Path, dict[str, str]] = {}

    def has(self, path: Path) -> bool:
        """True when there is something of exactly this spelling; of a link that leads nowhere
        too."""
        names = self._names(path.parent)
        return os.path.lexists(path) if names is None else path.name in names

    def caseless(self, path: Path) -> Path | None:
        """What is there by this name, or by its letters in another case; None when nothing is."""
        if self.has(path):
            return path
        if path.parent not in self._by_letters:
            names = sorted(self._names(path.parent) or (), reverse=True)
            self._by_letters[path.parent] = {composed(name).casefold(): name for name in names}
        alike = self._by_letters[path.parent].get(composed(path.name).casefold())
        return path.with_name(alike) if alike else None

    def spelled(self, folder: Path, relative: Path) -> Path:
        """``relative``, with each name as its folder lists it.

        A name that is nowhere is taken for the one listed with the same letters, however these
        are composed, and otherwise left as it is.
        """
        here, result = folder, Path()
        for part in relative.parts:
            listed = self._listed(here, part)
            here, result = here / listed, result / listed
        return result

    def spelled_whole(self, path: Path) -> Path:
        """As ``spelled``, of an absolute path."""
        top = Path(path.anchor)
        return top / self.spelled(top, path.relative_to(top))

    def _listed(self, folder: Path, name: str) -> str:
        names = self._names(folder)
        if names is None or name in names:
            return name
        try:
            there = (folder / name).lstat()
        except (OSError, ValueError):
            alike = [other for other in names if composed(other) == composed(name)]
            return alike[0] if len(alike) == 1 else name
        # Those with the same letters first: hard links are one file of several names.
        letters = composed(name).casefold()
        for other in sorted(names, key=lambda other: composed(other).casefold() != letters):
            try:
                if os.path.samestat((folder / other).lstat(), there):
                    return other
            except OSError:
                continue  # gone since it was listed
        return name

    def _names(self, folder: Path) -> frozenset[str] | None:
        """None where nobody may look."""
        if folder not in self._listings:
            try:
                self._listings[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 - names alone
            except OSError:
                self._listings[folder] = None
        return self._listings[folder]
