"""Asking long work to stop, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop.core.errors import Cancelled


class CancelToken:
    """A one-way switch shared by the one who asks and the one who works.

    Work checks ``raise_if_cancelled`` between steps; work that blocks in a library registers
    ``on_cancel`` with something that wakes it up (for example cancelling an asyncio task).
    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask for a stop; the callbacks run once, in this thread."""
        with self._lock:
            if self._cancelled.is_set():
                return
            self._cancelled.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Run ``callback`` at the cancel, or now if it has been; returns how to unregister it."""
        with self._lock:
            if not self._cancelled.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def raise_if_cancelled(self) -> None:
        """Raises: Cancelled."""
        if self._cancelled.is_set():
            raise Cancelled()

    def wait(self, timeout_s: float) -> bool:
        """Sleep up to ``timeout_s``; True when the cancel came."""
        return self._cancelled.wait(timeout_s)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
