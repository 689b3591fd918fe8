"""A decoder process, as seen from outside: one life of it, from its start to its end."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack, closing
from multiprocessing import get_context
from typing import Any, BinaryIO

from desktop.core.interrupts import interrupts_held_back
from desktop.media.decode_limits import Room
from desktop.media.sandbox import child
from desktop.media.sandbox.child import Prepare
from desktop.media.sandbox.messages import Failed, Ready, Reply, RoomWanted, Task, read_reply

_START_S = 120.0
"""Until its libraries are loaded; long, because a busy disk is no fault of a picture."""
_PATIENCE_S = 2.0


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
            self._process = context.Process(
                target=child.run,
                args=(theirs, prepare, memory, idle_s),
                name="decoder",
                daemon=True,  # ends with this program, should nobody end it before
            )
            with interrupts_held_back():
                self._process.start()
        except OSError as error:
            raise NotStarted(error.strerror or str(error)) from error
        # The process has it now; only while we have none does its end end our waiting.
        theirs.close()
        # Lets the system forget the process, whenever it ends.
        self._attendant = threading.Thread(
            target=self._process.join, name="decoder-attendant", daemon=True
        )
        self._attendant.start()

    @property
    def has_ended(self) -> bool:
        """True once the system has forgotten it."""
        return not self._attendant.is_alive()

    def perform(self, task: Task, source: bytes | BinaryIO, room: Room) -> Reply:
        """Have one task done.

        Args:
            room: is held, as the process asks for it, until the reply is here.

        Raises:
            NotStarted: it did not get as far as taking tasks.
            TooSlow: it took longer than ``task.seconds``; the process is gone.
            Died: it ended instead of answering.
        """
        self._wait_until_ready()
        self.tasks += 1
        deadline = _Deadline(task.seconds, self._process.kill)
        with ExitStack() as held:
            try:
                with closing(deadline):
                    deadline.start()
                    self._send(task, source)
                    while isinstance(reply := self._receive(), RoomWanted):
                        deadline.stop()
                        held.enter_context(room(max(0, reply.amount)))
                        deadline.start()
                        self._connection.send(None)
                    return reply
            except Died:
                self.end()
                if deadline.has_passed or self._was_ended_by_its_clock():
                    raise TooSlow from None
                raise
            except BaseException:
                # Interrupted: the late reply would be taken for that of the next task.
                self._process.kill()
                raise

    def end(self) -> None:
        """End it, if it has not ended, and wait until it has. May be called again."""
        self._process.kill()
        self._attendant.join(_PATIENCE_S)

    def close(self) -> None:
        """End it and give back its connection; nobody may be waiting for a reply."""
        self.end()
        self._connection.close()

    def _wait_until_ready(self) -> None:
        if self._is_ready:
            return
        deadline = _Deadline(_START_S, self._process.kill)
        with closing(deadline):
            deadline.start()
            try:
                reply = self._receive()
            except Died as died:
                self.end()
                code = self._process.exitcode
                raise NotStarted(f"its process ended with code {code}") from died
        if not isinstance(reply, Ready):
            self.end()
            trace = reply.trace.strip() if isinstance(reply, Failed) else ""
            raise NotStarted(trace.splitlines()[-1] if trace else "it says something else")
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
            raise Died from error

    def _receive(self) -> Reply:
        try:
            return read_reply(self._connection.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise Died from error

    def _was_ended_by_its_clock(self) -> bool:
        return self._process.exitcode == -getattr(signal, "SIGALRM", 0) != 0


class _Deadline:
    """Calls ``act`` once so many seconds have been counted, in turns."""

    def __init__(self, seconds: float, act: Any) -> None:
        self._left = seconds
        self._act = act
        self._began = 0.0
        self._timer: threading.Timer | None = None
        self.has_passed = False

    def start(self) -> None:
        self._began = time.monotonic()
        self._timer = threading.Timer(max(0.0, self._left), self._pass)
        self._timer.name = "decoder-deadline"
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left -= time.monotonic() - self._began

    close = stop

    def _pass(self) -> None:
        self.has_passed = True
        self._act()
