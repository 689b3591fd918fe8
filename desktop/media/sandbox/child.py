"""A decoder process, as seen from inside: load the libraries, shut the doors, then decode."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import BinaryIO

from desktop.core.errors import FileError
from desktop.media.sandbox.confinement import confine, end_after, files_allowed
from desktop.media.sandbox.messages import (
    Done,
    Failed,
    OutOfMemory,
    Ready,
    Refused,
    Reply,
    RoomWanted,
    Task,
    write_reply,
)

Prepare = Callable[[], None]
"""Loads what decoding needs from the disk; found in the process by its name, so no lambda."""


def run(connection: Connection, prepare: Prepare, memory: int, idle_s: float) -> None:
    """Be a decoder process, until idle or no longer needed.

    Args:
        connection: a ``Ready`` goes out; then tasks come in and replies go out, in turns.
        memory: bytes that decoding may take.
    """
    # Ctrl+C in a terminal reaches every process there; when this one ends, its parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_silent()
    threading.Thread(target=_end_with_the_program, daemon=True).start()
    try:
        try:
            prepare()
            files = None if sys.platform == "win32" else _file_channel(connection)
            confine(memory)
        except Exception:  # noqa: BLE001 (told to the program)
            connection.send_bytes(write_reply(Failed(traceback.format_exc())))
            return
        connection.send_bytes(write_reply(Ready()))
        while connection.poll(idle_s):
            task: Task = connection.recv()
            end_after(task.seconds)
            with _source(task, connection, files) as source:
                reply = _perform(task, source, connection)
            del source
            _send(connection, reply)
            end_after(0)
    except (EOFError, OSError):
        pass  # the program is gone, or needs this process no more
    finally:
        os._exit(0)


def _be_silent() -> None:
    """Libraries print remarks about odd files; nobody would know which file they mean."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def _end_with_the_program() -> None:
    """However it ends; nothing here is worth saving."""
    parent = parent_process()
    assert parent is not None
    try:
        wait([parent.sentinel])
    finally:
        os._exit(0)


def _file_channel(connection: Connection) -> socket.socket:
    """The connection once more, as what open files can come through."""
    return socket.socket(fileno=os.dup(connection.fileno()))


@contextmanager
def _source(
    task: Task, connection: Connection, files: socket.socket | None
) -> Generator[bytes | BinaryIO]:
    """What to decode: the bytes, or the open file, that follow the task."""
    if task.file is None:
        yield connection.recv_bytes()
        return
    if files is None:
        with open(task.file, "rb") as file:  # noqa: PTH123 - a plain string
            yield file
        return
    with files_allowed():
        # A byte has to go with it.
        _, (descriptor,), _, _ = socket.recv_fds(files, 1, 1)
    with closing(os.fdopen(descriptor, "rb")) as file:
        yield file


def _perform(task: Task, source: bytes | BinaryIO, connection: Connection) -> Reply:
    @contextmanager
    def room(amount: int) -> Generator[None]:
        """Held until the reply, by the program; waiting for it does not count as time."""
        connection.send_bytes(write_reply(RoomWanted(amount)))
        end_after(0)
        connection.recv()
        end_after(task.seconds)
        yield

    named = {**task.named, "room": room} if task.with_room else task.named
    try:
        return Done(task.function(source, *task.arguments, **named))
    except FileError as error:
        return Refused(error.kind, error.message, error.next_step)
    except MemoryError:
        return OutOfMemory()
    except Exception:  # noqa: BLE001 (told to the program)
        return Failed(traceback.format_exc())


def _send(connection: Connection, reply: Reply) -> None:
    try:
        data = write_reply(reply)
    except MemoryError:
        data = write_reply(OutOfMemory())
    connection.send_bytes(data)
