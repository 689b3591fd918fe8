"""What every test gets: a world of its own, and proof that it leaves nothing behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

# Before Qt is imported by anything: tests have no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A shell starts what runs behind it deaf to Ctrl+C, and every process begun here would inherit
# that; servers of the tests are ended by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

import keyring
import pytest

from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from tests.fakes.keyring import MemoryKeyring
from tests.lent import SharedDecoders

_OURS = ("PLANTAIN_", "GEMINI_", "GOOGLE_", "HF_")
_LASTING_THREADS = ("tqdm_monitor", "pymilvus", "grpc", "asyncio_", "ThreadPoolExecutor-")
"""Name beginnings of threads that libraries keep for the life of the process.

The last are Milvus Lite's server's, which begin when two requests meet and stay as long as a store
that several tests share; our own pools have names.
"""

pytest_plugins = ("tests.parallel",)


@pytest.fixture(autouse=True)
def _a_world_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings, keys or folders of the person who runs the tests."""
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("PLANTAIN_LANGUAGE", "en")
    monkeypatch.setenv("PLANTAIN_PROFILE_DIR", str(tmp_path / "profile"))
    monkeypatch.setenv("PLANTAIN_READ_TEXT", "no")  # costs each a second; its own tests do it
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """No thread and no process outlives its test."""
    before = _running()
    yield
    deadline = time.monotonic() + 5
    while left := _running() - before:
        assert time.monotonic() < deadline, f"left running: {left}"
        gc.collect()  # a thread pool of a library ends its threads when it is collected
        time.sleep(0.01)


def _running() -> set[threading.Thread | BaseProcess]:
    threads = {thread for thread in threading.enumerate() if not _lasts(thread)}
    lent = set().union(*(decoders.running() for decoders in _LENT))
    return (threads | set(multiprocessing.active_children())) - lent


_LENT: list[SharedDecoders] = []


@pytest.fixture(scope="session")
def decoders() -> Iterator[SharedDecoders]:
    """Decoders that many tests share; see ``tests.lent``."""
    made = SharedDecoders()
    _LENT.append(made)
    yield made
    _LENT.remove(made)
    made.end()


@pytest.fixture(scope="session")
def tiny_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessEncoder]:
    """The tiny model in a process that many tests share; see ``tests.lent``."""
    from tests.embedding import tiny  # torch, which most tests do without

    path = tiny.save_with_sidecar(tmp_path_factory.mktemp("tiny"))
    model = ModelRegistry(path.parent / "none").resolve(str(path))
    encoder = ProcessEncoder(model, load_encoder, idle_s=86_400)
    assert encoder.info.name
    yield encoder
    encoder.close()


def _lasts(thread: threading.Thread) -> bool:
    """What is no leak: threads of libraries, and Python's memories of Qt's threads.

    A QThread that ran Python code is remembered as a ``_DummyThread`` for ever. That none still
    runs is seen otherwise: Qt aborts the process when a running QThread is destroyed.
    """
    if isinstance(thread, threading._DummyThread):
        return True
    return thread.name.startswith(_LASTING_THREADS) or type(thread).__name__ == "TMonitor"
