"""Pictures that the library has more than once, and which of them to keep."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np

from desktop.core.annotations import Edits
from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, LibraryError, LibraryReadOnly
from desktop.core.progress import ProgressSteps
from desktop.core.text import tr
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.folders.same_file import is_as_known
from desktop.library.folders.spelling import caseless, live_identity
from desktop.media.likeness import Look, are_alike, look_at
from desktop.media.perceptual_hash import (
    FEATURELESS,
    NEAR_BITS,
    near_pairs,
    parse_hash,
    perceptual_hash,
)
from desktop.media.thumbnails import ThumbnailCache
from desktop.services.curation.trash import Trash, TrashReport
from desktop.services.reports import FileFailure

_AMONG_OTHERS = 2.0
"""How much more than from the first picture of a group the others may differ from each other."""
_LOOKS = 4_096
"""Kept while comparing; each takes 190 KB."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Pictures that are the same, or nearly.

    Attributes:
        assets: at least two; the one to keep first.
        is_exact: byte for byte.
    """

    assets: tuple[Asset, ...]
    is_exact: bool

    @property
    def spare_bytes(self) -> int:
        """What the disk gains when only the first is kept."""
        return sum(asset.size for asset in self.assets[1:])


class Duplicates:
    """Finds duplicates among the pictures that are on disk now, and takes those away that a
    person decides about."""

    def __init__(
        self,
        catalog: Catalog,
        annotations: Annotations,
        trash: Trash,
        thumbnails: ThumbnailCache,
    ) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._annotations = annotations
        self._trash = trash

    def exact(self) -> list[DuplicateGroup]:
        """Groups of one content, the most bytes to gain first."""
        of_content: dict[str, list[int]] = defaultdict(list)
        for asset_id, content, _ in self._catalog.content_hashes():
            of_content[content].append(asset_id)
        return self._groups(of_content.values(), is_exact=True)

    def near(
        self, distance: int = NEAR_BITS, cancel: CancelToken | None = None
    ) -> list[DuplicateGroup]:
        """Groups of those that look the same, each like each; a picture is in one at most.

        Args:
            distance: bits in which two hashes may differ, those between them left aside.

        Raises:
            Cancelled: as ``cancel`` says.
        """
        cancel = cancel or CancelToken()
        of_content: dict[str, list[int]] = defaultdict(list)
        hashes: dict[str, tuple[int, ...]] = {}
        for asset_id, content, written in self._hashed():
            parsed = parse_hash(written)
            if parsed is not None and parsed[0] != FEATURELESS:
                of_content[content].append(asset_id)
                hashes[content] = parsed
        looked_at = lru_cache(maxsize=_LOOKS)(self._look)

        def look(content: str) -> Look | None:
            cancel.raise_if_cancelled()
            return looked_at(content)

        def are_nearly_alike(one: str, other: str) -> bool:
            first, second = look(one), look(other)
            return bool(first and second and are_alike(first, second, leniency=_AMONG_OTHERS))

        groups = _tight(_alike(hashes, distance, look), are_nearly_alike)
        return self._groups(
            (
                [asset_id for content in group for asset_id in of_content[content]]
                for group in groups
            ),
            is_exact=False,
        )

    def _hashed(self) -> Iterator[tuple[int, str, str]]:
        """As ``Catalog.content_hashes``; older hashes, which are not comparable, made anew from
        the thumbnails and kept."""
        renewed: list[tuple[int, str]] = []
        for asset_id, content, written in self._catalog.content_hashes():
            if parse_hash(written) is None and (image := self._thumbnails.read(content)):
                written = perceptual_hash(image)
                renewed.append((asset_id, written))
            yield asset_id, content, written
        if renewed:
            with suppress(LibraryReadOnly):  # then they are made again the next time
                self._catalog.record_hashes(renewed)

    def _look(self, content: str) -> Look | None:
        image = self._thumbnails.read(content)
        return None if image is None else look_at(image)

    def keep(
        self, kept_id: int, others: Collection[int], cancel: CancelToken, *, merge: bool = True
    ) -> ProgressSteps[TrashReport]:
        """Move the ``others`` to the trash, those of them that are as they were when compared.

        Args:
            merge: give the one that is kept their tags, boards and notes first, and their rating
                where it has none; then nothing that was said is lost whatever comes between.

        Raises:
            LibraryError: the one to keep is not there, or not as it was; nothing was done.
            Cancelled, LibraryReadOnly: as ``Trash.run``.
        """
        assets = self._catalog.assets_by_id([kept_id, *others])
        kept = assets.pop(kept_id, None)
        if kept is None or not is_as_known(kept):
            raise LibraryError(
                tr(
                    "{path} is not there, or has changed.",
                    path=displayable(kept.path) if kept else tr("The picture to keep"),
                ),
                safe=tr("Nothing was moved to the trash."),
                next_step=tr("Look for changes, then compare again."),
            )
        if _entry(kept.path) in {_entry(asset.path) for asset in assets.values()}:
            raise LibraryError(
                tr(
                    "{path} and another one are the same file, by a link.",
                    path=displayable(kept.path),
                ),
                safe=tr("Nothing was moved to the trash."),
            )
        trashed = [asset.id for asset in assets.values() if is_as_known(asset)]
        changed = [
            FileFailure(asset.path, tr("It is not there, or has changed since it was compared."))
            for asset in assets.values()
            if asset.id not in trashed
        ]
        cancel.raise_if_cancelled()  # before anything is said that nobody would take back
        undo = self._annotations.merge(trashed, kept_id) if merge else Edits()
        try:
            report = yield from self._trash.run(trashed, cancel)
        except (Cancelled, LibraryError):  # nothing was moved, and nobody would get the undo
            with suppress(LibraryError):
                self._annotations.apply(undo)
            raise
        return replace(report, failed=(*changed, *report.failed), undo=undo)

    def _groups(
        self, candidates: Iterable[Sequence[int]], *, is_exact: bool
    ) -> list[DuplicateGroup]:
        several = [ids for ids in candidates if len(ids) > 1]
        assets = self._catalog.assets_by_id([asset_id for ids in several for asset_id in ids])
        files = [_one_name_each([assets[asset_id] for asset_id in ids]) for ids in several]
        groups = [
            DuplicateGroup(tuple(sorted(group, key=_keep_first)), is_exact)
            for group in files
            if len(group) > 1
        ]
        return sorted(groups, key=lambda group: (-group.spare_bytes, group.assets[0].id))


def _keep_first(asset: Asset) -> tuple[int, int, int, int]:
    """The most pixels, then the most bytes, then the oldest."""
    return -asset.width * asset.height, -asset.size, asset.modified_ns, asset.id


def _one_name_each(assets: Iterable[Asset]) -> list[Asset]:
    """Without the links among them: who keeps a link and bins its file keeps nothing."""
    files: dict[object, Asset] = {}
    for asset in assets:
        entry = _entry(asset.path)
        if entry not in files or os.path.realpath(asset.path) == str(asset.path):
            files[entry] = asset
    return list(files.values())


def _entry(path: Path) -> object:
    """What two names of one entry of a folder share: by a link, or by a disk that does not tell
    upper from lower case. Hard links are entries of their own."""
    real = Path(os.path.realpath(path))
    file, folder = live_identity(real), live_identity(real.parent)
    return (file, folder, caseless(Path(real.name))) if file and folder else str(real)


def _alike(
    hashes: Mapping[str, tuple[int, ...]], distance: int, look: Callable[[str], Look | None]
) -> dict[str, set[str]]:
    """Content -> those that show the same, by their hashes and by a closer look."""
    of_hash: dict[int, list[str]] = defaultdict(list)
    for content, several in hashes.items():
        for value in {*several} - {FEATURELESS}:
            of_hash[value].append(content)
    values = list(of_hash)
    pairs = {pair for owners in of_hash.values() for pair in combinations(sorted(owners), 2)}
    for first, second in near_pairs(np.array(values, np.uint64), distance).tolist():
        for one in of_hash[values[first]]:
            for other in of_hash[values[second]]:
                if one != other:
                    pairs.add((min(one, other), max(one, other)))
    alike: dict[str, set[str]] = defaultdict(set)
    for one, other in sorted(pairs):
        first, second = look(one), look(other)
        if first is not None and second is not None and are_alike(first, second):
            alike[one].add(other)
            alike[other].add(one)
    return alike


def _tight(
    alike: Mapping[str, Set[str]], are_nearly_alike: Callable[[str, str], bool]
) -> list[list[str]]:
    """Groups around one picture, to which all are alike; every two of the others are nearly so.

    A picture that is only like a neighbour of the first is in another group. Copies of one, one
    cropped and one in other colours, differ from each other by what each differs from it.

    Those with the most likes come first.
    """
    groups: list[list[str]] = []
    taken: set[str] = set()
    for content in sorted(alike, key=lambda content: (-len(alike[content]), content)):
        if content in taken:
            continue
        group = [content]
        for other in sorted(alike[content] - taken, key=lambda o: (-len(alike[o]), o)):
            if all(other in alike[member] or are_nearly_alike(member, other) for member in group):
                group.append(other)
        if len(group) > 1:
            groups.append(group)
            taken.update(group)
    return groups
