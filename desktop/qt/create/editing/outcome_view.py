"""What came of an edit: before, result, what else had changed; and the whole answer instead."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.create.editing.canvas import PictureCanvas
from desktop.qt.create.editing.images import SeenOutcome
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import set_property


class OutcomeView(QWidget):
    """One picture at a time, in the same place, so that what differs is seen."""

    whole_wanted = Signal(int, bool)
    """Asset id, and whether the whole answer is to be the picture."""
    show_requested = Signal(int)
    again_requested = Signal()
    done = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outcome: SeenOutcome | None = None
        self.canvas = PictureCanvas(theme)
        self._choices = QHBoxLayout()
        self._choices.setSpacing(UNIT // 2)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._show)
        self.told = label(wraps=True, selectable=True)
        self.whole_button = button(tr("Take the whole answer"), self._take)
        self.again_button = button(tr("Change it again…"), self.again_requested.emit)
        self.library_button = button(tr("Show in library"), self._show_in_library)
        self.done_button = button(tr("Done"), self.done.emit, is_next=True)
        act = QHBoxLayout()
        act.setSpacing(UNIT)
        act.addWidget(self.whole_button)
        act.addStretch()
        for made in (self.again_button, self.library_button, self.done_button):
            act.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addLayout(self._choices)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.told)
        column.addLayout(act)

    def show_outcome(self, outcome: SeenOutcome) -> None:
        """All of it anew; the same view stays chosen where there is one of its name."""
        before = self._group.checkedButton()
        chosen = before.text() if before is not None and self.outcome is not None else ""
        self.outcome = outcome
        for made in self._group.buttons():
            self._group.removeButton(made)
        empty_layout(self._choices)
        names = [view.name for view in outcome.views]
        at = names.index(chosen) if chosen in names else outcome.first
        for number, name in enumerate(names):
            choice = QToolButton()
            choice.setObjectName("choice")
            choice.setText(name)
            choice.setCheckable(True)
            choice.setChecked(number == at)
            self._group.addButton(choice, number)
            self._choices.addWidget(choice)
        self._choices.addStretch()
        self._show(at)
        self.told.setText(outcome.told)
        set_property(self.told, "tone", "danger" if outcome.is_misfit else "soft")
        self.library_button.setVisible(not outcome.is_proposed)
        self.done_button.setText(tr("Keep this picture") if outcome.is_proposed else tr("Done"))
        self.again_button.setText(
            tr("Not this one") if outcome.is_proposed else tr("Change it again…")
        )
        self.whole_button.setVisible(outcome.has_both)
        self.whole_button.setText(
            tr("Take the marked part alone")
            if outcome.is_whole_taken
            else tr("Take the whole answer")
        )
        self.whole_button.setEnabled(True)

    def choices(self) -> list[QToolButton]:
        """The ways to look at it, in their order."""
        return [made for made in self._group.buttons() if isinstance(made, QToolButton)]

    def _show(self, number: int) -> None:
        if self.outcome is not None:
            self.canvas.show_picture(self.outcome.views[number].image)

    def _take(self) -> None:
        if self.outcome is not None:
            self.whole_button.setEnabled(False)
            self.whole_wanted.emit(self.outcome.asset_id, not self.outcome.is_whole_taken)

    def _show_in_library(self) -> None:
        if self.outcome is not None:
            self.show_requested.emit(self.outcome.asset_id)
