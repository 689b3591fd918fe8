"""The foot of the Create panel, always in sight: who gets what, the cost, the one next step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop.core.progress import Progress
from desktop.core.text import ngettext, tr
from desktop.generation.generator import ImageGenerator
from desktop.qt.create.queue_row import QueueRow
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import label


class CreateFoot(QWidget):
    """Begins and stops, and says how far it came."""

    generate_wanted = Signal()
    cancel_wanted = Signal()
    sending_wanted = Signal()
    """Show what would be sent."""

    def __init__(self, price: QLabel) -> None:
        """
        Args:
            price: what it would cost; becomes a part of the foot.
        """
        super().__init__()
        self._honesty = label(tone="faint", scale="small", wraps=True)
        self.sending_button = button(tr("See it…"), self.sending_wanted.emit, is_flat=True)
        self.sending_button.setToolTip(tr("The very pictures and words, and where they go"))
        self.generate_button = button(tr("Create picture"), self.generate_wanted.emit, is_next=True)
        self.generate_button.setToolTip(tr("Create the picture (Ctrl+Return)"))
        self.cancel_button = button(tr("Stop"), self.cancel_wanted.emit)
        self.queue_row = QueueRow()
        self._stage = label(tone="soft", wraps=True)
        self._bar = QProgressBar(textVisible=False)
        for hidden in (self._stage, self._bar, self.cancel_button):
            hidden.hide()

        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedHeight(1)
        said = QVBoxLayout()
        said.setSpacing(UNIT // 2)
        said.addWidget(self._honesty)
        said.addWidget(price)
        honesty = QHBoxLayout()
        honesty.setSpacing(UNIT)
        honesty.addLayout(said, 1)
        honesty.addWidget(self.sending_button, 0, Qt.AlignmentFlag.AlignTop)
        act = QHBoxLayout()
        act.setSpacing(UNIT)
        act.addWidget(self.generate_button, 1)
        act.addWidget(self.cancel_button)
        inside = QVBoxLayout()
        inside.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        inside.setSpacing(UNIT)
        inside.addLayout(honesty)
        inside.addWidget(self._stage)
        inside.addWidget(self._bar)
        inside.addLayout(act)
        inside.addWidget(self.queue_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addLayout(inside)

    def show_recipient(
        self, made: ImageGenerator | None, count: int, *, is_offline: bool, is_turn: bool = False
    ) -> None:
        """Say what would leave this computer, and who gets it.

        Args:
            made: who makes the picture; None while there is nobody.
            count: of the references that go along.
            is_offline: the person wants nothing to leave this computer.
            is_turn: the talk before goes along.
        """
        self.sending_button.setVisible(made is not None and not made.is_offline)
        self._honesty.setText(_said(made, count, is_offline=is_offline, is_turn=is_turn))

    def show_possible(self, *, can_begin: bool, can_look: bool, is_running: bool) -> None:
        """What can be done now.

        Args:
            can_begin: the request is whole, so that it can be made, or wait in the queue.
            can_look: there is something to be sent.
            is_running: one is being made.
        """
        self.sending_button.setEnabled(can_look and not is_running)
        self.generate_button.setEnabled(can_begin and not is_running)
        self.queue_row.add_button.setEnabled(can_begin)
        self.generate_button.setText(tr("Creating…") if is_running else tr("Create picture"))
        self.cancel_button.setVisible(is_running)

    def show_progress(self, progress: Progress) -> None:
        """How far it came."""
        self.say(f"{progress.stage}…")
        total = progress.total or 0
        self._bar.setRange(0, total)
        self._bar.setValue(min(progress.done, total))
        self._bar.show()

    def say(self, words: str) -> None:
        """Say this above the buttons."""
        self._stage.setText(words)
        self._stage.show()

    def clear(self) -> None:
        """Nothing is being made any more."""
        self._stage.hide()
        self._bar.hide()


def _said(made: ImageGenerator | None, count: int, *, is_offline: bool, is_turn: bool) -> str:
    if made is None:
        return ""
    if made.is_offline:
        return tr(
            "Arranges the references on a board with your words and "
            "their colours. Nothing leaves this computer."
        )
    if is_offline:
        return tr("You work offline: nothing is sent until you go online.")
    if is_turn:
        return _said_of_turn(count, made.recipient)
    if count:
        return ngettext(
            "Your words and {count} picture will be sent to {recipient}, without file "
            "names or metadata.",
            "Your words and {count} pictures will be sent to {recipient}, without file "
            "names or metadata.",
            count,
            recipient=made.recipient,
        )
    return tr(
        "Your words and no pictures will be sent to {recipient}, without file names or metadata.",
        recipient=made.recipient,
    )


def _said_of_turn(count: int, recipient: str) -> str:
    if not count:
        return tr(
            "Your words and all that was said and shown before will be sent to {recipient}, "
            "without file names or metadata.",
            recipient=recipient,
        )
    return ngettext(
        "Your words, {count} picture, and all that was said and shown before will be sent "
        "to {recipient}, without file names or metadata.",
        "Your words, {count} pictures, and all that was said and shown before will be sent "
        "to {recipient}, without file names or metadata.",
        count,
        recipient=recipient,
    )
