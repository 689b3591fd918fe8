"""A Milvus server on loopback, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MilvusServer(ABC):
    """A server over ``folder``; started on entering, ended on leaving."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @abstractmethod
    def start(self) -> None:
        """Also after ``kill``: on the same folder and the same port."""

    @abstractmethod
    def kill(self) -> None:
        """As a power cut would: nothing is settled."""

    @abstractmethod
    def end(self) -> None: ...


def milvus_server(folder: Path) -> MilvusServer:
    """The small server, or the real one where ``MILVUS_STANDALONE`` is set."""
    if os.environ.get("MILVUS_STANDALONE"):
        from tests.index.standalone import Standalone, program

        return Standalone(program(), folder)
    return LiteServer(folder)


class LiteServer(MilvusServer):
    """``milvus-lite server``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("milvus-lite")
        place = ["--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [program, "server", "--data-dir", self._folder, *place],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, "the Milvus server did not start"
            assert time.monotonic() < deadline, "the Milvus server does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def end(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)  # SIGTERM would not close it cleanly
        self._process.wait(30)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
