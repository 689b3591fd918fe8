"""Work in a process of its own that can be killed: forked, so that it starts at once.

The process that forks must be without threads; everything heavy is imported before.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Message = dict[str, Any]


@dataclass
class Ended:
    """How a process ended.

    Attributes:
        messages: all that it said.
        was_killed: by us.
        was_in_time: it ended before its deadline; otherwise it was killed for that.
        error: its traceback; empty when it ended well or was killed.
        orphans: helpers of its own that outlived it by far.
    """

    messages: list[Message] = field(default_factory=list[Message])
    was_killed: bool = False
    was_in_time: bool = True
    error: str = ""
    orphans: int = 0
    seconds: float = 0.0


def run(
    work: Callable[[Callable[[Message], None]], None],
    *,
    kill_after_s: float | None = None,
    deadline_s: float = 120.0,
    patience_s: float = 10.0,
) -> Ended:
    """Fork, let ``work`` run there, and kill that process when its time has come.

    Only the process itself is killed, as by the system when memory is short; its helpers have to
    see for themselves that it is gone, within ``patience_s``.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.setsid()
        code = 1
        try:
            work(lambda message: _write(writing, message))
            code = 0
        except BaseException:  # noqa: BLE001 (told through the pipe)
            _write(writing, {"error": traceback.format_exc()})
        finally:
            os._exit(code)
    os.close(writing)
    ended = Ended()
    inbox = _Inbox(reading)
    is_planned = kill_after_s is not None and kill_after_s < deadline_s
    started = time.monotonic()
    end = started + (kill_after_s if is_planned and kill_after_s is not None else deadline_s)
    while not inbox.is_closed:
        left = end - time.monotonic()
        if left <= 0:
            os.kill(pid, signal.SIGKILL)
            ended.was_killed, ended.was_in_time = is_planned, is_planned
            break
        ended.messages += inbox.hear(left)
    _, status = os.waitpid(pid, 0)
    ended.messages += inbox.rest()
    os.close(reading)
    ended.seconds = time.monotonic() - started
    ended.error = next((said["error"] for said in ended.messages if "error" in said), "")
    if os.WIFSIGNALED(status) and not ended.was_killed and ended.was_in_time:
        ended.error = ended.error or f"ended by signal {os.WTERMSIG(status)}"
    ended.orphans = _end_group(pid, patience_s)
    return ended


def _write(descriptor: int, message: Message) -> None:
    os.write(descriptor, json.dumps(message).encode() + b"\n")


class _Inbox:
    """Lines of a pipe; half a line at the end was not said."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._half = b""
        self.is_closed = False

    def hear(self, timeout_s: float) -> list[Message]:
        """What comes within that time."""
        if not select.select([self._descriptor], [], [], timeout_s)[0]:
            return []
        return self._read()

    def rest(self) -> list[Message]:
        """What lies in the pipe; a helper may hold its other end open."""
        messages: list[Message] = []
        while not self.is_closed and select.select([self._descriptor], [], [], 0)[0]:
            messages += self._read()
        return messages

    def _read(self) -> list[Message]:
        block = os.read(self._descriptor, 1 << 16)
        self.is_closed = not block
        *lines, self._half = (self._half + block).split(b"\n")
        return [json.loads(line) for line in lines]


def _end_group(group: int, patience_s: float) -> int:
    """Helpers that are still there after a time in which they should have noticed."""
    deadline = time.monotonic() + patience_s
    while members := _members(group):
        if time.monotonic() > deadline:
            os.killpg(group, signal.SIGKILL)
            return len(members)
        time.sleep(0.02)
    return 0


def _members(group: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found
