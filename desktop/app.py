"""The window's entry: QApplication, theme, error hook, session. Parses nothing."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop import __version__
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile
from desktop.config.recording import Recording
from desktop.config.settings import load_settings
from desktop.core.errors import PlantainError
from desktop.qt.error_hook import ErrorHook
from desktop.qt.session import Session
from desktop.qt.theme import Theme

if TYPE_CHECKING:
    from desktop.library.keeping.repair import RepairPlan
    from desktop.qt.engine import EngineParts

_log = logging.getLogger(__name__)


def open_engine(options: EngineOptions) -> EngineParts:
    """Open a library with the environment of this process."""
    # In the lane that opens it, behind the first paint of the window: the engine's libraries
    # take longer to import than the window takes to open.
    from desktop.wiring import Engine

    try:
        return Engine(options)
    except PlantainError:
        _log_versions()
        raise


def _log_versions() -> None:
    from desktop.config.versions import log_versions  # a tenth of a second, not before the window

    log_versions()


SHUTDOWN_S = 10.0
"""How long running jobs get to stop; a picture being encoded takes a second or two."""


def run(
    options: EngineOptions,
    *,
    add: Sequence[Path] = (),
    theme: str = "",
    opener: Callable[[EngineOptions], EngineParts] = open_engine,
    on_start: Callable[[Session], None] | None = None,
) -> int:
    """Open the window and stay in it until it is closed.

    Args:
        add: folders and files to be added once the library is open.
        theme: ``dark``, ``light`` or ``system``; empty for the settings' choice.
        opener: opens the library, in a lane.
        on_start: called once the window is shown and has its panels (scripts, screenshots).

    Returns:
        The exit code.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Plantain")
    application.setApplicationDisplayName("Plantain")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("plantain")
    profile = ProfilePaths((options.profile_dir or default_profile()).absolute())
    recording = Recording(profile.logs, "window")
    look = Theme.named(theme or _theme_in(profile))
    look.apply_basics(application)
    application.setWindowIcon(look.app_icon())

    hook = ErrorHook()
    choice = LibraryChoice(options)
    session = Session(
        look,
        lambda: opener(choice.options),
        add,
        _report_command(options),
        recording.crashes,
        choice,
    )
    hook.raised.connect(session.report_text)
    hook.install()
    before = _quit_on_interrupt(application)
    # Python handles signals between its own instructions only, so it has to run now and then.
    pulse = QTimer(interval=500)
    pulse.timeout.connect(lambda: None)
    pulse.start()
    is_clean = True
    try:
        session.settled.connect(lambda: session.lanes.browse.submit(lambda _: _log_versions()))
        if on_start is not None:
            session.furnished.connect(lambda: on_start(session))
        session.start()
        code = application.exec()
    finally:
        pulse.stop()
        is_clean = session.close(SHUTDOWN_S)
        hook.remove()
        signal.signal(signal.SIGINT, before)
    if not is_clean:
        # A thread that does not stop would make Qt abort the process while it is torn down.
        _log.error("leaving with a job that did not stop")
        logging.shutdown()
        os._exit(code)
    recording.close()
    return code


def check_window(options: EngineOptions, deadline_s: float = 60.0) -> int:
    """Open the window on a library, wait for its pictures to be in the grid, and close it again.

    Returns:
        How many pictures the grid showed at last; 0 when none came in time.
    """
    shown = 0

    def watch(session: Session) -> None:
        def look() -> None:
            nonlocal shown
            shown = session.window.centre.grid.assets.rowCount()
            if shown:
                session.window.close()

        timer = QTimer(session, interval=50)
        timer.timeout.connect(look)
        timer.start()
        QTimer.singleShot(int(deadline_s * 1000), session.window, session.window.close)

    return shown if run(options, on_start=watch) == 0 else 0


class LibraryChoice:
    """Which library the window is to open, and how; ``qt.rescue.Remedies``."""

    def __init__(self, options: EngineOptions) -> None:
        self._meant = options
        self._plan: RepairPlan | None = None
        self.options = options

    def choose(self, folder: Path | None, *, is_read_only: bool) -> None:
        library = folder or self._meant.library_dir
        self.options = replace(self._meant, library_dir=library, is_read_only=is_read_only)

    def plan(self) -> str:
        from desktop.wiring import plan_repair

        self._plan = plan_repair(self.options)
        return self._plan.sentence()

    def repair(self) -> str:
        from desktop.wiring import repair

        assert self._plan is not None  # the person was told what it would do
        aside = repair(self.options, self._plan)
        done = "The back-up was restored." if self._plan.backup else "A new catalogue was begun."
        return f"{done} The damaged one is kept as {aside}." if aside else done


def _report_command(options: EngineOptions) -> list[str]:
    """The program again, as the command line, on the same profile and library."""
    program = [sys.executable]
    if not getattr(sys, "frozen", False):
        # Found from wherever it is started, also in a checkout that is not installed.
        start = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})"
        program += ["-c", f"{start}; from desktop.cli import main; sys.exit(main())"]
    given = {"--profile-dir": options.profile_dir, "--library": options.library_dir}
    places = [word for name, at in given.items() if at for word in (name, str(at.absolute()))]
    model = ["--model", options.model] if options.model else []
    return [*program, *places, *model, "doctor", "--json", "--report"]


def _theme_in(profile: ProfilePaths) -> str:
    try:
        return load_settings(profile.settings).theme
    except PlantainError:
        return "dark"  # opening the library will say what is wrong with the settings


def _quit_on_interrupt(application: QApplication) -> Any:
    def on_interrupt(number: int, frame: FrameType | None) -> None:
        application.quit()

    return signal.signal(signal.SIGINT, on_interrupt)
