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
from desktop.core.asset import displayable
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError, LibraryInUse, LibraryReadOnly
from desktop.core.text import sentences, tr

if TYPE_CHECKING:
    from desktop.services.engine import Engine


@contextmanager
def open_library(options: EngineOptions) -> Generator[Engine]:
    """The library that the command line names; what had to be repaired is told at the end.

    Raises as ``desktop.wiring.engine.open_engine``.
    """
    # With the first command that works on a library: what the engine is made of (numpy, Pillow,
    # SQLite, HTTP) takes longer to import than the window, which passes here, takes to open.
    from desktop.config.versions import log_versions
    from desktop.wiring.engine import open_engine

    log_versions()
    with open_engine(replace(options, environment_first=True)) as engine:
        engine.daily_backups.keep_up()
        if not engine.is_read_only:
            engine.generation.talks.tidy()
        try:
            yield engine
            while not engine.is_read_only and engine.annotations.index_words():
                pass
        finally:
            for notice in engine.library.notices:
                say(notice, to=sys.stderr)


@contextmanager
def open_to_read(options: EngineOptions) -> Generator[Engine]:
    """The same for what is only looked at, also beside the window that has the library open."""
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(open_library(options))
        except (LibraryInUse, LibraryReadOnly) as error:
            say(sentences(error.headline, tr("It is opened read-only here.")), to=sys.stderr)
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


@contextmanager
def open_unchanged(options: EngineOptions) -> Generator[Engine]:
    """A library that is there; nothing in it is changed, so it may be open elsewhere meanwhile."""
    with open_library(replace(options, is_read_only=True)) as engine:
        if not engine.library.paths.catalog.exists():
            raise LibraryError(
                tr(
                    "There is no library at {folder}.",
                    folder=displayable(engine.library.paths.folder),
                ),
                safe=tr("Nothing was written."),
                next_step=tr("Name the one that you mean with --library."),
            )
        yield engine
