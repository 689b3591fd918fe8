"""A decoder process as its parent sees it, from its start to its end."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.heap import Arena
from typing import Any, BinaryIO

from desktop.core.confinement.environment import clean_start
from desktop.core.system_errors import system_reason
from desktop.core.text import language, tr
from desktop.files.descriptors import is_out_of_descriptors
from desktop.media.formats.format import Room
from desktop.media.sandbox import worker
from desktop.media.sandbox.messages import (
    NEXT,
    SHARED_BYTES,
    SIZE_BYTES,
    Failed,
    Part,
    Ready,
    Reply,
    RoomWanted,
    Stop,
    Task,
    read_reply,
)
from desktop.media.sandbox.worker import Prepare

_START_S = 120.0
"""Until its libraries are loaded; generous, because a busy disk must not make a picture fail."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""numpy starts others when it is imported, and what a process gives up each thread has to give up
for itself."""
_PATIENCE_S = 2.0
_HALF_S = 30
_KILLED = (-9, -15)


def _give_up_waiting(connection: Connection) -> None:
    """One that sends half a message, or takes half of one, is not waited for."""
    with socket.socket(fileno=os.dup(connection.fileno())) as channel:
        for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            channel.setsockopt(socket.SOL_SOCKET, direction, struct.pack("@ll", _HALF_S, 0))


class NotStarted(Exception):
    """No decoder process can be had; the text says why."""


class Died(Exception):
    """The process ended before it answered."""


class TooSlow(Exception):
    """The process was ended because it took too long."""


class DecoderProcess:
    """A process that performs tasks, one at a time.

    Raises:
        NotStarted: the system starts no process.
    """

    def __init__(self, prepare: Prepare, memory: int, idle_s: float) -> None:
        self.tasks = 0
        """How many it was given."""
        self._is_ready = False
        context = get_context("spawn")
        try:
            self._connection, theirs = context.Pipe()
            if sys.platform != "win32":
                _give_up_waiting(self._connection)
            # An arena of its own, or other processes would see what lies beside it.
            self._shared = Arena(SHARED_BYTES)
            self._process = context.Process(
                target=worker.run,
                args=(theirs, self._shared, prepare, memory, idle_s, language()),
                name="decoder",
                daemon=True,  # ends with this program, should nobody end it before
            )
            with clean_start(_ONE_THREAD):
                self._process.start()
        except OSError as error:
            raise NotStarted(system_reason(error)) from error
        # Closed here, so that the end of the process also ends waiting for its reply.
        theirs.close()
        # Reaps the process when it ends.
        self._watcher = threading.Thread(
            target=self._process.join, name="decoder-watcher", daemon=True
        )
        self._watcher.start()

    @property
    def has_ended(self) -> bool:
        """True once it has ended and was reaped."""
        return not self._watcher.is_alive()

    def perform(self, task: Task, source: bytes | BinaryIO, room: Room) -> Reply:
        """Have one task done.

        Args:
            room: is held, as the process asks for it, until the reply is here.

        Raises:
            NotStarted: it did not get as far as taking tasks.
            TooSlow: it took longer than ``task.seconds``; the process is gone.
            Died: it ended instead of answering.
        """
        left = task.seconds
        with ExitStack() as held, self._at_work(task, source):
            while True:
                began = time.monotonic()
                reply = self._receive(left)
                if not isinstance(reply, RoomWanted):
                    return reply
                left -= time.monotonic() - began
                held.enter_context(room(max(0, reply.amount)))
                self._connection.send(None)

    def converse(self, task: Task, source: bytes | BinaryIO) -> Generator[Any, Any, Reply]:
        """Have a task done that hands over its results one by one: yields each, is sent what to
        answer, and gives back the last reply. Closed before, it has the process end the task.

        Raises:
            NotStarted, TooSlow, Died: as ``perform``; the time counts anew for each part.
        """
        with self._at_work(task, source):
            while isinstance(reply := self._receive(task.seconds), Part):
                try:
                    answer = yield reply.result
                except GeneratorExit:
                    self._connection.send(Stop())
                    if isinstance(self._receive(_PATIENCE_S), Part):
                        self.end()
                    return reply
                self._connection.send(answer)
            return reply

    @contextmanager
    def _at_work(self, task: Task, source: bytes | BinaryIO) -> Generator[None]:
        """It was given a task; what goes wrong until that is done ends it."""
        self._wait_until_ready()
        self.tasks += 1
        try:
            self._send(task, source)
            yield
        except (Died, OSError) as error:
            self.end()
            if self._was_ended_by_its_clock():
                raise TooSlow from None
            raise Died from error
        except BaseException:
            # Interrupted, or too slow: a late reply would be taken for that of the next task.
            self.end()
            raise

    def kill(self) -> None:
        """End it without waiting, from any thread."""
        self._process.kill()

    def end(self) -> None:
        """End it, if it has not ended, and wait until it has. May be called again."""
        self._process.kill()
        self._watcher.join(_PATIENCE_S)

    def close(self) -> None:
        """End it and give back its connection; nobody may be waiting for a reply."""
        self.end()
        self._connection.close()

    def _wait_until_ready(self) -> None:
        if self._is_ready:
            return
        try:
            reply = self._receive(_START_S)
        except (Died, TooSlow) as died:
            self.end()
            raise NotStarted(self._why_not()) from died
        if not isinstance(reply, Ready):
            self.end()
            trace = reply.trace.strip() if isinstance(reply, Failed) else ""
            raise NotStarted(trace.splitlines()[-1] if trace else tr("it says something else"))
        self._is_ready = True

    def _send(self, task: Task, source: bytes | BinaryIO) -> None:
        try:
            self._connection.send(task)
            if isinstance(source, bytes):
                self._connection.send_bytes(source)
            elif not task.file and sys.platform != "win32":
                with socket.socket(fileno=os.dup(self._connection.fileno())) as channel:
                    socket.send_fds(channel, [b"f"], [source.fileno()])
        except OSError as error:
            if is_out_of_descriptors(error):
                raise NotStarted(system_reason(error)) from error
            raise Died from error

    def _receive(self, seconds: float) -> Reply:
        """Raises: Died, TooSlow."""
        try:
            if not self._connection.poll(max(0.0, seconds)):
                raise TooSlow
            return read_reply(self._parts())
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise Died from error

    def _parts(self) -> Iterator[memoryview]:
        """Of a reply, each as long as the next is not asked for."""
        while True:
            size = int.from_bytes(self._connection.recv_bytes(SIZE_BYTES), "little")
            if size > SHARED_BYTES:
                raise OSError("larger than what both share")
            yield memoryview(self._shared.buffer)[:size]
            self._connection.send_bytes(NEXT)

    def _why_not(self) -> str:
        code = self._process.exitcode
        if code in _KILLED:
            return tr("the system ended its process, as happens when memory runs out")
        return tr("its process ended with code {code}", code=code)

    def _was_ended_by_its_clock(self) -> bool:
        return self._process.exitcode == -getattr(signal, "SIGALRM", 0) != 0
