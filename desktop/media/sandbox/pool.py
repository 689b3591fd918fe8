"""Runs decoders in processes of their own: a few of them, started when needed."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar

from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import (
    FileDamaged,
    FileError,
    FileTooLarge,
    FileUnreadable,
    FileUnsupported,
)
from desktop.core.text import number, tr
from desktop.media.confinement import address_space_allowed
from desktop.media.formats.format import Room
from desktop.media.sandbox.messages import Done, OutOfMemory, Refused, Reply, Task
from desktop.media.sandbox.process import DecoderProcess, Died, NotStarted, TooSlow
from desktop.media.sandbox.worker import Prepare

_log = logging.getLogger(__name__)

_Source = TypeVar("_Source", bytes, BinaryIO)
_Result = TypeVar("_Result")
_Parameters = ParamSpec("_Parameters")

SECONDS = 30.0
MEMORY = 2 * 1024**3
IDLE_S = 60.0
_TASKS_A_LIFE = 500
"""Then a process is replaced, because libraries leak and damaged files may corrupt their memory."""

_ERRORS: dict[str, type[FileError]] = {
    error.kind: error
    for error in (FileError, FileUnreadable, FileDamaged, FileUnsupported, FileTooLarge)
}


class Sandbox:
    """Performs decoding functions on files in processes that may crash, hang or be compromised.

    A process is started when there is none free, or ahead by ``start``; it is kept for the next
    file, and ends when idle for ``idle_s``, by ``close``, and with this program, however that ends.
    Any thread may call.

    Args:
        prepare: a function of a module, called once in each process; it imports everything that
            decoding needs, for no file can be opened there later.
        size: processes at once; 0 for one a processor.
        seconds: that a file may take.
        memory: bytes that decoding may take in each, where the system can limit it (Linux).
    """

    def __init__(
        self,
        prepare: Prepare,
        *,
        size: int = 0,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        idle_s: float = IDLE_S,
    ) -> None:
        self._prepare = prepare
        self._seconds = seconds
        self._memory = memory
        self._idle_s = idle_s
        self._size = size or os.cpu_count() or 1
        self._places = threading.Semaphore(self._size)
        self._lock = threading.Lock()
        self._free: list[DecoderProcess] = []
        self._busy: set[DecoderProcess] = set()
        self._is_closed = False

    def run(
        self,
        function: Callable[Concatenate[_Source, _Parameters], _Result],
        source: _Source,
        path: Path,
        *arguments: Any,
        seconds: float | None = None,
        room: Room | None = None,
        cancel: CancelToken | None = None,
        **named: Any,
    ) -> _Result:
        """``function(source, *arguments, **named)``, performed in a process.

        Args:
            function: of a module of this room; its result is made of numbers, text, arrays,
                pictures and data classes of this room.
            source: the bytes of the file, or the file open for reading, which the process gets
                without the power to open another.
            path: of the file, for errors.
            seconds: what it may take, None for the usual; waiting for a process and for ``room``
                does not count.
            room: given on to the function as ``room``; held until the result is here.
            cancel: ends it at once.

        Raises:
            FileError: one that the function raised; or the file took too long or too much
                memory, or crashed the process; or no process could be started.
            Cancelled: meanwhile; the process is gone.
        """
        seconds = self._seconds if seconds is None else seconds
        file = None if isinstance(source, bytes) else _name_to_open(source)
        task = Task(function, arguments, named, file, seconds, room is not None)
        with self._places, self._explaining(path, seconds):
            reply = self._perform(task, source, room or nullcontext, cancel or CancelToken())
        return self._result(reply, path)

    def start(self, files: int) -> None:
        """Files are about to come: have as many processes as they will use, or the most there may
        be, load their libraries meanwhile."""
        with self._lock, suppress(NotStarted):  # the first file will say why
            running = len(self._free) + len(self._busy)
            for _ in range(0 if self._is_closed else min(files, self._size) - running):
                # Below those that have loaded them.
                self._free.insert(0, DecoderProcess(self._prepare, self._memory, self._idle_s))

    def converse(
        self,
        function: Callable[..., None],
        source: BinaryIO,
        path: Path,
        *arguments: Any,
        seconds: float | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Any, Any, None]:
        """What ``function(source, *arguments, hand_over=…)`` hands over, part by part, performed
        in a process that is its own until the end: it does not count among ``size``, for it waits
        most of the time. The function goes on when it was sent an answer, and not before, so that
        nothing piles up; closing the generator ends it.

        Args:
            function, source, path, cancel: as for ``run``.
            seconds: what each part may take.

        Raises:
            FileError, Cancelled: as ``run``.
        """
        seconds = self._seconds if seconds is None else seconds
        cancel = cancel or CancelToken()
        file = _name_to_open(source)
        task = Task(function, arguments, {}, file, seconds, with_room=False, in_parts=True)
        cancel.raise_if_cancelled()
        with self._explaining(path, seconds):
            process = self._take()
            forget = cancel.on_cancel(process.kill)
            try:
                reply = yield from process.converse(task, source)
            except (Died, TooSlow, NotStarted):
                cancel.raise_if_cancelled()
                if self._is_closed:
                    raise NotStarted(tr("Plantain is closing")) from None
                raise
            finally:
                forget()
                self._give_back(process)
        self._result(reply, path)

    @contextmanager
    def _explaining(self, path: Path, seconds: float) -> Generator[None]:
        """Raises: FileError: instead of what became of the process."""
        try:
            yield
        except NotStarted as error:
            raise self._not_started(path, str(error.args[0])) from error
        except TooSlow as error:
            raise FileTooLarge(
                path,
                tr(
                    "It takes longer than {seconds} seconds to open, and was given up.",
                    seconds=f"{seconds:g}",
                ),
                next_step=tr("Save a simpler copy to have it in the library."),
            ) from error
        except Died as error:
            _log.warning("a decoder process ended over %s", displayable(path))
            raise FileDamaged(
                path,
                tr("It is damaged, or needs more memory than is safe to use: its decoder gave up."),
                next_step=tr("Export it again from the program that made it."),
            ) from error

    def close(self) -> None:
        """End all processes; what is being decoded fails, and so do later calls."""
        with self._lock:
            self._is_closed = True
            free, self._free = self._free, []
            busy = list(self._busy)
        for process in free:
            process.close()
        for process in busy:
            process.end()

    def _perform(self, task: Task, source: Any, room: Room, cancel: CancelToken) -> Reply:
        while True:
            cancel.raise_if_cancelled()
            process = self._take()
            was_used = process.tasks > 0
            forget = cancel.on_cancel(process.kill)
            try:
                reply = process.perform(task, source, room)
            except (Died, TooSlow, NotStarted) as error:
                cancel.raise_if_cancelled()
                if self._is_closed:
                    raise NotStarted(tr("Plantain is closing")) from None
                # It may have ended as idle just now, or of what an earlier file did to it.
                if not (isinstance(error, Died) and was_used):
                    raise
                _log.info("a decoder process ended; starting another")
            else:
                # What earlier files left behind takes room from the later ones.
                if not (isinstance(reply, OutOfMemory) and was_used):
                    return reply
                process.end()
            finally:
                forget()
                self._give_back(process)

    def _take(self) -> DecoderProcess:
        with self._lock:
            if self._is_closed:
                raise NotStarted(tr("Plantain is closing"))
            gone = [process for process in self._free if process.has_ended]
            self._free = [process for process in self._free if process not in gone]
            # The one used last, so that the others can become idle.
            found = self._free.pop() if self._free else None
            process = found or DecoderProcess(self._prepare, self._memory, self._idle_s)
            self._busy.add(process)
        for old in gone:
            old.close()
        return process

    def _give_back(self, process: DecoderProcess) -> None:
        with self._lock:
            self._busy.discard(process)
            is_fit = not process.has_ended and process.tasks < _TASKS_A_LIFE
            if is_fit and not self._is_closed:
                self._free.append(process)
                return
        process.close()

    def _not_started(self, path: Path, reason: str) -> FileUnreadable:
        next_step = tr("Close other programs, then index the folder again.")
        allowed = address_space_allowed()
        if allowed is not None and not self._is_closed:
            reason = tr(
                "each program may take {megabytes} MB of address space here, which is too little",
                megabytes=number(allowed / 2**20),
            )
            next_step = tr("Raise the limit (ulimit -v unlimited), then index the folder again.")
        return FileUnreadable(
            path,
            tr(
                "It could not be opened safely: no decoder could be started ({reason}).",
                reason=reason,
            ),
            next_step=next_step,
        )

    def _result(self, reply: Reply, path: Path) -> Any:
        match reply:
            case Done(result):
                return result
            case Refused(kind, message, next_step):
                raise _ERRORS.get(kind, FileDamaged)(path, message, next_step=next_step)
            case OutOfMemory():
                raise FileTooLarge(
                    path,
                    tr("It needs more memory than is safe to use."),
                    next_step=tr("Save a smaller copy to have it in the library."),
                )
            case _:
                _log.warning("decoding %s failed: %s", displayable(path), reply)
                raise FileDamaged(
                    path,
                    tr("It is damaged, or made in a way that Plantain does not know."),
                    next_step=tr("Export it again from the program that made it."),
                )


def _name_to_open(source: BinaryIO) -> str:
    """By which a process opens a file where it cannot be sent; else empty."""
    return os.fspath(source.name) if sys.platform == "win32" else ""
