"""One run of the window: opens the library in a lane, joins everything, closes it in reverse."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop.config.crashes import mark_seen
from desktop.core.errors import PlantainError
from desktop.qt.controllers.trouble import Trouble
from desktop.qt.lanes import Lanes
from desktop.qt.main_window import MainWindow
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.theme import Theme

if TYPE_CHECKING:
    from desktop.qt.controllers.context import Context
    from desktop.qt.controllers.creation import CreationController
    from desktop.qt.controllers.disk import DiskController
    from desktop.qt.controllers.library import LibraryController
    from desktop.qt.controllers.models import ModelController
    from desktop.qt.controllers.search import SearchController
    from desktop.qt.controllers.tidying import TidyingController
    from desktop.qt.engine import EngineParts
    from desktop.qt.rescue import Remedies, Rescue

_log = logging.getLogger(__name__)


class Session(QObject):
    """Window, lanes and controllers.

    ``furnished`` comes once the window has its panels, ``settled`` once the library is shown.

    Args:
        open_engine: opens the library; called in the index lane, and again on "Try again".
        add: folders and files to add as soon as the library is open.
        report_command: writes a report for whoever helps to the path put behind it.
        crashes: files with the stacks of earlier crashes, the newest first; offered once.
        remedies: what can be tried with a library that does not open.
    """

    furnished = Signal()
    settled = Signal()

    def __init__(
        self,
        theme: Theme,
        open_engine: Callable[[], EngineParts],
        add: Sequence[Path] = (),
        report_command: Sequence[str] = (),
        crashes: Sequence[Path] = (),
        remedies: Remedies | None = None,
    ) -> None:
        super().__init__()
        self._open_engine = open_engine
        self._add = tuple(add)
        self._engine: EngineParts | None = None
        self._crashes = tuple(crashes)
        self._is_closed = False
        self._theme = theme
        self.lanes = Lanes()
        self.pictures = Pictures()
        self.cache = PixmapCache(self.lanes.thumbs)
        self.window = MainWindow(theme)
        self.trouble = Trouble(self.window, report_command)
        self.trouble.came_again.connect(self._say_it_came_again)
        self.window.open_again_requested.connect(self._open)
        self._remedies = remedies
        self._rescue: Rescue | None = None
        # Dropped before the library is open: kept, and added as soon as it is.
        self.window.paths_added.connect(self._keep_paths)
        self.library: LibraryController | None = None
        self.search: SearchController | None = None
        self.creation: CreationController | None = None
        self.models: ModelController | None = None
        self.tidying: TidyingController | None = None
        self.disk: DiskController | None = None

    def start(self) -> None:
        """Show the window at once; its panels and the library come behind that."""
        self.window.first_painted.connect(self._furnish)
        self.window.show()

    @property
    def is_open(self) -> bool:
        return self._engine is not None

    def report(self, error: BaseException) -> None:
        """An error that nobody foresaw, in words, with the details on request."""
        self.report_text("".join(traceback.format_exception(error)))

    def report_text(self, details: str) -> None:
        """The same from a formatted traceback."""
        self.trouble.tell(details)

    def close(self, deadline_s: float = 10.0) -> bool:
        """Stop everything; False when a lane did not stop in time.

        The engine is closed last, when no lane uses it any more. With a lane that hangs it is
        left as it is: both stores survive a kill, but not being closed under a writer.
        """
        if self._is_closed:
            return True
        self._is_closed = True
        self.trouble.close()
        self.window.hide()
        if self.disk is not None:
            self.disk.stop()
        is_clean = self.lanes.close(deadline_s)
        engine, self._engine = self._engine, None
        if engine is not None and is_clean:
            try:
                engine.close()
            except Exception:  # noqa: BLE001 (logged; the program is ending)
                _log.exception("closing the library")
        return is_clean

    # ------------------------------------------------------------------ inside

    def _furnish(self) -> None:
        if self._is_closed:
            return
        self.window.furnish(self.pictures, self.cache)
        # Now, and not before: every widget that is moved into another one is dressed anew.
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._theme.apply_stylesheet(application)
        if self._remedies is not None:
            from desktop.qt.rescue import Rescue

            self._rescue = Rescue(self._remedies, self.window, self.lanes, self._open)
        self.furnished.emit()
        self._open()
        if self._crashes:
            self.lanes.browse.submit(lambda _: _tell_once(self._crashes)).finished.connect(
                self._offer_report
            )

    def _open(self) -> None:
        self.window.centre.show_opening()
        handle = self.lanes.index.submit(lambda _: self._open_engine())
        handle.finished.connect(self._on_open)
        handle.failed.connect(self._on_open_failed)

    def _on_open(self, engine: EngineParts) -> None:
        # Kept even while closing: ``close`` delivers this before it closes the engine.
        self._engine = engine
        if self._is_closed:
            return
        # Behind the first paint, as the engine itself: there is nothing to control before.
        from desktop.qt.controllers.annotating import AnnotatingController
        from desktop.qt.controllers.context import Context
        from desktop.qt.controllers.disk import DiskController
        from desktop.qt.controllers.ignoring import IgnoringController
        from desktop.qt.controllers.leaving import LeavingController
        from desktop.qt.controllers.library import LibraryController
        from desktop.qt.controllers.models import ModelController
        from desktop.qt.controllers.search import SearchController
        from desktop.qt.controllers.sharing import SharingController
        from desktop.qt.controllers.tidying import TidyingController

        self.pictures.open(engine.thumbnail_path)
        context = Context(engine, self.window, self.lanes, self.pictures, self.cache, self.report)
        self.window.paths_added.disconnect(self._keep_paths)
        self.library = LibraryController(context)
        self.library.first_read.connect(self.settled)
        # First of all: it is read while the rest is put together.
        self.library.refresh()
        self.search = SearchController(context)
        self.models = ModelController(context)
        self.annotating = AnnotatingController(context)
        self.leaving = LeavingController(context)
        self.leaving.library_moved.connect(self.library.refresh)
        self.leaving.taken_over.connect(lambda undo: self.annotating.done("import", undo))
        self.window.offer(
            (self.annotating.undo_action, self.annotating.redo_action),
            (
                self.leaving.back_up_action,
                self.leaving.export_action,
                self.leaving.import_action,
            ),
        )
        self.tidying = TidyingController(context)
        self.tidying.library_changed.connect(self.library.refresh)
        self.tidying.library_changed.connect(self.annotating.refresh)
        self.tidying.merged.connect(lambda undo: self.annotating.done("duplicates", undo))
        self.ignoring = IgnoringController(context)
        self.ignoring.library_changed.connect(self.library.refresh)
        self.ignoring.library_changed.connect(self.annotating.refresh)
        self.ignoring.rules_loosened.connect(self.library.rescan)
        self.window.offer((self.tidying.duplicates_action, self.ignoring.rules_action))
        self.sharing = SharingController(context)
        self.sharing.library_changed.connect(self.library.refresh)
        self.sharing.library_changed.connect(self.annotating.refresh)
        self.window.offer((self.sharing.server_action, self.sharing.refresh_action))
        self.disk = DiskController(context)
        self.disk.library_changed.connect(self.library.refresh)
        self.annotating.refresh()
        if self.window.has_creation:
            self._join_creation(context)
        self.window.creation_built.connect(lambda: self._join_creation(context))
        self.models.model_changed.connect(self.library.catch_up)
        self.models.model_changed.connect(self.search.again)
        if self._add:
            self.library.add(self._add)

    def _join_creation(self, context: Context) -> None:
        from desktop.qt.controllers.creation import CreationController

        self.creation = CreationController(context)
        if self.library is not None:
            self.creation.library_changed.connect(self.library.refresh)
            self.library.show_key_state()

    def _on_open_failed(self, error: object) -> None:
        sentence = getattr(error, "sentence", None)
        if sentence is None:
            self.report(error if isinstance(error, BaseException) else RuntimeError(str(error)))
            words = "Something went wrong inside Plantain. Your pictures were not changed."
        else:
            words = sentence()
        if isinstance(error, PlantainError) and self._rescue is not None:
            self._rescue.offer(error)
        else:
            self.window.centre.show_open_failure(words)

    def _keep_paths(self, paths: Sequence[Path]) -> None:
        self._add += tuple(paths)

    def _offer_report(self, stacks: str) -> None:
        self.window.centre.notice.say(
            "Plantain ended unexpectedly the last time. Your pictures were not touched, and "
            "everything that was saved is safe.",
            action="Report…",
            chosen=lambda: self.trouble.tell_crash(stacks),
        )

    def _say_it_came_again(self) -> None:
        if self.window.is_furnished:
            self.window.centre.notice.say(
                "The error inside Plantain came again. If something does not work, start "
                "Plantain anew.",
                is_failure=True,
            )


def _tell_once(crashes: Sequence[Path]) -> str:
    """The stacks of the newest crash; none of these is offered again."""
    stacks = crashes[0].read_text("utf-8", "replace")
    for crash in crashes:
        mark_seen(crash)
    return stacks
