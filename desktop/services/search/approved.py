"""Which version of a picture is proposed: where a person kept one of several that look the same,
only that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from desktop.core.annotations import Flag
from desktop.core.filter import Filter
from desktop.core.query import SearchHit
from desktop.library.catalog.assets import Catalog
from desktop.media.likeness import Look, are_alike, look_at
from desktop.media.perceptual_hash import FEATURELESS, NEAR_BITS, parse_hash
from desktop.media.thumbnails import ThumbnailCache


class ApprovedVersions:
    """Knows what was kept when it was first asked; made anew for each prompt.

    Two pictures are versions of one where the search for near-duplicates would pair them: by their
    hashes and by a closer look. Hashes that were made by older rules are left aside until it has
    renewed them.

    Args:
        sendable: what may be proposed at all.
    """

    def __init__(self, catalog: Catalog, thumbnails: ThumbnailCache, sendable: Filter) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._sendable = sendable
        self._look = cache(self._look_at)

    def of(self, hits: Sequence[SearchHit]) -> Sequence[SearchHit]:
        """The hits in their order. In the place of one of which another version was kept stands
        the kept one; nothing where that may not be sent."""
        if not self._kept_contents:
            return hits
        instead = self._instead([hit.asset.id for hit in hits])
        if not instead:
            return hits
        kept = tuple({*instead.values()})
        may_go = {each.id: each for each in self._catalog.newest(self._sendable & Filter(ids=kept))}
        found: dict[int, SearchHit] = {}
        for hit in hits:
            asset_id = instead.get(hit.asset.id, hit.asset.id)
            if asset_id == hit.asset.id:
                found.setdefault(asset_id, hit)
            elif asset_id in may_go:
                found.setdefault(asset_id, replace(hit, asset=may_go[asset_id]))
        return [*found.values()]

    def _instead(self, asset_ids: Sequence[int]) -> dict[int, int]:
        """Asset id -> id of the version of it that was kept, of those that were not kept."""
        found: dict[int, int] = {}
        kept_ids = {each for each, _, _ in self._kept}
        for asset_id, content, written in self._catalog.content_hashes(
            Filter(ids=tuple(asset_ids))
        ):
            if asset_id not in kept_ids and (kept := self._kept_version(content, written)):
                found[asset_id] = kept
        return found

    def _kept_version(self, content: str, written: str) -> int | None:
        if content in self._kept_contents:
            return self._kept_contents[content]
        values, contents = self._kept_hashes
        hashes = {*(parse_hash(written) or ())} - {FEATURELESS}
        near = {
            contents[at]: None
            for value in sorted(hashes)
            for at in np.flatnonzero(
                np.bitwise_count(values ^ np.uint64(value)) <= NEAR_BITS
            ).tolist()
        }
        look = self._look(content) if near else None
        for other in near:
            shown = self._look(other)
            if look is not None and shown is not None and are_alike(look, shown):
                return self._kept_contents[other]
        return None

    @cached_property
    def _kept_contents(self) -> dict[str, int]:
        """Content hash -> the first that was kept with that content."""
        return {content: asset_id for asset_id, content, _ in reversed(self._kept)}

    @cached_property
    def _kept_hashes(self) -> tuple[NDArray[np.uint64], list[str]]:
        """(n,), and the content that each is of."""
        of_content = {
            content: {*(parse_hash(written) or ())} - {FEATURELESS}
            for _, content, written in self._kept
        }
        pairs = [(each, content) for content, hashes in of_content.items() for each in hashes]
        return np.array([value for value, _ in pairs], np.uint64), [each for _, each in pairs]

    @cached_property
    def _kept(self) -> list[tuple[int, str, str]]:
        return self._catalog.content_hashes(Filter(flag=Flag.KEPT))

    def _look_at(self, content: str) -> Look | None:
        image = self._thumbnails.read(content)
        return None if image is None else look_at(image)
