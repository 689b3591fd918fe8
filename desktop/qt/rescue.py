"""A library that does not open: what can be done instead, and doing it.

Nothing is repaired, and no other library opened, unless the person chooses so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from desktop.core.errors import LibraryDamaged, LibraryInUse, LibraryReadOnly, PlantainError
from desktop.qt.lanes import Lanes
from desktop.qt.situation import LOOK_ON, OPEN_OTHER, REPAIR
from desktop.qt.views.empty_state import StateAction

if TYPE_CHECKING:
    from desktop.qt.main_window import MainWindow

_LOOK_ON = StateAction(LOOK_ON, "Open to look only")
_OPEN_OTHER = StateAction(OPEN_OTHER, "Open another library…")
_REPAIR = StateAction(REPAIR, "Repair it", is_next=True)


class Remedies(Protocol):
    """What may be tried with a library; called in a lane, except ``choose``."""

    def choose(self, folder: Path | None, *, is_read_only: bool) -> None:
        """Open this library from now on; None: the one that was meant."""
        ...

    def plan(self) -> str:
        """What a repair would do and what it costs, for the person."""
        ...

    def repair(self) -> str:
        """Do it; returns what was done, for the person."""
        ...


class Rescue(QObject):
    """Offers remedies in the centre of the window, and carries out the one that is chosen.

    Args:
        open_again: opens the library, as it is chosen by then.
    """

    def __init__(
        self,
        remedies: Remedies,
        window: MainWindow,
        lanes: Lanes,
        open_again: Callable[[], None],
    ) -> None:
        super().__init__()
        self._remedies = remedies
        self._window = window
        self._lanes = lanes
        self._open_again = open_again
        self._todo = {
            LOOK_ON: self._look_on,
            OPEN_OTHER: self._open_other,
            REPAIR: self._repair,
        }
        window.remedy_chosen.connect(lambda key: self._todo[key]())

    def offer(self, error: PlantainError) -> None:
        """Show the error with what can be done about it."""
        self._show(error.sentence(), _remedies_for(error))
        if isinstance(error, LibraryDamaged):
            handle = self._lanes.index.submit(lambda _: self._remedies.plan())
            handle.finished.connect(
                lambda plan: self._show(
                    f"{error.headline} {error.safe} {plan}", (_REPAIR, _OPEN_OTHER)
                )
            )
            handle.failed.connect(self._fail)

    def _show(self, words: str, remedies: tuple[StateAction, ...]) -> None:
        self._window.centre.show_open_failure(words, remedies)

    def _look_on(self) -> None:
        self._remedies.choose(None, is_read_only=True)
        self._open_again()

    def _open_other(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Open another library")
        if folder:
            self._remedies.choose(Path(folder), is_read_only=False)
            self._open_again()

    def _repair(self) -> None:
        self._window.centre.show_opening()
        handle = self._lanes.index.submit(lambda _: self._remedies.repair())
        handle.finished.connect(self._on_repaired)
        handle.failed.connect(self._fail)

    def _on_repaired(self, words: str) -> None:
        self._window.centre.notice.say(words)
        self._open_again()

    def _fail(self, error: object) -> None:
        words = error.sentence() if isinstance(error, PlantainError) else str(error)
        self._show(words, (_OPEN_OTHER,))


def _remedies_for(error: PlantainError) -> tuple[StateAction, ...]:
    if isinstance(error, LibraryInUse | LibraryReadOnly):
        return (_LOOK_ON, _OPEN_OTHER)
    return (_OPEN_OTHER,)
