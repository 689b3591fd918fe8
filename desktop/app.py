"""The window's entry: QApplication, theme, error hook, session. Parses nothing."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLibraryInfo, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from desktop import __version__
from desktop.config.options import EngineOptions
from desktop.config.paths import ProfilePaths, default_profile, resource
from desktop.config.preferences import Preferences
from desktop.config.process_log import ProcessLog
from desktop.config.settings import Settings
from desktop.config.window_memory import WindowMemory
from desktop.core.confinement.environment import keys_taken
from desktop.core.errors import PlantainError
from desktop.core.text import ENGLISH, language, sentences, tr
from desktop.qt.shell.error_hook import ErrorHook
from desktop.qt.shell.first_window import FirstWindow, hand_over
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme

if TYPE_CHECKING:
    from desktop.library.backup.repair import RepairPlan
    from desktop.services.engine import Engine

_log = logging.getLogger(__name__)


def open_engine(
    options: EngineOptions,
    environment: Mapping[str, str] | None = None,
    preferences: Preferences | None = None,
) -> Engine:
    """Open a library with this environment, or that of this process."""
    # In the lane that opens it, behind the first paint of the window: the engine's libraries
    # take longer to import than the window takes to open.
    from desktop.wiring.engine import open_engine

    try:
        return open_engine(options, environment, preferences)
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
    opener: Callable[[EngineOptions], Engine] | None = None,
    on_start: Callable[[Session], None] | None = None,
) -> int:
    """Open the window and stay in it until it is closed.

    Args:
        add: folders and files to be added once the library is open.
        theme: ``dark``, ``light`` or ``system``; empty for the settings' choice.
        opener: opens the library, in a lane; None: with the keys of the environment, which are
            taken out of it, for every program that opens a picture would inherit them.
        on_start: called once the window is shown and has its panels (scripts, screenshots).

    A window that has the library open already comes to the front instead, and adds them.

    Returns:
        The exit code.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Plantain")
    application.setApplicationDisplayName("Plantain")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("plantain")
    own_words = _words_of_qt()
    if own_words is not None:
        application.installTranslator(own_words)
    profile = ProfilePaths((options.profile_dir or default_profile()).absolute())
    preferences = _preferences_in(profile)
    if opener is None:
        opener = partial(open_engine, environment=keys_taken(os.environ), preferences=preferences)
    is_alone = on_start is not None or options.is_read_only
    if not is_alone and hand_over(options.library.folder, add):
        return 0
    recording = ProcessLog(profile.logs, "window")
    look = Theme.named(theme or (preferences.settings if preferences else Settings()).theme)
    look.apply_basics(application)
    look.follow(application)
    application.setWindowIcon(look.app_icon())

    hook = ErrorHook()
    hook.install()
    before = _quit_on_interrupt(application)
    # Python handles signals between its own instructions only, so it has to run now and then.
    pulse = QTimer(interval=500)
    pulse.timeout.connect(lambda: None)
    pulse.start()
    choice = LibraryChoice(replace(options, asks_consent=True))
    before_it: list[Session] = []
    is_clean, code = True, 0
    try:
        while True:
            session = Session(
                look,
                partial(choice.open, opener),
                add,
                _report_command(choice.options),
                recording.crashes,
                choice,
                preferences,
                WindowMemory(profile.window, choice.options.library.folder),
            )
            try:
                code = _stay_in(session, choice, hook, on_start)
            finally:
                is_clean = session.close(SHUTDOWN_S)
            if not is_clean or not choice.take_next():
                break
            add = choice.add
            # Kept, emptied: Qt and Python do not agree on an order in which to take a whole
            # window apart while the program goes on.
            session.let_go()
            before_it.append(session)
    finally:
        pulse.stop()
        hook.remove()
        signal.signal(signal.SIGINT, before)
    if not is_clean:
        # A thread that does not stop would make Qt abort the process while it is torn down.
        _log.error("ending with a job that did not stop")
        logging.shutdown()
        os._exit(code)
    recording.close()
    return code


