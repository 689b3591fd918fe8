"""The queue of pictures as a list: what, its state, what it costs, and the one reason to wait."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.core.attempt import Attempt, AttemptState
from desktop.core.errors import PlantainError, Remedy
from desktop.core.text import number, sentences, tr
from desktop.generation.generator import ImageGenerator
from desktop.qt.create.failure_card import REMEDY_NAMES, FailureCard
from desktop.qt.create.queue_words import (
    STATES,
    count_words,
    needs_look,
    price,
    price_words,
    spent_words,
    wait_words,
)
from desktop.qt.create.raw_details import RawDetails
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import MessageLabel, label
from desktop.services.generation.queueing import QueueView
from desktop.services.generation.spending import SpendReport

_KEY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_WHAT, _STATE, _COST = range(3)
_OF_WAITS = frozenset(
    {
        *(Remedy.ENTER_KEY, Remedy.OPEN_PAGE, Remedy.CHOOSE_MODEL),
        *(Remedy.RAISE_LIMIT, Remedy.GO_ONLINE),
    }
)
"""Steps that end a wait; the others are those of one picture, or have a button of their own."""


class QueueDialog(QDialog):
    """Shows a ``QueueView``, and says what a person wants of it."""

    pause_wanted = Signal()
    resume_wanted = Signal()
    consent_wanted = Signal()
    """Show what the next one would send, and ask."""
    cancel_wanted = Signal(object)
    """set[str]: keys of attempts."""
    retry_wanted = Signal(object)
    """list[str], the oldest first."""
    remedy_chosen = Signal(object, object, object)
    """Remedy, PlantainError, Attempt: a next step that a failure offers."""
    order_wanted = Signal(object)
    """list[str]: all that wait, in their new order."""

    def __init__(self, generators: Sequence[ImageGenerator], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Queue"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(90 * UNIT, 58 * UNIT)
        self._generators = {made.name: made for made in generators}
        self._view = QueueView(None, (), ())
        self._attempts: dict[str, Attempt] = {}
        self._summary = label(scale="large", weight="strong")
        self._why = MessageLabel(tone="soft")
        self._pause = button("", self._turn)
        self._pause.setObjectName("pause")
        self.consent_button = button(tr("See what would be sent…"), self.consent_wanted.emit)
        self.consent_button.hide()
        self.remedy_button = button("", self._do_about_wait)
        self.remedy_button.hide()
        self._wait_details = RawDetails()
        self.failure = FailureCard()
        self.failure.remedy_chosen.connect(self._do_about)
        self.failure.hide()
        self._failed: Attempt | None = None
        self.list = _List()
        self.list.setAccessibleName(tr("Pictures of the queue"))
        self.list.setColumnCount(3)
        self.list.setHeaderLabels([tr("What"), tr("State"), tr("Cost")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Stretch)
        for column in (_STATE, _COST):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemSelectionChanged.connect(self._refresh_buttons)
        self.up_button = button(tr("Earlier"), lambda: self._move(-1))
        self.up_button.setToolTip(tr("Ask for it earlier (Alt+Up)"))
        self.down_button = button(tr("Later"), lambda: self._move(1))
        self.down_button.setToolTip(tr("Ask for it later (Alt+Down)"))
        self.cancel_button = button(tr("Give up"), self._cancel)
        self.cancel_button.setToolTip(tr("Do not ask for it any more (Del)"))
        self.retry_button = button(tr("Ask again"), self._retry)
        self.retry_button.setToolTip(tr("Ask for the same once more, as a new request"))
        self._detail = label(tone="faint", scale="small", wraps=True)
        self.spent = label(tone="soft", scale="small", wraps=True)
        self.list.moved.connect(self._move)
        self.list.given_up.connect(self._cancel)
        self._lay_out()
        self._refresh_buttons()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(UNIT)
        head.addWidget(self._summary, 1)
        head.addWidget(self._pause)
        foot = QHBoxLayout()
        foot.setSpacing(UNIT)
        for made in (self.up_button, self.down_button, self.cancel_button, self.retry_button):
            foot.addWidget(made)
        foot.addStretch()
        close = button(tr("Close"), self.accept)
        close.setDefault(True)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 3 * UNIT, 2 * UNIT)
        column.setSpacing(UNIT)
        column.addLayout(head)
        why = QHBoxLayout()
        why.setSpacing(UNIT)
        why.addWidget(self._why, 1)
        why.addWidget(self.consent_button, 0, Qt.AlignmentFlag.AlignTop)
        why.addWidget(self.remedy_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(why)
        column.addWidget(self._wait_details)
        column.addWidget(self.list, 1)
        column.addWidget(self._detail)
        column.addWidget(self.failure)
        column.addWidget(self.spent)
        column.addSpacing(UNIT)
        column.addLayout(foot)

    def show_view(self, view: QueueView) -> None:
        """What there is now; what was selected stays so."""
        self._view = view
        chosen = self._chosen()
        at_work = [a for a in view.others if not a.is_over]
        over = [a for a in view.others if a.is_over]
        shown = [*at_work, *view.waiting, *over]
        self._attempts = {attempt.key: attempt for attempt in shown}
        place = self.list.verticalScrollBar().value()
        self.list.blockSignals(True)
        self.list.clear()
        for attempt in shown:
            self.list.addTopLevelItem(self._item(attempt))
        self._select(chosen)
        self.list.blockSignals(False)
        self.list.verticalScrollBar().setValue(place)
        self._tell()
        self._refresh_buttons()

    def show_spent(self, report: SpendReport) -> None:
        """What pictures have cost until now."""
        self.spent.setText(spent_words(report))

    def why(self) -> str:
        """The reason to wait; empty where there is none."""
        return "" if self._why.isHidden() else self._why.text()

    def rows(self) -> list[tuple[str, str, str]]:
        """What the list says, row by row."""
        items = (self.list.topLevelItem(at) for at in range(self.list.topLevelItemCount()))
        return [(i.text(_WHAT), i.text(_STATE), i.text(_COST)) for i in items if i is not None]

    # ------------------------------------------------------------------ inside

    def _item(self, attempt: Attempt) -> QTreeWidgetItem:
        words = " ".join(attempt.record.request.prompt.split())
        cost = price_words(attempt, self._price(attempt))
        item = QTreeWidgetItem([words, tr(STATES[attempt.state]), cost])
        item.setData(_WHAT, _KEY_ROLE, attempt.key)
        item.setToolTip(_WHAT, words)
        item.setTextAlignment(_COST, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if attempt.is_over:
            for column in (_WHAT, _STATE, _COST):
                item.setForeground(column, self.palette().placeholderText())
        return item

    def _price(self, attempt: Attempt) -> float | None:
        return price(attempt, self._generators, self._view.tokens_before.get(attempt.key, 0))

    def _tell(self) -> None:
        waiting = self._view.waiting
        count = len(waiting)
        costs = [self._price(attempt) for attempt in waiting]
        known = sum(cost for cost in costs if cost is not None)
        cost = tr("about ${total}", total=number(known, 3)) if known else ""
        said = count_words(count) if count else tr("Nothing waits.")
        self._summary.setText(" · ".join(part for part in (said, cost) if part))
        why = wait_words(self._view.wait) if count else ""
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.consent_button.setVisible(bool(why) and needs_look(self._view.wait))
        failure = self._view.wait.failure if self._view.wait is not None and count else None
        is_known = failure is not None and failure.remedy in _OF_WAITS
        self.remedy_button.setVisible(is_known)
        if failure is not None and failure.remedy is not None:
            self.remedy_button.setText(tr(REMEDY_NAMES[failure.remedy]))
        details = failure.details if failure is not None else ""
        if details != self._wait_details.details():
            self._wait_details.show_details(details)
        self._pause.setText(tr("Go on") if self._view.wait is not None else tr("Pause"))
        self._pause.setEnabled(bool(count) or self._view.wait is not None)

    def _chosen(self) -> list[str]:
        return [str(item.data(_WHAT, _KEY_ROLE)) for item in self._items() if item.isSelected()]

    def _items(self) -> list[QTreeWidgetItem]:
        items = (self.list.topLevelItem(at) for at in range(self.list.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _select(self, keys: Sequence[str]) -> None:
        wanted = set(keys)
        found = [item for item in self._items() if item.data(_WHAT, _KEY_ROLE) in wanted]
        for number_, item in enumerate(found or self._items()[:1]):
            if number_ == 0:
                self.list.setCurrentItem(item)
            item.setSelected(True)

    def _refresh_buttons(self) -> None:
        chosen = [self._attempts[key] for key in self._chosen() if key in self._attempts]
        waits = [a for a in chosen if a.state is AttemptState.QUEUED]
        order = [attempt.key for attempt in self._view.waiting]
        places = [order.index(a.key) for a in waits if a.key in order]
        self.up_button.setEnabled(bool(places) and min(places) > 0)
        self.down_button.setEnabled(bool(places) and max(places) < len(order) - 1)
        self.cancel_button.setEnabled(
            any(a.state in (AttemptState.QUEUED, AttemptState.SENT) for a in chosen)
        )
        self.retry_button.setEnabled(any(attempt.is_over for attempt in chosen))
        one = chosen[0] if len(chosen) == 1 else None
        self._detail.setText(_details(one) if one is not None else "")
        self._show_failure(one)

    def _show_failure(self, attempt: Attempt | None) -> None:
        """Why that one has no picture; what was opened of it stays open."""
        if attempt == self._failed:
            return
        self._failed = attempt
        if attempt is None or attempt.failure is None:
            self.failure.clear()
        else:
            self.failure.show_error(attempt.failure.error())

    def _do_about(self, remedy: Remedy, error: PlantainError) -> None:
        if self._failed is not None:
            self.remedy_chosen.emit(remedy, error, self._failed)

    def _do_about_wait(self) -> None:
        """The one that is next would fail like the one that made the others wait."""
        wait = self._view.wait
        if wait is not None and wait.failure is not None and self._view.waiting:
            error = wait.failure.error()
            self.remedy_chosen.emit(wait.failure.remedy, error, self._view.waiting[0])

    def _turn(self) -> None:
        (self.pause_wanted if self._view.wait is None else self.resume_wanted).emit()

    def _cancel(self) -> None:
        if self.cancel_button.isEnabled():
            self.cancel_wanted.emit(set(self._chosen()))

    def _retry(self) -> None:
        over = [a for key in self._chosen() if (a := self._attempts.get(key)) and a.is_over]
        self.retry_wanted.emit([a.key for a in sorted(over, key=lambda a: a.queued_at)])

    def _move(self, by: int) -> None:
        """All that are chosen go one place on, together."""
        made = self.up_button if by < 0 else self.down_button
        if not made.isEnabled():
            return
        chosen = set(self._chosen())
        order = [attempt.key for attempt in self._view.waiting]
        places = [at for at, key in enumerate(order) if key in chosen]
        for at in places if by < 0 else reversed(places):
            order[at], order[at + by] = order[at + by], order[at]
        self.order_wanted.emit(order)


class _List(QTreeWidget):
    """Alt with an arrow moves what is chosen, Delete gives it up."""

    moved = Signal(int)
    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(step)
        elif event.key() == Qt.Key.Key_Delete:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


def _details(attempt: Attempt) -> str:
    request = attempt.record.request
    what = tr(
        "{model}, size {size}, shape {ratio}",
        model=request.model or request.generator,
        size=request.image_size,
        ratio=request.aspect_ratio,
    )
    if attempt.state is AttemptState.UNKNOWN:
        return sentences(f"{what}.", tr("It is not sent again unless you say so."))
    return what
