"""What went wrong with a picture, and the next step, which works right there."""

from __future__ import annotations

import math

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.errors import GenerationError, LibraryError, PlantainError, Remedy
from desktop.core.text import marked, ngettext, tr
from desktop.qt.create.raw_details import RawDetails
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label

REMEDY_NAMES = {
    Remedy.TRY_AGAIN: marked("Try again"),
    Remedy.WAIT: marked("Try again"),
    Remedy.REWORD: marked("Change the prompt"),
    Remedy.CHOOSE_MODEL: marked("Choose another model"),
    Remedy.ENTER_KEY: marked("Enter another key"),
    Remedy.FEWER_REFERENCES: marked("Look at the references"),
    Remedy.OPEN_PAGE: marked("Open the page for it…"),
    Remedy.SAVE_ELSEWHERE: marked("Save it elsewhere…"),
    Remedy.RAISE_LIMIT: marked("Change the limit…"),
    Remedy.GO_ONLINE: marked("Go online"),
    Remedy.SEE_WHAT_IS_SENT: marked("See what would be sent…"),
    Remedy.USE_AS_BASE: marked("Use the picture as a base"),
}
_ALSO = {
    Remedy.OPEN_PAGE: Remedy.ENTER_KEY,
    Remedy.CHOOSE_MODEL: Remedy.TRY_AGAIN,
    Remedy.SAVE_ELSEWHERE: Remedy.TRY_AGAIN,
    Remedy.REWORD: Remedy.TRY_AGAIN,
}
FROM_REQUEST = frozenset(
    {Remedy.REWORD, Remedy.CHOOSE_MODEL, Remedy.FEWER_REFERENCES, Remedy.USE_AS_BASE}
)
"""Steps that begin with the request that failed."""
_LONGEST_COUNT_S = 3600.0


class FailureCard(QFrame):
    """Tells one error until the next picture is begun.

    Args:
        has_references: there are some that can be looked at.
    """

    remedy_chosen = Signal(object, object)
    """Remedy, PlantainError."""

    def __init__(self, parent: QWidget | None = None, *, has_references: bool = True) -> None:
        super().__init__(parent)
        self.setObjectName("danger")
        self._has_references = has_references
        self._error: PlantainError | None = None
        self._left_s = 0.0
        self._text = label(wraps=True, selectable=True)
        self.first = button("", lambda: self._choose(0))
        self.second = button("", lambda: self._choose(1), is_flat=True)
        self.details = RawDetails()
        self.details.setObjectName("of the failure")
        self._remedies: list[Remedy] = []
        row = QHBoxLayout()
        row.setSpacing(UNIT)
        row.addWidget(self.first)
        row.addWidget(self.second)
        row.addStretch()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(UNIT + 4, UNIT, UNIT + 4, UNIT)
        inside.setSpacing(UNIT)
        inside.addWidget(self._text)
        inside.addLayout(row)
        inside.addWidget(self.details)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._count_down)

    def show_error(self, error: PlantainError) -> None:
        """Say it, with what can be done about it."""
        self._error = error
        self._text.setText(error.sentence())
        self.setAccessibleName(error.sentence())
        self.details.show_details(error.details if isinstance(error, GenerationError) else "")
        self._remedies = _remedies_of(error, has_references=self._has_references)
        shown = [*self._remedies, None, None][:2]
        for made, remedy in zip((self.first, self.second), shown, strict=True):
            made.setVisible(remedy is not None)
            made.setEnabled(True)
            made.setText(tr(REMEDY_NAMES[remedy]) if remedy else "")
        seconds = error.retry_after_s if isinstance(error, GenerationError) else None
        if seconds and seconds <= _LONGEST_COUNT_S and self._remedies[:1] == [Remedy.WAIT]:
            self._left_s = seconds
            self._timer.start()
            self._show_left()
        self.show()

    def text(self) -> str:
        """What went wrong; empty when nothing did."""
        return "" if self.isHidden() else self._text.text()

    def clear(self) -> None:
        """Nothing is wrong any more."""
        self._timer.stop()
        self._error = None
        self.hide()

    def _choose(self, number: int) -> None:
        if self._error is not None and number < len(self._remedies):
            self.remedy_chosen.emit(self._remedies[number], self._error)

    def _count_down(self) -> None:
        self._left_s -= 1
        self._show_left()

    def _show_left(self) -> None:
        left = math.ceil(self._left_s)
        if left <= 0:
            self._timer.stop()
        self.first.setEnabled(left <= 0)
        self.first.setText(
            ngettext("Try again in {count} second", "Try again in {count} seconds", left)
            if left > 0
            else tr("Try again")
        )


def _remedies_of(error: PlantainError, *, has_references: bool) -> list[Remedy]:
    if isinstance(error, LibraryError):
        return [Remedy.TRY_AGAIN]
    if not isinstance(error, GenerationError):
        return []
    first = error.remedy
    if first is Remedy.FEWER_REFERENCES and not has_references:
        first = Remedy.TRY_AGAIN
    return [first, _ALSO[first]] if first in _ALSO else [first]
