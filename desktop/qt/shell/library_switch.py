"""Going over to another library: one that there is, one from before, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.core.asset import displayable
from desktop.core.errors import LibraryError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.library.paths import LibraryPaths
from desktop.qt.jobs.lane import Lane
from desktop.qt.widgets.notice_bar import NoticeBar


class LibrarySwitch(QObject):
    """Asks which library, and looks whether it is one before this one is closed.

    Args:
        recent: folders of libraries that were open before, the last one first.
    """

    wanted = Signal(object)
    """Path: close this library and open that one."""
    demo_wanted = Signal()
    """Close this library and open the demo."""

    def __init__(
        self, window: QWidget, notices: NoticeBar, lane: Lane, recent: Sequence[Path] = ()
    ) -> None:
        super().__init__()
        self._window = window
        self._notices = notices
        self._lane = lane
        self.recent = tuple(recent)

    def ask_other(self) -> None:
        """Let a person choose a library that there is."""
        from PySide6.QtWidgets import QFileDialog  # many enums; not before it is asked for

        chosen = QFileDialog.getExistingDirectory(self._window, tr("Open another library"))
        if chosen:
            self.open(Path(chosen))

    def ask_new(self) -> None:
        """Let a person say where a new one is to be."""
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getSaveFileName(
            self._window,
            tr("Name and place of the new library"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self.begin(Path(chosen))

    def try_demo(self) -> None:
        """Go over to the sample pictures."""
        self.demo_wanted.emit()

    def open(self, folder: Path) -> None:
        """Go over to a library, if there is one."""
        self._look(folder, lambda: require_library(folder))

    def begin(self, folder: Path) -> None:
        """Go over to a new library in a folder that holds nothing yet."""
        self._look(folder, lambda: require_nothing(folder))

    def _look(self, folder: Path, check: Callable[[], None]) -> None:
        handle = self._lane.submit(lambda _: check())
        handle.finished.connect(lambda _: self.wanted.emit(folder))
        handle.failed.connect(self._refuse)

    def _refuse(self, error: object) -> None:
        words = error.sentence() if isinstance(error, LibraryError) else str(error)
        self._notices.say(words, is_failure=True)


def require_library(folder: Path) -> None:
    """Raises: LibraryError: there is no library, or nobody may look."""
    paths = LibraryPaths(folder)
    try:
        is_there = paths.catalog.exists() or paths.marker.exists()
    except OSError as error:
        raise LibraryError(
            tr(
                "The library in {folder} cannot be opened: {reason}.",
                folder=displayable(folder),
                reason=system_reason(error),
            ),
            safe=tr("The library that is open stays open."),
            next_step=tr("Check the folder's permissions and its drive, or choose another folder."),
        ) from error
    if not is_there:
        raise LibraryError(
            tr("There is no library of Plantain in {folder}.", folder=displayable(folder)),
            safe=tr("The library that is open stays open."),
            next_step=tr("Choose another folder, or begin a new library there."),
        )


def require_nothing(folder: Path) -> None:
    """Raises: LibraryError: something is there already, or nothing can be."""
    try:
        is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
        if is_free:
            folder.mkdir(parents=True, exist_ok=True)
            return
        reason = tr("{folder} is not empty.", folder=displayable(folder))
    except OSError as error:
        reason = tr(
            "A library cannot begin in {folder}: {reason}.",
            folder=displayable(folder),
            reason=system_reason(error),
        )
    raise LibraryError(
        reason,
        safe=tr("The library that is open stays open."),
        next_step=tr("Choose another name or another folder."),
    )
