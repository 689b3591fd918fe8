"""A library that does not open: what can be done instead, and doing it.

Nothing is repaired, and no other library opened, unless the person chooses so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from desktop.core.errors import (
    LibraryDamaged,
    LibraryFull,
    LibraryInUse,
    LibraryReadOnly,
    PlantainError,
)
from desktop.core.text import marked, sentences, tr
from desktop.qt.browse.centre import Centre
from desktop.qt.jobs.lanes import Lanes
from desktop.qt.shell.library_switch import require_library
from desktop.qt.widgets.empty_state import StateAction

READ_ONLY, OPEN_OTHER, REPAIR = "recovery.read_only", "recovery.open_other", "recovery.repair"
_READ_ONLY = StateAction(READ_ONLY, marked("Open read-only"))
_OPEN_OTHER = StateAction(OPEN_OTHER, marked("Open another library…"))
_REPAIR = StateAction(REPAIR, marked("Repair it"), is_next=True)


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


class Recovery(QObject):
    """Offers remedies in the centre of the window, and carries out the one that is chosen.

    Args:
        open_again: opens the library, as it is chosen by then.
    """

    def __init__(
        self,
        remedies: Remedies,
        centre: Centre,
        lanes: Lanes,
        open_again: Callable[[], None],
    ) -> None:
        super().__init__()
        self._remedies = remedies
        self._centre = centre
        self._lanes = lanes
        self._open_again = open_again
        self._offered: tuple[StateAction, ...] = ()
        self._todo = {
            READ_ONLY: self._open_read_only,
            OPEN_OTHER: self._open_other,
            REPAIR: self._repair,
        }
        centre.action_chosen.connect(self._on_action)

    def offer(self, error: PlantainError) -> None:
        """Show the error with what can be done about it."""
        self._show(error.sentence(), _remedies_for(error))
        if isinstance(error, LibraryDamaged):
            handle = self._lanes.index.submit(lambda _: self._remedies.plan())
            handle.finished.connect(
                lambda plan: self._show(
                    sentences(error.headline, error.safe, plan), (_REPAIR, _OPEN_OTHER)
                )
            )
            handle.failed.connect(self._fail)

    def _on_action(self, key: str) -> None:
        if key in self._todo:
            self._todo[key]()

    def _show(self, message: str, remedies: tuple[StateAction, ...]) -> None:
        self._offered = remedies
        shown = tuple(replace(remedy, text=tr(remedy.text)) for remedy in remedies)
        self._centre.show_open_failure(message, shown)

    def _open_read_only(self) -> None:
        self._remedies.choose(None, is_read_only=True)
        self._open_again()

    def _open_other(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._centre.window(), tr("Open another library"))
        if folder:
            self._try(Path(folder))

    def _try(self, folder: Path) -> None:
        """Open it if it is a library, or nothing yet: elsewhere a new one would begin among
        whatever is there."""
        handle = self._lanes.browse.submit(lambda _: _require_fit(folder))
        handle.finished.connect(lambda _: self._go_over(folder))
        handle.failed.connect(self._refuse)

    def _refuse(self, error: object) -> None:
        """What was offered still is."""
        headline = error.headline if isinstance(error, PlantainError) else str(error)
        self._show(sentences(headline, tr("Choose another folder.")), self._offered)

    def _go_over(self, folder: Path) -> None:
        self._remedies.choose(folder, is_read_only=False)
        self._open_again()

    def _repair(self) -> None:
        self._centre.show_opening()
        handle = self._lanes.index.submit(lambda _: self._remedies.repair())
        handle.finished.connect(self._on_repaired)
        handle.failed.connect(self._fail)

    def _on_repaired(self, message: str) -> None:
        self._centre.notice.say(message)
        self._open_again()

    def _fail(self, error: object) -> None:
        message = error.sentence() if isinstance(error, PlantainError) else str(error)
        self._show(message, (_OPEN_OTHER,))


def _remedies_for(error: PlantainError) -> tuple[StateAction, ...]:
    if isinstance(error, LibraryFull | LibraryInUse | LibraryReadOnly):
        return (_READ_ONLY, _OPEN_OTHER)
    return (_OPEN_OTHER,)


def _require_fit(folder: Path) -> None:
    """Raises: LibraryError: something else is in it."""
    try:
        is_empty = not any(folder.iterdir())
    except OSError:
        is_empty = False
    if not is_empty:
        require_library(folder)
