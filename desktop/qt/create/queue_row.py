"""The queue in one line of the Create panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.core.text import number, tr
from desktop.qt.create.queue_words import count_words, needs_look, short_wait_words
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import label
from desktop.services.generation.queueing import QueueView


class QueueRow(QWidget):
    """Leads to the queue, and into it."""

    added = Signal()
    """What is entered goes to the end of the queue."""
    show_wanted = Signal()
    matrix_wanted = Signal()
    consent_wanted = Signal()
    """Show what the next one would send, and ask."""

    def __init__(self) -> None:
        super().__init__()
        self.add_button = button(tr("Add to queue"), self.added.emit, is_flat=True)
        self.add_button.setToolTip(
            tr("Create it behind what is being made, and go on with something else")
        )
        self.show_button = button(tr("Queue…"), self.show_wanted.emit, is_flat=True)
        self.matrix_button = button(tr("Matrix…"), self.matrix_wanted.emit, is_flat=True)
        self.matrix_button.setToolTip(tr("Create it with several things in several places"))
        self.consent_button = button(
            tr("See what would be sent…"), self.consent_wanted.emit, is_flat=True
        )
        self.consent_button.hide()
        self._said = label(tone="faint", scale="small", wraps=True)
        self._said.hide()
        buttons = QWidget()
        line = FlowLayout(buttons, 0)  # longer words than English ones take two lines
        for made in (self.add_button, self.matrix_button, self.show_button):
            line.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT // 2)
        column.addWidget(buttons)
        column.addWidget(self._said)
        column.addWidget(self.consent_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_view(self, view: QueueView) -> None:
        """How many wait, and why."""
        count = len(view.waiting)
        self.show_button.setText(
            tr("Queue ({count})…", count=number(count)) if count else tr("Queue…")
        )
        why = short_wait_words(view.wait) if count else ""
        self._said.setText(" · ".join((count_words(count), why)) if why else "")
        self._said.setVisible(bool(why))
        self.consent_button.setVisible(bool(why) and needs_look(view.wait))

    def text(self) -> str:
        """What is said of the queue; empty where it does not wait."""
        return self._said.text()
