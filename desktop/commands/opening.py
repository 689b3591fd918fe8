"""What every command that works on a library begins with."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.commands.terminal import say
from desktop.config.options import EngineOptions
from desktop.config.paths import LibraryPaths, ProfilePaths, default_profile
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryInUse, LibraryReadOnly

if TYPE_CHECKING:
    from desktop.wiring import Engine


def places(options: EngineOptions) -> tuple[ProfilePaths, LibraryPaths]:
    """Where these options lead; nothing need be there."""
    profile = ProfilePaths((options.profile_dir or default_profile()).expanduser().absolute())
    library = options.library_dir or profile.library
    return profile, LibraryPaths(library.expanduser().absolute())


@contextmanager
def open_library(options: EngineOptions) -> Generator[Engine]:
    """The library that the command line names; what had to be repaired is told at the end.

    Raises as ``Engine``.
    """
    # With the first command that works on a library: what the engine is made of (numpy, Pillow,
    # SQLite, HTTP) takes longer to import than the window, which passes here, takes to open.
    from desktop.config.versions import log_versions
    from desktop.wiring import Engine

    log_versions()
    with Engine(options) as engine:
        engine.leaving.keep_daily_copy()
        try:
            yield engine
        finally:
            for notice in engine.notices:
                say(notice, to=sys.stderr)


@contextmanager
def open_to_read(options: EngineOptions) -> Generator[Engine]:
    """The same for what is only looked at, also beside the window that has the library open."""
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(open_library(options))
        except (LibraryInUse, LibraryReadOnly) as error:
            say(f"{error.headline} It is only read here.", to=sys.stderr)
            engine = stack.enter_context(open_library(replace(options, is_read_only=True)))
        yield engine


@contextmanager
def interruptible() -> Generator[CancelToken]:
    """Ctrl+C asks the work to stop cleanly; a second one stops it at once."""
    cancel = CancelToken()

    def on_interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        cancel.cancel()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
