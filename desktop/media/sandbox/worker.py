"""The code of a decoder process: load the libraries, give up rights, then decode."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.heap import Arena
from pathlib import Path
from typing import Any, BinaryIO

from desktop.core.errors import FileError
from desktop.core.text import Language, speak
from desktop.files.descriptors import is_out_of_descriptors, no_descriptor_for
from desktop.media.confinement import confine, end_after, files_allowed
from desktop.media.sandbox.imports import end_imports
from desktop.media.sandbox.messages import (
    SIZE_BYTES,
    Done,
    Failed,
    OutOfMemory,
    Part,
    Ready,
    Refused,
    Reply,
    RoomWanted,
    Stop,
    Task,
    write_reply,
)

Prepare = Callable[[], None]
"""Imports what decoding needs. The process finds it by its name, so it may not be a lambda."""

_UNKNOWN = Path()
"""Only the program knows the path."""


class _Stopped(BaseException):
    """No more parts are wanted; no decoder takes it for one of its own errors."""


@dataclass(frozen=True, slots=True)
class _Replies:
    """The way back to the program."""

    connection: Connection
    shared: Arena

    def send(self, reply: Reply) -> None:
        try:
            parts = write_reply(reply)
        except MemoryError:
            parts = write_reply(OutOfMemory())
        for number, part in enumerate(parts):
            if number:
                self.connection.recv_bytes()  # it wants the next
            self.shared.buffer[: len(part)] = part
            self.connection.send_bytes(len(part).to_bytes(SIZE_BYTES, "little"))


def run(
    connection: Connection,
    shared: Arena,
    prepare: Prepare,
    memory: int,
    idle_s: float,
    language: Language,
) -> None:
    """Run a decoder process until it is idle or no longer needed.

    Args:
        connection: a ``Ready`` goes out; then tasks come in and replies go out, in turns.
        shared: where replies are put, part by part.
        memory: bytes that decoding may take.
        language: of the errors that go back.
    """
    # Ctrl+C in a terminal reaches every process there; when this one ends, its parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _discard_output()
    _let_go_of_the_tracker()
    _be_ended_first()
    replies = _Replies(connection, shared)
    try:
        try:
            speak(language)
            prepare()
            files = None if sys.platform == "win32" else _file_channel(connection)
            confine(memory)
            # Only now: what a thread may do, it has from the one that starts it.
            threading.Thread(target=_end_with_parent, daemon=True).start()
            end_imports()
        except Exception:  # noqa: BLE001 (told to the program)
            replies.send(Failed(traceback.format_exc()))
            return
        replies.send(Ready())
        while connection.poll(idle_s):
            task: Task = connection.recv()
            end_after(task.seconds)
            with _source(task, connection, files) as source:
                reply = _perform(task, source, replies)
            del source
            replies.send(reply)
            end_after(0)
    except (EOFError, OSError):
        pass  # the parent has ended, or no longer needs this process
    finally:
        os._exit(0)


def _discard_output() -> None:
    """Libraries print remarks about odd files without saying which file they mean."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def _let_go_of_the_tracker() -> None:
    """multiprocessing hands every process a pipe to one that removes what it is told to."""
    if sys.platform != "win32":
        tracker = resource_tracker._resource_tracker  # pyright: ignore
        if tracker._fd is not None:  # pyright: ignore
            os.close(tracker._fd)  # pyright: ignore
            tracker._fd = None  # pyright: ignore


def _be_ended_first() -> None:
    """Where memory runs out, Linux ends this process and not the program, whose file fails."""
    if sys.platform == "linux":
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
            file.write("800")


def _end_with_parent() -> None:
    """End when the parent ends, in any way; nothing here needs saving."""
    parent = parent_process()
    assert parent is not None
    try:
        wait([parent.sentinel])
    finally:
        os._exit(0)


def _file_channel(connection: Connection) -> socket.socket:
    """The same connection as a socket, which can carry open files."""
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
    # It was hashed, or another process read of it and ended: they share where they are in it.
    os.lseek(descriptor, 0, os.SEEK_SET)
    with closing(os.fdopen(descriptor, "rb")) as file:
        yield file


def _perform(task: Task, source: bytes | BinaryIO, replies: _Replies) -> Reply:
    @contextmanager
    def room(amount: int) -> Generator[None]:
        """Held until the reply, by the program; waiting for it does not count as time."""
        replies.send(RoomWanted(amount))
        end_after(0)
        replies.connection.recv()
        end_after(task.seconds)
        yield

    def hand_over(result: Any) -> Any:
        """Sends a part; gives back the answer to it. Waiting for that does not count as time."""
        replies.send(Part(result))
        end_after(0)
        answer = replies.connection.recv()
        end_after(task.seconds)
        if isinstance(answer, Stop):
            raise _Stopped
        return answer

    named = dict(task.named)
    if task.with_room:
        named["room"] = room
    if task.in_parts:
        named["hand_over"] = hand_over
    try:
        return Done(task.function(source, *task.arguments, **named))
    except _Stopped:
        return Done(None)
    except FileError as error:
        return Refused(error.kind, error.message, error.next_step)
    except MemoryError:
        return OutOfMemory()
    except Exception as error:  # noqa: BLE001 (told to the program)
        if is_out_of_descriptors(error):
            refusal = no_descriptor_for(_UNKNOWN)
            return Refused(refusal.kind, refusal.message, refusal.next_step)
        return Failed(traceback.format_exc())
