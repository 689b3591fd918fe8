"""Ctrl+C and the processes that belong to this one."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def interrupts_held_back() -> Generator[None]:
    """A process started here knows of no Ctrl+C, not even before its first line of Python."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Or it would be started below, and let interrupts through when it is.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
