"""An encoder in a process of its own, started when needed and ended when idle."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelError
from desktop.core.progress import Progress
from desktop.core.text import tr
from desktop.embedding.encoder import Arithmetic, EncoderInfo
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.process import EncoderProcess, ProcessDied
from desktop.embedding.runtime.worker import Load, Ready, Request

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

IDLE_S = 300.0
LINES = 4
"""Requests worked on at once: two batches being indexed, a search, a generated picture."""
SLOT_BYTES = 8 << 20
"""55 pictures of 224 × 224; larger batches go in turns."""
_TRIES = 3


class ProcessEncoder:
    """An ``Encoder`` whose model is loaded in another process, at the first need.

    When that process is killed it is started again and the batch repeated; after ``idle_s``
    without a request it is ended, and its memory comes back. It ends with this object at the
    latest, however this program ends.

    Args:
        load: what builds the encoder there; a function of a module, or a partial of one.
        idle_s: seconds without a request after which the process ends.
        slot_bytes: shared memory a line, bytes.
        writable: folders that loading may write to.
    """

    def __init__(
        self,
        model: InstalledModel,
        load: Load,
        *,
        idle_s: float = IDLE_S,
        slot_bytes: int = SLOT_BYTES,
        writable: Sequence[Path] = (),
    ) -> None:
        self._name = model.manifest.name
        self._slot_bytes = slot_bytes
        self._keeper = _Keeper(
            lambda: EncoderProcess(load, model, LINES, slot_bytes, writable), idle_s
        )
        self._known: Ready | None = None
        # Nobody can say when the last batch of a model that was changed for another is done.
        weakref.finalize(self, self._keeper.end)

    @property
    def info(self) -> EncoderInfo:
        """Waits for the model at the first call.

        Raises:
            ModelError: it cannot be loaded, or was closed before it was.
        """
        return self._loaded().info

    @property
    def batch_size(self) -> int:
        """As ``info``."""
        return self._loaded().batch_size

    def prepare(self) -> None:
        """Start to load the model, if it is not; waits for nothing.

        Raises:
            ModelError: the encoder is closed, or the system starts no process.
        """
        with self._keeper.borrow():
            pass

    def loading(self) -> Progress | None:
        """How far its process is with loading the model; None when there is none, or it is done."""
        return self._keeper.loading()

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, size, size, 3) uint8 RGB -> (n, dimension) float32, unit length. n may be 0.

        Raises:
            ValueError: another shape or dtype.
            ModelError: it cannot be loaded or cannot encode, is closed, or its process died again
                and again.
        """
        ready = self._loaded()
        size = ready.info.pixels.size
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (size, size, 3):
            raise ValueError(
                f"expected (n, {size}, {size}, 3) uint8, got {pixels.shape} {pixels.dtype}"
            )
        at_once = self._slot_bytes // (size * size * 3)
        if not at_once:
            raise ModelError(
                tr(
                    "The model {name} takes pictures of {size} pixels a side: too large.",
                    name=self._name,
                    size=size,
                ),
                next_step=tr("Choose another model."),
            )
        if at_once > ready.batch_size:
            # Cut where the encoder would cut, so that its batches are those of one process.
            at_once -= at_once % ready.batch_size
        turns = [
            self._ask(len(turn), turn)
            for turn in (pixels[at : at + at_once] for at in range(0, len(pixels), at_once))
        ]
        return np.concatenate(turns) if turns else self._nothing(ready)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n texts -> (n, dimension) float32, unit length. n may be 0.

        Raises:
            ModelError: as for ``encode_images``.
        """
        return self._ask(list(texts)) if texts else self._nothing(self._loaded())

    def arithmetic(self) -> Arithmetic:
        """See ``Encoder``. Raises: ModelError: as for ``encode_images``."""
        reply = self._with_process(lambda process: self._asked(process, None))
        assert isinstance(reply, Arithmetic)
        return reply

    def close(self) -> None:
        """End the process; what is being encoded fails, and later calls raise ModelError."""
        self._keeper.end()
        self._keeper.join()

    def _loaded(self) -> Ready:
        """What the process said when its model was loaded, also if it has ended since."""
        if self._known is None:
            self._known = self._with_process(EncoderProcess.ready)
        return self._known

    def _nothing(self, ready: Ready) -> NDArray[np.float32]:
        self._keeper.raise_if_ended()
        return np.zeros((0, ready.info.dimension), np.float32)

    def _ask(
        self, request: Request, pixels: NDArray[np.uint8] | None = None
    ) -> NDArray[np.float32]:
        reply = self._with_process(lambda process: self._asked(process, request, pixels))
        assert not isinstance(reply, Arithmetic)
        return reply

    def _asked(
        self,
        process: EncoderProcess,
        request: Request,
        pixels: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.float32] | Arithmetic:
        self._known = process.ready()
        return process.ask(request, pixels)

    def _with_process(self, work: Callable[[EncoderProcess], _Result]) -> _Result:
        """What ``work`` gives, started again in another process when it is killed over it."""
        tries = 0
        while True:
            try:
                with self._keeper.borrow() as process:
                    return work(process)
            except ProcessDied as died:
                self._keeper.raise_if_ended()
                tries += 1
                reason = died.process.reason()
                if tries == _TRIES:
                    raise self._given_up(died.process, reason) from died
                _log.warning("%s; starting the model %s again", reason, self._name)

    def _given_up(self, process: EncoderProcess, reason: str) -> ModelError:
        if not process.has_started:
            return process.not_started(reason)
        return ModelError(
            tr(
                "The model {name} stopped {tries} times over the same request: {reason}.",
                name=self._name,
                tries=_TRIES,
                reason=reason,
            ),
            safe=tr("Everything finished so far is kept."),
            next_step=tr(
                "Try again, with other programs closed if memory is short. The log says more."
            ),
        )


class _Keeper:
    """Has at most one process at a time: started when asked for, ended when idle."""

    def __init__(self, start: Callable[[], EncoderProcess], idle_s: float) -> None:
        self._start = start
        self._idle_s = idle_s
        # Reentrant: the garbage collector may call ``end`` in the middle of anything.
        self._lock = threading.RLock()
        self._process: EncoderProcess | None = None
        self._watchers: list[threading.Thread] = []
        self._is_ended = False

    @contextmanager
    def borrow(self) -> Generator[EncoderProcess]:
        """The process, started when there is none, and not ended as idle meanwhile."""
        with self._lock:
            self.raise_if_ended()
            if self._process is None or self._process.has_failed:
                self._process = self._start()
                self._watch(self._process)
            process = self._process
            process.users += 1
        try:
            yield process
        except ProcessDied:
            self._forget(process)
            raise
        except ModelError:
            self.raise_if_ended()  # then that is why
            raise
        finally:
            with self._lock:
                process.users -= 1
                process.last_used = time.monotonic()

    def loading(self) -> Progress | None:
        """See ``EncoderProcess.loading``; starts nothing."""
        with self._lock:
            return None if self._process is None else self._process.loading()

    def raise_if_ended(self) -> None:
        """Raises ModelError once ``end`` was called."""
        if self._is_ended:
            raise ModelError(tr("The model was closed; load it again."))

    def end(self) -> None:
        """End the process and start no other."""
        with self._lock:
            self._is_ended = True
            process, self._process = self._process, None
        if process is not None:
            process.end()

    def join(self) -> None:
        """Wait until every process has been reaped."""
        for watcher in self._watchers:
            watcher.join()

    def _watch(self, process: EncoderProcess) -> None:
        self._watchers = [thread for thread in self._watchers if thread.is_alive()]
        watcher = threading.Thread(
            target=self._wait_until_ended, args=(process,), name="encoder-watcher", daemon=True
        )
        self._watchers.append(watcher)
        watcher.start()

    def _wait_until_ended(self, process: EncoderProcess) -> None:
        """Wait until it has ended by itself, or end it when idle."""
        process.listen()
        left_s = self._idle_s
        while not process.has_ended(left_s):
            with self._lock:
                left_s = process.last_used + self._idle_s - time.monotonic()
                if process.users:
                    left_s = self._idle_s
                is_idle = left_s <= 0
                if is_idle:
                    self._forget(process)  # requests from now on start another
            if is_idle:
                process.end()
                break
        process.reap()
        self._forget(process)

    def _forget(self, process: EncoderProcess) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
