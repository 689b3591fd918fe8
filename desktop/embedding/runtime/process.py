"""The encoder's own process, as its parent sees it, from its start to its end."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import logging
import multiprocessing
import os
import queue
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.confinement.environment import clean_start
from desktop.core.errors import ModelError
from desktop.core.progress import Progress
from desktop.core.system_errors import system_reason
from desktop.core.text import language, tr
from desktop.embedding.encoder import Arithmetic
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime import worker
from desktop.embedding.runtime.worker import Line, Load, Ready, Reply, Request

_log = logging.getLogger(__name__)

_PATIENCE_S = 2.0
"""How long the process may take to end by itself."""
_LOADING_PATIENCE_S = 0.1
_KILLED = (-signal.SIGTERM, -getattr(signal, "SIGKILL", signal.SIGTERM))
_LOGGED_BYTES = 8_000
"""Of the end of its output."""


class ProcessDied(Exception):
    """The process ended before it answered; ``process`` knows why."""

    def __init__(self, process: EncoderProcess) -> None:
        super().__init__()
        self.process = process


class EncoderProcess:
    """A process that loads a model and encodes with it. Any thread may ask.

    It starts at once; its owner calls ``listen`` and ``reap`` in a thread that waits for it.

    Args:
        lines: how many requests it works on at once.
        slot_bytes: pixels that one request can carry.
        writable: see ``worker.run``.

    Raises:
        ModelError: the system starts no process.
    """

    def __init__(
        self,
        load: Load,
        model: InstalledModel,
        lines: int,
        slot_bytes: int,
        writable: Sequence[Path] = (),
    ) -> None:
        self._model = model
        # Both are kept by the owner, under its lock.
        self.users = 0
        self.last_used = time.monotonic()
        self._answer: Ready | ModelError | None = None
        self._progress = Progress(tr("Starting the model"), current=model.manifest.name, unit="")
        self._is_answered = threading.Event()
        self._is_reaped = threading.Event()
        self._last_line = ""
        context = multiprocessing.get_context("spawn")
        try:
            handle, output = tempfile.mkstemp(prefix="plantain-encoder-", suffix=".log")
            self._output, self._output_path = os.fdopen(handle, "rb"), Path(output)
        except OSError as error:
            raise self.not_started(system_reason(error)) from error
        try:
            self._control, control = context.Pipe()
            ends = [context.Pipe() for _ in range(lines)]
            slots = [context.RawArray(ctypes.c_ubyte, slot_bytes) for _ in range(lines)]
            theirs = [Line(end, slot) for (_, end), slot in zip(ends, slots, strict=True)]
            self._process = context.Process(
                target=worker.run,
                args=(load, model, control, theirs, self._output_path, language(), writable),
                name=f"encoder {model.manifest.name}",
                daemon=True,  # ends with this program at the latest
            )
            with clean_start():
                self._process.start()
        except OSError as error:
            self._output.close()
            self._output_path.unlink(missing_ok=True)
            raise self.not_started(system_reason(error)) from error
        # The process has them now; only while we have none does its end end our waiting.
        for end in (control, *(line.connection for line in theirs)):
            end.close()
        # The line used last first: a lone caller always meets the same, warm thread.
        self._free: queue.LifoQueue[tuple[Line, NDArray[np.uint8]]] = queue.LifoQueue()
        for (end, _), slot in reversed(list(zip(ends, slots, strict=True))):
            line = Line(end, slot)
            self._free.put((line, line.pixels()))

    def ready(self) -> Ready:
        """Wait until the model is loaded.

        Raises:
            ModelError: it cannot be loaded, or the process ended over it.
            ProcessDied: the process was killed meanwhile.
        """
        self._is_answered.wait()
        if self._answer is None:
            if self.was_killed:
                raise ProcessDied(self)
            raise self.not_started(self.reason())
        if isinstance(self._answer, ModelError):
            raise copy.copy(self._answer)  # several threads may raise it
        return self._answer

    @property
    def was_killed(self) -> bool:
        """True when the system or somebody ended it, which may not happen again."""
        self._is_reaped.wait(_PATIENCE_S)
        return self._process.exitcode in _KILLED

    @property
    def has_started(self) -> bool:
        """True once its model was loaded."""
        return isinstance(self._answer, Ready)

    @property
    def has_failed(self) -> bool:
        """True when it told that the model cannot be loaded."""
        return isinstance(self._answer, ModelError)

    def loading(self) -> Progress | None:
        """How far the model is being loaded; None when it is, or will not be."""
        return None if self._is_answered.is_set() else self._progress

    def ask(
        self, request: Request, pixels: NDArray[np.uint8] | None = None
    ) -> NDArray[np.float32] | Arithmetic:
        """Send one request over a free line and wait for its reply.

        Args:
            pixels: those of a request for pictures; no more bytes than a slot has.

        Raises:
            ProcessDied: there was no reply.
            ModelError: the encoder could not do it.
        """
        line, slot = self._free.get()
        try:
            if pixels is not None:
                slot[: pixels.size].reshape(pixels.shape)[...] = pixels
            line.connection.send(request)
            reply: Reply = line.connection.recv()
        except (EOFError, OSError) as error:
            raise ProcessDied(self) from error
        except BaseException:
            # Interrupted: the late reply would be taken for that of the next request.
            self._process.kill()
            raise
        finally:
            self._free.put((line, slot))
        if isinstance(reply, ModelError):
            raise reply
        return reply

    def listen(self) -> None:
        """Wait until the process is ready, has failed, or has ended."""
        try:
            while isinstance(told := self._control.recv(), Progress):
                self._progress = told
            self._answer = told
        except (EOFError, OSError):
            self.reap()
        self.last_used = time.monotonic()
        self._is_answered.set()

    def has_ended(self, within_s: float) -> bool:
        """Wait for the end of the process, but not longer than ``within_s``."""
        return bool(wait([self._process.sentinel], max(0.0, within_s)))

    def end(self) -> None:
        """Ask the process to end, or make it, and wait until it has. May be called again."""
        with contextlib.suppress(OSError):  # it has ended already
            self._control.send(None)
        # While it imports libraries it does not listen, and has nothing to save in any case.
        if not self.has_ended(_PATIENCE_S if self.has_started else _LOADING_PATIENCE_S):
            self._process.kill()
            self.has_ended(_PATIENCE_S)

    def reap(self) -> None:
        """Wait for the end of the process, and log the end of its output."""
        self._process.join()
        if self._is_reaped.is_set():
            return
        with self._output as file, contextlib.suppress(OSError):
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LOGGED_BYTES))
            printed = file.read().decode("utf-8", "replace").strip()
            if printed:
                self._last_line = printed.splitlines()[-1]
                _log.warning("the encoder's process said, before it ended:\n%s", printed)
        with contextlib.suppress(OSError):
            self._output_path.unlink(missing_ok=True)
        self._is_reaped.set()

    def reason(self) -> str:
        """Why the process ended, as part of a sentence."""
        self._is_reaped.wait(_PATIENCE_S)
        code = self._process.exitcode
        if self.was_killed:
            return tr("the system or somebody ended its process, as happens when memory runs out")
        if code is not None and code < 0:
            return tr("its process crashed ({name})", name=signal.Signals(-code).name)
        ended = tr("its process ended with code {code}", code=code)
        return f"{ended}: {self._last_line}" if self._last_line else ended

    def not_started(self, why: str) -> ModelError:
        """The error for a model that could not be loaded, ``why`` as part of a sentence."""
        return ModelError(
            tr(
                "The model {name} could not be started: {why}.",
                name=self._model.manifest.name,
                why=why,
            ),
            safe=tr("The index is untouched."),
            next_step=tr(
                "Try again, with other programs closed if memory is short. The log says more."
            ),
        )
