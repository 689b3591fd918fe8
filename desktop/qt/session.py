"""One run of the window: opens the library in a lane, joins everything, closes it in reverse."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop.qt.lanes import Lanes
from desktop.qt.main_window import MainWindow
from desktop.qt.models.pictures import Pictures
from desktop.qt.models.pixmap_cache import PixmapCache
from desktop.qt.theme import Theme

if TYPE_CHECKING:
    from desktop.qt.controllers.creation import CreationController
    from desktop.qt.controllers.library import LibraryController
    from desktop.qt.controllers.models import ModelController
    from desktop.qt.controllers.search import SearchController
    from desktop.qt.dialogs.report import ReportDialog
    from desktop.qt.engine import EngineParts

_log = logging.getLogger(__name__)


class Session(QObject):
    """Window, lanes and controllers.

    ``furnished`` comes once the window has its panels.

    Args:
        open_engine: opens the library; called in the index lane, and again on "Try again".
        add: folders and files to add as soon as the library is open.
    """

    furnished = Signal()

    def __init__(
        self,
        theme: Theme,
        open_engine: Callable[[], EngineParts],
        add: Sequence[Path] = (),
    ) -> None:
        super().__init__()
        self._open_engine = open_engine
        self._add = tuple(add)
        self._engine: EngineParts | None = None
        self._report: ReportDialog | None = None
        self._is_closed = False
        self._theme = theme
        self.lanes = Lanes()
        self.pictures = Pictures()
        self.cache = PixmapCache(self.lanes.thumbs)
        self.window = MainWindow(theme)
        self.window.open_again_requested.connect(self._open)
        # Dropped before the library is open: kept, and added as soon as it is.
        self.window.paths_added.connect(self._keep_paths)
        self.library: LibraryController | None = None
        self.search: SearchController | None = None
        self.creation: CreationController | None = None
        self.models: ModelController | None = None

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
        if self._is_closed:
            return
        if self._report is not None:
            self._report.add(details)
            return
        from desktop.qt.dialogs.report import ReportDialog  # hopefully never needed

        self._report = ReportDialog(details, self.window)
        self._report.finished.connect(self._forget_report)
        self._report.open()

    def close(self, deadline_s: float = 10.0) -> bool:
        """Stop everything; False when a lane did not stop in time.

        The engine is closed last, when no lane uses it any more. With a lane that hangs it is
        left as it is: both stores survive a kill, but not being closed under a writer.
        """
        if self._is_closed:
            return True
        self._is_closed = True
        self.window.hide()
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
        self.furnished.emit()
        self._open()

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
        from desktop.qt.controllers.context import Context
        from desktop.qt.controllers.creation import CreationController
        from desktop.qt.controllers.library import LibraryController
        from desktop.qt.controllers.models import ModelController
        from desktop.qt.controllers.search import SearchController

        self.pictures.open(engine.thumbnail_path)
        context = Context(engine, self.window, self.lanes, self.pictures, self.cache, self.report)
        self.window.paths_added.disconnect(self._keep_paths)
        self.library = LibraryController(context)
        self.search = SearchController(context)
        self.creation = CreationController(context)
        self.models = ModelController(context)
        self.creation.library_changed.connect(self.library.refresh)
        self.models.model_changed.connect(self.library.catch_up)
        self.models.model_changed.connect(self.search.again)
        self.library.refresh()
        if self._add:
            self.library.add(self._add)

    def _on_open_failed(self, error: object) -> None:
        sentence = getattr(error, "sentence", None)
        if sentence is None:
            self.report(error if isinstance(error, BaseException) else RuntimeError(str(error)))
            words = "Something went wrong inside Plantain. Your pictures were not changed."
        else:
            words = sentence()
        self.window.centre.show_open_failure(words)

    def _keep_paths(self, paths: Sequence[Path]) -> None:
        self._add += tuple(paths)

    def _forget_report(self) -> None:
        self._report = None
