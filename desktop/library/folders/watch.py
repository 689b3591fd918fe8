"""Noticing changes on disk while the library is open.

The system tells (inotify, FSEvents, ReadDirectoryChangesW) what happens in local folders. It does
not for what others do on a network drive, and it has limits; so every folder is also named from
time to time as if it had changed, which costs a look through it and nothing more.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.errors import LibraryError
from desktop.core.text import tr
from desktop.library.folders.ignore import is_hidden, is_ignored

_TICK_S = 0.25
_QUIET_S = 1.0
"""Nothing happened to a file for so long: whoever writes it has come to an end, or to a pause."""
_PATIENCE_S = 5.0
"""Changes are told after this time even while others go on."""
_ROOTS_EVERY_S = 2.0
"""How soon a drive that was plugged in or out is noticed."""
_FIRST_RESCAN_S = 10.0
"""For what happened while Plantain was closed; not at once, because opening is busy enough."""
_RESCAN_EVERY_S = 300.0
_RESCAN_EVERY_S_UNTOLD = 60.0
"""Where the system does not tell."""
_ENDING_S = 5.0
"""Much longer than it takes where the disks answer."""
_MANY = 2_000
"""More changes at once than this are looked at as a whole."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Pending:
    """A changed path: since when, since when it is still, and its size and time by then."""

    since: float
    still_since: float
    status: tuple[int, int] | None = None


class Watcher:
    """Watches folders in a thread of its own, from ``start`` to ``stop``.

    Args:
        roots: the folders that are there now; asked every few seconds, in that thread. While the
            catalogue cannot be read (LibraryError) they are taken to be as before.
        is_picture: tells by file name what is worth a look.
        private: Plantain's own folder, whose changes are its own doing.
        on_changed: told, in that thread, which files and folders were written, renamed or removed,
            once they are still: a file that grows is not named before it has stopped.
        on_limit: told once, in words, that the system cannot watch so many folders.
    """

    def __init__(
        self,
        roots: Callable[[], Sequence[Path]],
        is_picture: Callable[[str], bool],
        private: Path,
        on_changed: Callable[[frozenset[Path]], None],
        on_limit: Callable[[str], None],
    ) -> None:
        self._roots = roots
        self._is_picture = is_picture
        self._private = private
        self._on_changed = on_changed
        self._on_limit = on_limit
        self._wake = threading.Event()
        self._is_stopped = False
        self._watched: frozenset[Path] | None = None
        self._came_or_went: frozenset[Path] = frozenset()
        self._pending: dict[Path, _Pending] = {}
        self._is_limited = False
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; when this returns nothing is told any more.

        A thread that waits for a disk which does not answer is left behind, and tells nothing
        either: whoever closes a window must not wait for that disk too.
        """
        self._is_stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_ENDING_S)

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        next_rescan = time.monotonic() + _FIRST_RESCAN_S
        while not self._is_stopped:
            folders = self._folders()
            if self._watched is not None:
                # A drive came or went: what it holds may have changed meanwhile.
                self._came_or_went |= folders ^ self._watched
            self._watched = folders
            if time.monotonic() >= next_rescan:
                self._tell(folders)
                every = _RESCAN_EVERY_S_UNTOLD if self._is_limited else _RESCAN_EVERY_S
                next_rescan = time.monotonic() + every
            self._watch(folders, next_rescan)

    def _folders(self) -> frozenset[Path]:
        try:
            return frozenset(self._roots())
        except LibraryError as error:  # the next time it may answer
            _log.warning("folders are watched as before: %s", error.message)
            return self._watched or frozenset()

    def _watch(self, folders: frozenset[Path], until: float) -> None:
        """Until the roots are others, or it is time to look through them."""
        if self._is_limited or not folders:
            self._tell_what_came_or_went()
            self._wake.wait(_ROOTS_EVERY_S)
            return
        # Rust and asyncio; not needed to show the window.
        from watchfiles import watch

        next_look = time.monotonic() + _ROOTS_EVERY_S
        tick_ms = int(_TICK_S * 1000)
        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=tick_ms,
                step=tick_ms,
                rust_timeout=tick_ms,
                yield_on_timeout=True,
                stop_event=self._wake,
                raise_interrupt=False,
                force_polling=False,
                ignore_permission_denied=True,
            ):
                # Not before they are watched: what is written there while somebody looks through
                # them would be missed.
                self._tell_what_came_or_went()
                now = time.monotonic()
                for change, path in changes:
                    self._take(Path(path), change.name, now)
                self._settle(now)
                if now >= next_look:
                    if self._folders() != folders:
                        return
                    next_look = now + _ROOTS_EVERY_S
                if now >= until and not self._pending:
                    return
        except FileNotFoundError:
            self._wake.wait(_TICK_S)  # a folder went away between being asked for and watched
        except (OSError, RuntimeError) as error:
            self._is_limited = True
            _log.warning("folders are not watched: %s", error)
            self._on_limit(
                tr(
                    "The system cannot watch so many folders, so changes in them "
                    "are noticed after a minute instead of at once. “Look for "
                    "changes” (F5) does it now."
                )
            )

    def _take(self, path: Path, change: str, now: float) -> None:
        if not self._is_worth_a_look(path, change):
            return
        if len(self._pending) >= _MANY:
            for root in self._watched or ():
                if path.is_relative_to(root):
                    path = root
        pending = self._pending.setdefault(path, _Pending(now, now))
        pending.still_since = now

    def _is_worth_a_look(self, path: Path, change: str) -> bool:
        if path.is_relative_to(self._private):
            return False
        for root in self._watched or ():
            if path.is_relative_to(root):
                *above, name = path.relative_to(root).parts or ("",)
                if is_hidden(name) or any(is_ignored(part) for part in above):
                    return False
                break
        if self._is_picture(path.name) or change == "deleted":  # a folder is known by that it was
            return True
        # Windows and macOS name every folder in which something has changed.
        return change == "added" and os.path.isdir(path)  # noqa: PTH112 - never raises

    def _settle(self, now: float) -> None:
        """Tell what is still, when all is, or when the first has waited long enough."""
        if not self._pending:
            return
        for path, pending in self._pending.items():
            status = _status(path)
            if status != pending.status:
                pending.status, pending.still_since = status, now
        still = {p for p, pending in self._pending.items() if now - pending.still_since >= _QUIET_S}
        is_long = now - min(pending.since for pending in self._pending.values()) >= _PATIENCE_S
        if still and (is_long or len(still) == len(self._pending)):
            for path in still:
                del self._pending[path]
            self._tell(frozenset(still))

    def _tell_what_came_or_went(self) -> None:
        roots, self._came_or_went = self._came_or_went, frozenset()
        self._tell(roots)

    def _tell(self, paths: frozenset[Path]) -> None:
        if paths and not self._is_stopped:
            self._on_changed(paths)


def _status(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
