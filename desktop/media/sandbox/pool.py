"""Runs decoders in processes of their own: a few of them, started when needed."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar

from desktop.core.asset import displayable
from desktop.core.errors import (
    FileDamaged,
    FileError,
    FileTooLarge,
    FileUnreadable,
    FileUnsupported,
)
from desktop.media.decode_limits import Room
from desktop.media.sandbox.child import Prepare
from desktop.media.sandbox.messages import Done, OutOfMemory, Refused, Reply, Task
from desktop.media.sandbox.process import DecoderProcess, Died, NotStarted, TooSlow

_log = logging.getLogger(__name__)

_Source = TypeVar("_Source", bytes, BinaryIO)
_Result = TypeVar("_Result")
_Parameters = ParamSpec("_Parameters")

SECONDS = 30.0
MEMORY = 2 * 1024**3
IDLE_S = 60.0
_TASKS_A_LIFE = 500
"""Then a process is ended: what libraries leak, and what odd files leave in them, ends with it."""

_ERRORS: dict[str, type[FileError]] = {
    error.kind: error
    for error in (FileError, FileUnreadable, FileDamaged, FileUnsupported, FileTooLarge)
}


class Sandbox:
    """Performs decoding functions on files in processes that may crash, hang or be attacked.

    A process is started when there is none free, kept for the next file, and ends when idle for
    ``idle_s``, by ``close``, and with this program, however that ends. Any thread may call.

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
        self._places = threading.Semaphore(size or os.cpu_count() or 1)
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

        Raises:
            FileError: one that the function raised; or the file took too long or too much
                memory, or crashed the process; or no process could be started.
        """
        is_open_file = not isinstance(source, bytes)
        by_name = is_open_file and sys.platform == "win32"
        file = (os.fspath(source.name) if by_name else "") if is_open_file else None
        seconds = self._seconds if seconds is None else seconds
        task = Task(function, arguments, named, file, seconds, room is not None)
        with self._places:
            try:
                reply = self._perform(task, source, room or nullcontext)
            except NotStarted as error:
                raise FileUnreadable(
                    path,
                    f"It could not be opened safely: no decoder could be started ({error}).",
                    next_step="Close other programs, then index the folder again.",
                ) from error
            except TooSlow as error:
                raise FileTooLarge(
                    path,
                    f"It takes longer than {seconds:g} seconds to open, and was given up.",
                    next_step="Save a simpler copy to have it in the library.",
                ) from error
            except Died as error:
                _log.warning("a decoder process ended over %s", displayable(path))
                raise FileDamaged(
                    path,
                    "It is damaged, or needs more memory than is safe to use: its decoder gave up.",
                    next_step="Export it anew from the program that made it.",
                ) from error
        return self._result(reply, path)

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

    def _perform(self, task: Task, source: Any, room: Room) -> Reply:
        while True:
            process = self._take()
            was_used = process.tasks > 0
            try:
                reply = process.perform(task, source, room)
            except Died:
                if self._is_closed:
                    raise NotStarted("Plantain is closing") from None
                # It may have ended as idle just now, or of what an earlier file did to it.
                if not was_used:
                    raise
                _log.info("a decoder process ended; starting another")
            else:
                # What earlier files left behind takes room from the later ones.
                if not (isinstance(reply, OutOfMemory) and was_used):
                    return reply
                process.end()
            finally:
                self._give_back(process)

    def _take(self) -> DecoderProcess:
        with self._lock:
            if self._is_closed:
                raise NotStarted("Plantain is closing")
            gone = [process for process in self._free if process.has_ended]
            self._free = [process for process in self._free if process not in gone]
            # The one used last: the others can become idle.
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

    def _result(self, reply: Reply, path: Path) -> Any:
        match reply:
            case Done(result):
                return result
            case Refused(kind, message, next_step):
                raise _ERRORS.get(kind, FileDamaged)(path, message, next_step=next_step)
            case OutOfMemory():
                raise FileTooLarge(
                    path,
                    "It needs more memory than is safe to use.",
                    next_step="Save a smaller copy to have it in the library.",
                )
            case _:
                _log.warning("decoding %s failed: %s", displayable(path), reply)
                raise FileDamaged(
                    path,
                    "It is damaged, or made in a way that Plantain does not know.",
                    next_step="Export it anew from the program that made it.",
                )
