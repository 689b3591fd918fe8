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

from desktop.core.asset import PREVIEW, Asset
from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, FileError
from desktop.core.integers import as_int64
from desktop.core.metadata import cleaned
from desktop.core.pixels import PixelSpec
from desktop.library.catalog.assets import ReadFile
from desktop.media.formats.registry import has_video_name
from desktop.media.renditions import Renditions, load_renditions
from desktop.media.sandbox.pool import Sandbox
from desktop.media.thumbnails import ThumbnailCache
from desktop.media.video.renditions import is_video, load_video
from desktop.media.video.video import MAX_SCENES
from desktop.services.unforeseen import as_file_error

_BYTES_OF_FILES = 256 * 1024 * 1024
_BYTES_OF_DECODING = 256 * 1024 * 1024
_FILES_AHEAD = 128
_PIXELS_AHEAD = _FILES_AHEAD * 224 * 224
"""How far to read ahead: what waits to be taken are an encoder's pixels (19 MB) and facts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One file off the disk: facts and pixels, later vectors; or the reason why not.

    Attributes:
        pixels: (n, size, size, 3), 1 for a picture, one for each scene of a video; None once they
            are encoded.
        positions_ms: (n,) where in its video each of them is; None for a picture.
        vectors: (n, d) float32 of unit length.
    """

    asset: Asset
    file: ReadFile | None = None
    pixels: NDArray[np.uint8] | None = None
    error: FileError | None = None
    positions_ms: tuple[int | None, ...] = (None,)
    vectors: NDArray[np.float32] | None = None


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
        sandbox: decodes what is risky; None: this process does.
    """

    def __init__(
        self,
        thumbnails: ThumbnailCache,
        spec: PixelSpec | None,
        threads: int,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._thumbnails = thumbnails
        self._sandbox = sandbox
        self._spec = spec
        self._threads = threads
        # Always taken in this order, so that no two readers wait for each other.
        self._files = MemoryBudget(_BYTES_OF_FILES)
        self._decoding = MemoryBudget(_BYTES_OF_DECODING)

    def read_all(
        self, assets: Iterable[Asset], cancel: CancelToken | None = None
    ) -> Generator[Read]:
        """Each asset's file, in the order given, some way ahead of who takes them.

        Close the generator to stop early; the files at hand are given up, as at a ``cancel``.

        Raises:
            Cancelled: while a file was waited for.
            LibraryError: a thumbnail could not be written.
        """
        ahead: deque[tuple[Future[Read], int]] = deque()
        waiting = 0
        most_waiting = _FILES_AHEAD
        if self._spec is not None:
            most_waiting = min(most_waiting, max(1, _PIXELS_AHEAD // self._spec.size**2))
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="decode")
        stop = CancelToken()
        forget = (cancel or stop).on_cancel(stop.cancel)
        try:
            for asset in assets:
                weight = MAX_SCENES if has_video_name(asset.name) else 1
                waiting += weight
                ahead.append((pool.submit(self.read, asset, stop), weight))
                while waiting >= most_waiting + self._threads and ahead:
                    result, weight = ahead.popleft()
                    waiting -= weight
                    yield result.result()
            while ahead:
                yield ahead.popleft()[0].result()
        finally:
            forget()
            stop.cancel()
            pool.shutdown(cancel_futures=True)

    def read(self, asset: Asset, cancel: CancelToken | None = None) -> Read:
        """One asset's file; thumbnails are written where there are none of that content.

        Raises:
            Cancelled: meanwhile.
            LibraryError: as ``read_all``.
        """
        try:
            if is_video(asset.path):
                return self._read_video(asset, cancel)
            return self._read_picture(asset, cancel)
        except Cancelled:
            raise
        except Exception as found:  # noqa: BLE001 - the guard: one file never ends a run
            error = as_file_error(asset.path, found)
            # What is waiting to be told must not keep the bytes and pixels of its file alive,
            # which are in the frames of the traceback.
            error.__traceback__ = error.__cause__ = error.__context__ = None
            return Read(asset, error=error)

    def _read_picture(self, asset: Asset, cancel: CancelToken | None) -> Read:
        with self._files.hold(asset.size):
            views = load_renditions(
                asset.path,
                self._thumbnails.side,
                self._spec,
                has_metadata=True,
                room=self._decoding.hold,
                sandbox=self._sandbox,
                cancel=cancel,
            )
        picture = views.picture
        self._keep_thumbnail(picture.content_hash, views)
        file = ReadFile(
            asset.id,
            picture.width,
            picture.height,
            picture.format + (PREVIEW if picture.is_preview else ""),
            picture.content_hash,
            views.palette(),
            views.perceptual_hash(),
            picture.frame_count,
            metadata=cleaned(picture.metadata),
            has_alpha=picture.has_alpha,
        )
        pixels = views.encoder_pixels(self._spec)[np.newaxis] if self._spec else None
        return Read(asset, file, pixels)

    def _read_video(self, asset: Asset, cancel: CancelToken | None) -> Read:
        views = load_video(
            asset.path,
            self._thumbnails.side,
            self._spec,
            room=self._decoding.hold,
            sandbox=self._sandbox,
            cancel=cancel,
        )
        for frame in views.frames:
            self._keep_thumbnail(frame.picture.content_hash, frame)
        self._keep_thumbnail(views.content_hash, views.frames[0])
        video = views.video
        file = ReadFile(
            asset.id,
            video.width,
            video.height,
            video.format,
            views.content_hash,
            views.palette(),
            duration_ms=_milliseconds(video.duration_ms),
            metadata=cleaned(video.metadata),
        )
        if self._spec is None:
            return Read(asset, file)
        pixels = np.stack([frame.encoder_pixels(self._spec) for frame in views.frames])
        positions = tuple(_milliseconds(frame.position_ms) for frame in video.frames)
        return Read(asset, file, pixels, positions_ms=positions)

    def _keep_thumbnail(self, key: str, views: Renditions) -> None:
        # What a team says that this content looks like is not believed once it is here.
        has_alpha = views.thumbnail.mode == "RGBA"
        if self._thumbnails.find_own(key) != self._thumbnails.path_for(key, has_alpha=has_alpha):
            self._thumbnails.write(key, views.thumbnail)


def _milliseconds(stated: int) -> int:
    """As a container states them, which is any number."""
    return max(0, as_int64(stated))