def _stay_in(
    session: Session,
    choice: LibraryChoice,
    hook: ErrorHook,
    on_start: Callable[[Session], None] | None,
) -> int:
    """Show the window until it is closed, by the person or for another library."""

    def go_over(folder: Path) -> None:
        choice.next_folder = folder
        if not session.window.close():  # something would be lost; the person stays
            choice.next_folder = None

    def go_to_demo() -> None:
        choice.wants_demo = True
        if not session.window.close():
            choice.wants_demo = False

    session.library_wanted.connect(go_over)
    session.demo_wanted.connect(go_to_demo)
    if choice.is_demo:
        notices, own = session.panels_built, choice.own_folder
        notices.connect(lambda: session.window.centre.notices.show_demo(lambda: go_over(own)))
    session.library_shown.connect(lambda: session.lanes.browse.submit(lambda _: _log_versions()))
    if on_start is not None:
        session.panels_built.connect(lambda: on_start(session))
    hook.raised.connect(session.report_text)
    listening: list[FirstWindow] = []

    def listen() -> None:
        if not choice.options.is_read_only:
            listening.append(FirstWindow(choice.options.library.folder))
            listening[0].asked.connect(session.ask_for)

    session.panels_built.connect(listen)
    try:
        session.start()
        return QApplication.exec()
    finally:
        for first in listening:
            first.close()
        hook.raised.disconnect(session.report_text)


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
    """Which library the window is to open, and how; ``qt.shell.recovery.Remedies``."""

    def __init__(self, options: EngineOptions) -> None:
        self._meant = options
        self._own_model = options.model
        self._plan: RepairPlan | None = None
        self.next_folder: Path | None = None
        self.wants_demo = False
        self.own_folder = options.library.folder
        self.options = options

    @property
    def is_demo(self) -> bool:
        return self._meant.library.folder == _demo_library(self._meant)

    @property
    def add(self) -> tuple[Path, ...]:
        """What is to be added once the library is open: the samples, where they are not in it."""
        is_new = self.is_demo and not self._meant.library.catalog.exists()
        return (_demo_pictures(self._meant),) if is_new else ()

    def open(self, opener: Callable[[EngineOptions], Engine]) -> Engine:
        """Open what is meant now; for the demo, its pictures are laid out first.

        Raises:
            LibraryError: they cannot be; else as the opener.
        """
        if self.is_demo:
            from desktop.library.demo_pictures import lay_out

            lay_out(resource("demo/pictures"), _demo_pictures(self._meant))
        return opener(self.options)

    def choose(self, folder: Path | None, *, is_read_only: bool) -> None:
        library = folder or self._meant.library_dir
        self.options = replace(self._meant, library_dir=library, is_read_only=is_read_only)

    def take_next(self) -> bool:
        """Mean the library that the person wants to go over to; False when there is none."""
        folder, self.next_folder = self.next_folder, None
        wants_demo, self.wants_demo = self.wants_demo, False
        if wants_demo and not self.is_demo:
            self.own_folder = self._meant.library.folder
        if wants_demo:
            folder = _demo_library(self._meant)
        if folder is None:
            return False
        self._meant = replace(self._meant, library_dir=folder, is_read_only=False)
        self._meant = replace(self._meant, model="demo" if self.is_demo else self._own_model)
        self.options = self._meant
        return True

    def plan(self) -> str:
        from desktop.library.opening import plan_repair

        self._plan = plan_repair(self.options.library)
        return self._plan.sentence()

    def repair(self) -> str:
        from desktop.library.opening import repair

        assert self._plan is not None  # the person was told what it would do
        aside = repair(self.options.library, self._plan)
        done = (
            tr("The backup was restored.")
            if self._plan.backup
            else tr("A new catalogue was created.")
        )
        kept = tr("The damaged one is kept as {file}.", file=aside) if aside else ""
        return sentences(done, kept)


def _demo_library(options: EngineOptions) -> Path:
    return options.profile.demo / "Demo"


def _demo_pictures(options: EngineOptions) -> Path:
    return options.profile.demo / "pictures"


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


def _words_of_qt() -> QTranslator | None:
    """Qt's own words, in menus of text fields and in file dialogs; None for English."""
    found = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    code = language().code
    return found if code != ENGLISH and found.load(f"qtbase_{code}", folder) else None


def _preferences_in(profile: ProfilePaths) -> Preferences | None:
    try:
        return Preferences(profile.settings)
    except PlantainError:
        return None  # opening the library will say what is wrong with the settings


def _quit_on_interrupt(application: QApplication) -> Any:
    def on_interrupt(number: int, frame: FrameType | None) -> None:
        application.quit()

    return signal.signal(signal.SIGINT, on_interrupt)
