"""Pictures that the library has more than once, and which of them to keep."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from desktop.core.annotations import Edits
from desktop.core.asset import Asset, displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError
from desktop.core.progress import ProgressSteps
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog
from desktop.media.near import near_pairs
from desktop.services.reports import FileFailure
from desktop.services.trashing import Trashing, TrashReport

NEAR_BITS = 6
"""Of 64. Scaled and recompressed pictures differ in fewer, different ones in about 32."""
_FEATURELESS = 0
"""The hash of every plain surface, whatever its colour: says nothing."""


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

    def __init__(self, catalog: Catalog, annotations: Annotations, trashing: Trashing) -> None:
        self._catalog = catalog
        self._annotations = annotations
        self._trashing = trashing

    def exact(self) -> list[DuplicateGroup]:
        """Groups of one content, the most bytes to gain first."""
        of_content: dict[str, list[int]] = defaultdict(list)
        for asset_id, content, _ in self._catalog.fingerprints():
            of_content[content].append(asset_id)
        return self._groups(of_content.values(), is_exact=True)

    def near(self, distance: int = NEAR_BITS) -> list[DuplicateGroup]:
        """Groups that look the same but are not all one content; each picture in one at most.

        Args:
            distance: bits in which two hashes may differ, those between them left aside.
        """
        of_hash: dict[int, list[int]] = defaultdict(list)
        contents: dict[int, str] = {}
        for asset_id, content, likeness in self._catalog.fingerprints():
            if likeness and int(likeness, 16) != _FEATURELESS:
                of_hash[int(likeness, 16)].append(asset_id)
                contents[asset_id] = content
        hashes = list(of_hash)
        pairs = near_pairs(np.array(hashes, np.uint64), distance)
        groups = [
            [asset_id for position in group for asset_id in of_hash[hashes[position]]]
            for group in _connected(len(hashes), pairs.tolist())
        ]
        several = [ids for ids in groups if len({contents[asset_id] for asset_id in ids}) > 1]
        return self._groups(several, is_exact=False)

    def keep(
        self, kept_id: int, others: Collection[int], cancel: CancelToken, *, merge: bool = True
    ) -> ProgressSteps[TrashReport]:
        """Move the ``others`` to the bin, those of them that are as they were when compared.

        Args:
            merge: give the one that is kept their tags, boards and notes first, and their rating
                where it has none; then nothing that was said is lost whatever comes between.

        Raises:
            LibraryError: the one to keep is not there, or not as it was; nothing was done.
            Cancelled, LibraryReadOnly: as ``Trashing.run``.
        """
        assets = self._catalog.assets_by_id([kept_id, *others])
        kept = assets.pop(kept_id, None)
        if kept is None or not _is_as_known(kept):
            raise LibraryError(
                f"{displayable(kept.path) if kept else 'The picture to keep'} is not there, or "
                "has changed.",
                safe="Nothing was moved to the bin.",
                next_step="Look for changes, then compare again.",
            )
        if os.path.realpath(kept.path) in {os.path.realpath(a.path) for a in assets.values()}:
            raise LibraryError(
                f"{displayable(kept.path)} and another one are the same file, by a link.",
                safe="Nothing was moved to the bin.",
            )
        binned = [asset.id for asset in assets.values() if _is_as_known(asset)]
        changed = [
            FileFailure(asset.path, "It is not there, or has changed since it was compared.")
            for asset in assets.values()
            if asset.id not in binned
        ]
        undo = self._annotations.merge(binned, kept_id) if merge else Edits()
        report = yield from self._trashing.run(binned, cancel)
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


def _is_as_known(asset: Asset) -> bool:
    """Its file is there as it was when it was read."""
    if asset.is_missing or asset.is_offline:
        return False
    try:
        status = asset.path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (asset.size, asset.modified_ns)


def _one_name_each(assets: Iterable[Asset]) -> list[Asset]:
    """Without the links among them: who keeps a link and bins its file keeps nothing."""
    files: dict[str, Asset] = {}
    for asset in assets:
        real = os.path.realpath(asset.path)
        if real not in files or real == str(asset.path):
            files[real] = asset
    return list(files.values())


def _connected(count: int, pairs: Iterable[Sequence[int]]) -> list[list[int]]:
    """Numbers below ``count`` that are joined by pairs, directly or by way of others."""
    above = list(range(count))

    def top(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    for first, second in pairs:
        above[max(top(first), top(second))] = min(top(first), top(second))
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        groups[top(number)].append(number)
    return list(groups.values())
