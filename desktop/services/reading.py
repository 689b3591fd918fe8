"""Step 2: files become facts, thumbnails and an encoder's pixels; several at once, in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset
from desktop.core.errors import FileError
from desktop.core.pixels import PixelSpec
from desktop.library.catalog import ReadFile
from desktop.media.thumbnails import ThumbnailCache
from desktop.media.views import load_views

_BYTES_OF_FILES = 256 * 1024 * 1024
_BYTES_OF_DECODING = 256 * 1024 * 1024
_FILES_AHEAD = 128
_PIXELS_AHEAD = _FILES_AHEAD * 224 * 224
"""How far to read ahead: what waits to be taken are an encoder's pixels (19 MB) and facts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One file off the disk: facts and pixels, or the reason why not."""

    asset: Asset
    file: ReadFile | None = None
    pixels: NDArray[np.uint8] | None = None
    error: FileError | None = None


class MemoryBudget:
    """Memory that several threads use together; who needs more than all of it gets it alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = limit
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, amount: int) -> Generator[None]:
        """Wait until ``amount`` bytes are free; they are free again at the end."""
        amount = min(amount, self._limit)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= amount)
            self._free -= amount
        try:
            yield
        finally:
            with self._changed:
                self._free += amount
                self._changed.notify_all()


class PictureReader:
    """Reads files in several threads.

    What they take is bounded in bytes, not in files: one picture may be a thousand times another.

    Args:
        spec: of the encoder whose pixels are wanted; None for none.
        threads: readers at once; the results do not depend on it.
    """

    def __init__(self, thumbnails: ThumbnailCache, spec: PixelSpec | None, threads: int) -> None:
        self._thumbnails = thumbnails
        self._spec = spec
        self._threads = threads
        # Always taken in this order, so that no two readers wait for each other.
        self._files = MemoryBudget(_BYTES_OF_FILES)
        self._decoding = MemoryBudget(_BYTES_OF_DECODING)

    def read_all(self, assets: Iterable[Asset]) -> Generator[Read]:
        """Each asset's file, in the order given, some way ahead of who takes them.

        Close the generator to stop early; the files at hand are finished, then the threads end.

        Raises:
            LibraryError: a thumbnail could not be written.
        """
        ahead: deque[Future[Read]] = deque()
        most_ahead = _FILES_AHEAD
        if self._spec is not None:
            most_ahead = min(most_ahead, max(1, _PIXELS_AHEAD // self._spec.size**2))
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="decode")
        try:
            for asset in assets:
                ahead.append(pool.submit(self.read, asset))
                if len(ahead) >= most_ahead + self._threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def read(self, asset: Asset) -> Read:
        """One asset's file; its thumbnail is written when there is none of that content."""
        try:
            with self._files.hold(asset.size):
                views = load_views(
                    asset.path, self._thumbnails.side, self._spec, room=self._decoding.hold
                )
        except FileError as error:
            return Read(asset, error=error)
        picture = views.picture
        if not self._thumbnails.exists(picture.content_hash):
            self._thumbnails.write(picture.content_hash, views.thumbnail)
        file = ReadFile(
            asset.id,
            picture.width,
            picture.height,
            picture.format,
            picture.content_hash,
            views.palette(),
            views.perceptual_hash(),
        )
        return Read(asset, file, views.encoder_pixels(self._spec) if self._spec else None)
