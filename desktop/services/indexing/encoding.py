"""Step 3: pixels become vectors, in the background and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ModelError
from desktop.core.pixels import PixelSpec
from desktop.core.text import tr
from desktop.embedding.encoder import Encoder
from desktop.services.indexing.reading import Read

_Result = TypeVar("_Result")

_CALLS_AT_ONCE = 2
"""So that the encoder has its next batch at hand when it is done with one."""
_BATCHES_AHEAD = 4
"""Calls and what waits for them, so that the encoder works on while a batch is stored."""
_MOST_WAITING = 256
_LOOK_S = 0.2
"""How often is told how far the loading of the encoder is."""
_PIXELS_WAITING = _MOST_WAITING * 224 * 224
"""What is kept while the encoder is being loaded; 39 MB."""


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
        cancel: ends every wait for the encoder.
    """

    def __init__(
        self,
        load: Callable[[], Encoder],
        space: str,
        spec: PixelSpec,
        cancel: CancelToken | None = None,
    ) -> None:
        self._cancelled: Future[None] = Future()
        self._forget = (cancel or CancelToken()).on_cancel(
            partial(self._cancelled.set_result, None)
        )
        self._most_waiting = min(_MOST_WAITING, max(1, _PIXELS_WAITING // spec.size**2))
        self._waiting: deque[Read] = deque()
        self._frames_waiting = 0
        self._batches: deque[Future[list[Read]]] = deque()
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
        self._forget()
        # Who was told to stop does not wait for a model to be loaded: the thread ends with it.
        is_stopped = self._cancelled.done() or kind is KeyboardInterrupt
        self._pool.shutdown(wait=not is_stopped, cancel_futures=True)

    @property
    def is_starting(self) -> bool:
        """True until the encoder is loaded, or has failed to."""
        return not self._loading.done()

    def keeps_waiting(self, *, for_rest: bool = False) -> bool:
        """Wait a moment where the encoder is still being loaded and no more pictures are to be
        kept meanwhile, or none are left; True when it is still so."""
        is_full = self._frames_waiting >= self._most_waiting
        if self.is_starting and (is_full or (for_rest and self._waiting)):
            either: set[Future[Any]] = {self._loading, self._cancelled}
            wait(either, _LOOK_S, return_when=FIRST_COMPLETED)
            return self.is_starting and not self._cancelled.done()
        return False

    def put(self, read: Read) -> None:
        """Take a picture in, with its pixels; waits for the encoder where too many would have to
        be kept.

        Raises:
            ModelError: the encoder cannot be loaded.
            Cancelled: while it was waited for.
        """
        has_room = self._frames_waiting < self._most_waiting
        self._waiting.append(read)
        self._frames_waiting += _frames(read)
        if self.is_starting and has_room:
            return
        encoder = self._result(self._loading)
        while self._waiting and self._frames_waiting >= encoder.batch_size:
            self._send(encoder)

    def finished(self) -> Iterator[list[Read]]:
        """Batches that have their vectors; waits for some where too many are on their way.

        Raises:
            ModelError: the encoder gave up.
            Cancelled: while it was waited for.
        """
        while self._batches and (self._batches[0].done() or len(self._batches) > _BATCHES_AHEAD):
            yield self._result(self._batches.popleft())

    def rest(self) -> Iterator[list[Read]]:
        """All that is still on its way; no more will be put in. Raises as ``finished``."""
        while self._waiting:
            self._send(self._result(self._loading))
        while self._batches:
            yield self._result(self._batches.popleft())

    def _result(self, future: Future[_Result]) -> _Result:
        either: set[Future[Any]] = {future, self._cancelled}
        wait(either, return_when=FIRST_COMPLETED)
        if self._cancelled.done():
            raise Cancelled
        return future.result()

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
            tr("Another model was chosen while the pictures were being read."),
            safe=tr("Everything finished so far is kept."),
            next_step=tr("Index the folder again."),
        )
    return encoder


def _frames(read: Read) -> int:
    return len(read.positions_ms)


def _encode(encoder: Encoder, batch: Sequence[Read]) -> list[Read]:
    frames = np.concatenate([read.pixels for read in batch if read.pixels is not None])
    size = max(1, encoder.batch_size)
    vectors = np.concatenate(
        [
            encoder.encode_images(frames[start : start + size])
            for start in range(0, len(frames), size)
        ]
    )
    ends = np.cumsum([_frames(read) for read in batch])
    return [
        replace(read, pixels=None, vectors=own)
        for read, own in zip(batch, np.split(vectors, ends[:-1]), strict=True)
    ]
