"""Step 3: pixels become vectors, in the background and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelError
from desktop.core.pixels import PixelSpec
from desktop.embedding.encoder import Encoder
from desktop.library.catalog import ReadFile
from desktop.services.reading import Read

_CALLS_AT_ONCE = 2
"""So that the encoder has its next batch at hand when it is done with one."""
_BATCHES_AHEAD = 4
"""Calls and what waits for them, so that the encoder works on while a batch is stored."""
_MOST_WAITING = 256
_PIXELS_WAITING = _MOST_WAITING * 224 * 224
"""What is kept while the encoder is being loaded; 39 MB."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of whole assets.

    Attributes:
        files: (n,), one for each vector: that of a video as often as it has frames.
        vectors: (n, d) float32 of unit length.
        positions_ms: (n,) where in its video each frame is; None for a picture.
    """

    files: Sequence[ReadFile]
    vectors: NDArray[np.float32]
    positions_ms: Sequence[int | None]


class EncodingStage:
    """Pictures on their way through the encoder, which is loaded meanwhile.

    One thread puts pictures in and takes batches out, in the order in which the pictures came.
    Batches are as large as the encoder likes them, or larger by the rest of a video, whose frames
    stay together. Used as a context manager: leaving it drops
    what was not taken, and waits for the calls at hand.

    Args:
        load: the encoder; takes seconds.
        space: what the encoder's identity must be.
        spec: of the pixels that are put in.
    """

    def __init__(self, load: Callable[[], Encoder], space: str, spec: PixelSpec) -> None:
        self._most_waiting = min(_MOST_WAITING, max(1, _PIXELS_WAITING // spec.size**2))
        self._waiting: deque[Read] = deque()
        self._frames_waiting = 0
        self._batches: deque[Future[Encoded]] = deque()
        self._pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="encode")
        self._loading = self._pool.submit(_load, load, space)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def is_starting(self) -> bool:
        """True until the encoder is loaded, or has failed to."""
        return not self._loading.done()

    def put(self, read: Read) -> None:
        """Take a picture in; waits for the encoder where too many would have to be kept.

        Raises:
            ModelError: the encoder cannot be loaded.
        """
        self._waiting.append(read)
        self._frames_waiting += _frames(read)
        if self.is_starting and self._frames_waiting < self._most_waiting:
            return
        encoder = self._loading.result()
        while self._waiting and self._frames_waiting >= encoder.batch_size:
            self._send(encoder)

    def finished(self) -> Iterator[Encoded]:
        """Batches that are done; waits for some where too many are on their way.

        Raises:
            ModelError: the encoder gave up.
        """
        while self._batches and (self._batches[0].done() or len(self._batches) > _BATCHES_AHEAD):
            yield self._batches.popleft().result()

    def rest(self) -> Iterator[Encoded]:
        """All that is still on its way; no more will be put in. Raises as ``finished``."""
        while self._waiting:
            self._send(self._loading.result())
        while self._batches:
            yield self._batches.popleft().result()

    def _send(self, encoder: Encoder) -> None:
        batch: list[Read] = []
        frames = 0
        while self._waiting and frames < max(1, encoder.batch_size):
            batch.append(self._waiting.popleft())
            frames += _frames(batch[-1])
        self._frames_waiting -= frames
        self._batches.append(self._pool.submit(_encode, encoder, batch))


def _load(load: Callable[[], Encoder], space: str) -> Encoder:
    encoder = load()
    if encoder.info.identity != space:
        raise ModelError(
            "Another model was chosen while the pictures were being read.",
            safe="Everything finished so far is kept.",
            next_step="Index the folder again.",
        )
    return encoder


def _frames(read: Read) -> int:
    return len(read.positions_ms)


def _encode(encoder: Encoder, batch: Sequence[Read]) -> Encoded:
    files: list[ReadFile] = []
    positions_ms: list[int | None] = []
    pixels: list[NDArray[np.uint8]] = []
    for read in batch:
        if read.file is not None and read.pixels is not None:
            files += [read.file] * _frames(read)
            positions_ms += read.positions_ms
            pixels.append(read.pixels)
    frames = np.concatenate(pixels)
    size = max(1, encoder.batch_size)
    vectors = [
        encoder.encode_images(frames[start : start + size]) for start in range(0, len(frames), size)
    ]
    return Encoded(files, np.concatenate(vectors), positions_ms)
