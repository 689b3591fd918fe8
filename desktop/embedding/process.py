"""An encoder that lives in a process of its own: started when needed, ended when idle."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelError
from desktop.embedding.child import Child, ChildDied
from desktop.embedding.encoder import EncoderInfo
from desktop.embedding.manifest import InstalledModel
from desktop.embedding.worker import Load, Ready, Request

_log = logging.getLogger(__name__)

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
    """

    def __init__(
        self,
        model: InstalledModel,
        load: Load,
        *,
        idle_s: float = IDLE_S,
        slot_bytes: int = SLOT_BYTES,
    ) -> None:
        self._name = model.manifest.name
        self._slot_bytes = slot_bytes
        self._keeper = _Keeper(lambda: Child(load, model, LINES, slot_bytes), idle_s)
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
        with self._keeper.lend():
            pass

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
                f"The model {self._name} takes pictures of {size} pixels a side: too large.",
                next_step="Choose another model.",
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

    def close(self) -> None:
        """End the process; what is being encoded fails, and later calls raise ModelError."""
        self._keeper.end()
        self._keeper.join()

    def _loaded(self) -> Ready:
        """What the process said when its model was loaded, also if it has ended since."""
        if self._known is None:
            with self._keeper.lend() as child:
                self._known = child.ready()
        return self._known

    def _nothing(self, ready: Ready) -> NDArray[np.float32]:
        self._keeper.raise_if_ended()
        return np.zeros((0, ready.info.dimension), np.float32)

    def _ask(
        self, request: Request, pixels: NDArray[np.uint8] | None = None
    ) -> NDArray[np.float32]:
        tries = 0
        while True:
            try:
                with self._keeper.lend() as child:
                    self._known = child.ready()
                    return child.ask(request, pixels)
            except ChildDied as died:
                self._keeper.raise_if_ended()
                tries += 1
                reason = died.child.reason()
                if tries == _TRIES:
                    raise ModelError(
                        f"The model {self._name} stopped {tries} times over the same request: "
                        f"{reason}.",
                        safe="Everything finished so far is kept.",
                        next_step="Try again, with other programs closed if memory is short. "
                        "The log says more.",
                    ) from died
                _log.warning("%s; starting the model %s again", reason, self._name)


class _Keeper:
    """Has at most one process at a time: started when asked for, ended when idle."""

    def __init__(self, start: Callable[[], Child], idle_s: float) -> None:
        self._start = start
        self._idle_s = idle_s
        # Reentrant: the garbage collector may call ``end`` in the middle of anything.
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._attendants: list[threading.Thread] = []
        self._is_ended = False

    @contextmanager
    def lend(self) -> Generator[Child]:
        """The process, started when there is none, and not taken for idle meanwhile."""
        with self._lock:
            self.raise_if_ended()
            if self._child is None or self._child.has_failed:
                self._child = self._start()
                self._attend(self._child)
            child = self._child
            child.users += 1
        try:
            yield child
        except ChildDied:
            self._forget(child)
            raise
        except ModelError:
            self.raise_if_ended()  # then that is why
            raise
        finally:
            with self._lock:
                child.users -= 1
                child.last_used = time.monotonic()

    def raise_if_ended(self) -> None:
        """Raises ModelError once ``end`` was called."""
        if self._is_ended:
            raise ModelError("The model was closed; load it again.")

    def end(self) -> None:
        """End the process, now and for good."""
        with self._lock:
            self._is_ended = True
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def join(self) -> None:
        """Wait until every process has been reaped."""
        for attendant in self._attendants:
            attendant.join()

    def _attend(self, child: Child) -> None:
        self._attendants = [thread for thread in self._attendants if thread.is_alive()]
        attendant = threading.Thread(
            target=self._wait_for, args=(child,), name="encoder-attendant", daemon=True
        )
        self._attendants.append(attendant)
        attendant.start()

    def _wait_for(self, child: Child) -> None:
        """Until it has ended, by itself or because it is idle."""
        child.listen()
        left_s = self._idle_s
        while not child.has_ended(left_s):
            with self._lock:
                left_s = child.last_used + self._idle_s - time.monotonic()
                if child.users:
                    left_s = self._idle_s
                is_idle = left_s <= 0
                if is_idle:
                    self._forget(child)  # whoever comes from now on gets another
            if is_idle:
                child.end()
                break
        child.reap()
        self._forget(child)

    def _forget(self, child: Child) -> None:
        with self._lock:
            if self._child is child:
                self._child = None
