"""Sorting by look: which picture stands beside which is found out in a lane."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.core.cancellation import CancelToken
from desktop.qt.jobs.changes import Changes
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.lane import Latest

Item = TypeVar("Item")
_KEPT = 4
"""Rows of pictures; what is looked at, and the two parts of a search."""


class LookRows(QObject):
    """The rows that are known, for who shows them."""

    wanted = Signal(object)
    """tuple[int, ...]: ids that are to be put in a row; ``put_in_a_row`` answers."""
    found = Signal()
    """``arranged`` has another answer now."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: OrderedDict[tuple[int, ...], Sequence[int]] = OrderedDict()

    def arranged(self, items: Sequence[Item], id_of: Callable[[Item], int]) -> Sequence[Item]:
        """Side by side what looks alike; until that is known, as the last row has them, and behind
        it those that it does not have."""
        asked = tuple(map(id_of, items))
        if len(asked) < 2:
            return items
        row = self._rows.get(asked)
        if row is None:
            self.wanted.emit(asked)
            row = next(reversed(self._rows.values()), ())
        by_id = dict(zip(asked, items, strict=True))
        return [*(by_id.pop(i) for i in row if i in by_id), *by_id.values()]

    def put_in_a_row(self, asked: tuple[int, ...], row: Sequence[int]) -> None:
        """The answer."""
        self._rows[asked] = row
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        self.found.emit()

    def forget(self) -> None:
        """Another model sees other things alike."""
        self._rows.clear()


class LookController(QObject):
    """Answers what is wanted, the newest question first."""

    def __init__(self, context: Context, rows: LookRows) -> None:
        super().__init__()
        self._context = context
        self._rows = rows
        self._wanted: list[tuple[int, ...]] = []
        self._orders = Latest(context.lanes.looks, self)
        self._orders.finished.connect(self._show)
        self._orders.failed.connect(context.notice)
        rows.wanted.connect(self._ask)
        context.hub.changed.connect(self._on_changes)

    # ------------------------------------------------------------------ inside

    def _ask(self, asked: tuple[int, ...]) -> None:
        looks = self._context.engine.look_order
        self._wanted = [*(each for each in self._wanted if each != asked), asked][-2:]
        wanted = tuple(self._wanted)

        def order(cancel: CancelToken) -> list[tuple[tuple[int, ...], list[int]]]:
            return [(each, looks.order(each, cancel)) for each in wanted]

        self._orders.submit(order)

    def _show(self, found: list[tuple[tuple[int, ...], list[int]]]) -> None:
        self._wanted = []
        for asked, row in found:
            self._rows.put_in_a_row(asked, row)

    def _on_changes(self, changes: Changes) -> None:
        if changes.model or (changes.vectors and not changes.is_partial):
            self._rows.forget()
