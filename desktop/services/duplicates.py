"""Pictures that the library has more than once, and which of them to keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.progress import ProgressSteps
from desktop.library.annotations import Annotations
from desktop.library.catalog import Catalog
from desktop.media.near import near_pairs
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
        """Move the ``others`` to the bin.

        Args:
            merge: give the one that is kept their tags, boards and notes first, and their rating
                where it has none; then nothing that was said is lost whatever comes between.

        Raises:
            Cancelled, LibraryReadOnly: as ``Trashing.run``.
        """
        binned = [asset_id for asset_id in others if asset_id != kept_id]
        if merge:
            self._annotations.merge(binned, kept_id)
        return (yield from self._trashing.run(binned, cancel))

    def _groups(
        self, candidates: Iterable[Sequence[int]], *, is_exact: bool
    ) -> list[DuplicateGroup]:
        several = [ids for ids in candidates if len(ids) > 1]
        assets = self._catalog.assets_by_id([asset_id for ids in several for asset_id in ids])
        groups = [
            DuplicateGroup(tuple(sorted((assets[i] for i in ids), key=_keep_first)), is_exact)
            for ids in several
        ]
        return sorted(groups, key=lambda group: (-group.spare_bytes, group.assets[0].id))


def _keep_first(asset: Asset) -> tuple[int, int, int, int]:
    """The most pixels, then the most bytes, then the oldest."""
    return -asset.width * asset.height, -asset.size, asset.modified_ns, asset.id


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
