"""What an older Plantain did not look for in files that it read, or found in another way, is looked
for now: what they say beside the pixels, main colours, what is clear in them. Nothing is encoded
again for it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from desktop.core.asset import Asset
from desktop.core.cancellation import CancelToken
from desktop.core.colour import Palette
from desktop.core.errors import Cancelled, FileUnreadable, LibraryError
from desktop.core.metadata import NO_METADATA, Metadata, cleaned
from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.library.catalog.assets import Catalog
from desktop.media.formats.registry import has_video_name
from desktop.media.metadata.reading import load_metadata
from desktop.media.palette import main_colours
from desktop.media.renditions import load_renditions
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.media.video.renditions import load_video_metadata
from desktop.services.indexing.shown_first import ShownFirst

_A_BATCH = 200
_SHOWN_SOON = 16
"""Thumbnails made before anyone asks again what is in view."""
_log = logging.getLogger(__name__)


class Describing:
    """Reads anew what is beside the pixels of files that are known already.

    Args:
        sandbox: reads what is risky; None: this process does.
        readers: threads.
        shown_first: what a person looks at.
    """

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        sandbox: Sandbox | None,
        readers: int,
        shown_first: ShownFirst,
    ) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._sandbox = sandbox
        self._readers = readers
        self._shown_first = shown_first

    def run(self, cancel: CancelToken) -> Iterator[Progress]:
        """All that is waiting in folders that are there.

        Raises:
            Cancelled: what was read so far is kept, and the next run goes on.
            LibraryError: the catalogue cannot be written.
        """
        yield from self._renew_palettes(cancel)
        yield from self._renew_thumbnails(cancel)
        waiting = self._catalog.metadata.unread(self._catalog.roots.at_hand())
        for start in range(0, len(waiting), _A_BATCH):
            yield Progress(tr("Reading camera, rights and keywords"), start, len(waiting))
            cancel.raise_if_cancelled()
            found = self._catalog.assets_by_id(waiting[start : start + _A_BATCH])
            told = self._read(found.values(), cancel)
            self._catalog.metadata.record((i, each) for i, each in told if each is not None)

    def _renew_palettes(self, cancel: CancelToken) -> Iterator[Progress]:
        """From the thumbnails; where there is none, the colours wait until the file is read."""
        waiting = self._catalog.palettes.outdated()
        for start in range(0, len(waiting), _A_BATCH):
            yield Progress(tr("Finding main colours"), start, len(waiting))
            cancel.raise_if_cancelled()
            found = self._catalog.assets_by_id(waiting[start : start + _A_BATCH])
            with ThreadPoolExecutor(self._readers, thread_name_prefix="describe") as pool:
                made = list(pool.map(self._palette, found.values()))
            self._catalog.palettes.record(zip(found, made, strict=True))

    def _renew_thumbnails(self, cancel: CancelToken) -> Iterator[Progress]:
        """Of pictures of which nobody knows whether anything is clear in them."""
        waiting = self._catalog.transparency.unknown(self._catalog.roots.at_hand())
        done = 0
        with ThreadPoolExecutor(self._readers, thread_name_prefix="describe") as pool:
            for part in self._shown_first.parts(waiting, _SHOWN_SOON):
                yield Progress(tr("Making previews again"), done, len(waiting))
                cancel.raise_if_cancelled()
                found = self._catalog.assets_by_id(part).values()
                seen = zip(found, pool.map(self._is_clear, found, repeat(cancel)), strict=True)
                self._catalog.transparency.record(
                    (asset.content_hash, is_clear)
                    for asset, is_clear in seen
                    if is_clear is not None
                )
                done += len(part)

    def _is_clear(self, asset: Asset, cancel: CancelToken) -> bool | None:
        """Whether its thumbnail keeps something clear now; None as of ``_one``."""
        side = self._thumbnails.side
        try:
            views = load_renditions(asset.path, side, None, sandbox=self._sandbox, cancel=cancel)
        except (Cancelled, LibraryError):
            raise
        except FileUnreadable:
            return None
        except Exception:  # noqa: BLE001 - the guard: one file never ends a run
            _log.info("asset %s cannot be looked at again", asset.id, exc_info=True)
            return False
        if views.picture.content_hash != asset.content_hash:
            return None  # it was written since, and is read as a whole
        if views.picture.has_alpha:
            self._thumbnails.write(asset.content_hash, views.thumbnail)
        return views.picture.has_alpha

    def _palette(self, asset: Asset) -> Palette:
        seen = self._thumbnails.read(asset.content_hash)
        return main_colours([seen]) if seen else self._catalog.palettes.of(asset.id)

    def _read(
        self, assets: Collection[Asset], cancel: CancelToken
    ) -> list[tuple[int, Metadata | None]]:
        with ThreadPoolExecutor(self._readers, thread_name_prefix="describe") as pool:
            told = pool.map(self._one, assets, repeat(cancel))
            return [(asset.id, each) for asset, each in zip(assets, told, strict=True)]

    def _one(self, asset: Asset, cancel: CancelToken) -> Metadata | None:
        """None where the file is not to be had now; it waits for another run."""
        load = load_video_metadata if has_video_name(asset.name) else load_metadata
        try:
            return cleaned(load(asset.path, sandbox=self._sandbox, cancel=cancel))
        except Cancelled:
            raise
        except FileUnreadable:
            return None
        except Exception:  # noqa: BLE001 - the guard: one file never ends a run
            # It is not asked again until it changes; its picture was read all the same.
            _log.info("asset %s says nothing that can be read", asset.id, exc_info=True)
            return NO_METADATA
