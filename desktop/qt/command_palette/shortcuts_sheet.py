"""Every key that does something, under the headings of what it does it to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.core.text import tr
from desktop.qt.command_palette.offer import Offer
from desktop.qt.theme import UNIT
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.labels import heading, label
from desktop.qt.widgets.panel_scroll import PanelScroll

_COLUMNS = 2


class ShortcutsSheet(QDialog):
    """Made from the same list as menus and palette, so that it can leave nothing out.

    Args:
        hint: what keys do that belong to no action.
    """

    def __init__(self, offers: Sequence[Offer], hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(104 * UNIT, 72 * UNIT)
        groups: dict[str, list[Offer]] = {}
        for offer in offers:
            if offer.keys:
                groups.setdefault(offer.place, []).append(offer)
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(UNIT, UNIT, UNIT, UNIT)  # beside the ring of the focus
        columns.setSpacing(6 * UNIT)
        for part in _shared_out(groups):
            column = QVBoxLayout()
            column.setSpacing(UNIT // 2)
            for place in part:
                column.addWidget(heading(place))
                for offer in groups[place]:
                    column.addWidget(_row(offer))
                column.addSpacing(2 * UNIT)
            column.addStretch()
            columns.addLayout(column, 1)
        self.area = PanelScroll(body)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # to scroll by keys
        self.area.setAccessibleName(tr("Keyboard shortcuts"))
        foot = QHBoxLayout()
        foot.addWidget(label(hint, tone="soft", wraps=True), 1)
        foot.addSpacing(2 * UNIT)
        foot.addWidget(button(tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * UNIT, 3 * UNIT, 2 * UNIT, 2 * UNIT)
        column.setSpacing(2 * UNIT)
        column.addWidget(label(tr("Keyboard shortcuts"), scale="large", weight="strong"))
        column.addWidget(self.area, 1)
        column.addLayout(foot)
        self.area.setFocus()


def _shared_out(groups: dict[str, list[Offer]]) -> list[list[str]]:
    """The headings in columns of much the same length, in their order."""
    total = sum(len(rows) + 2 for rows in groups.values())
    columns: list[list[str]] = [[] for _ in range(_COLUMNS)]
    used = 0
    for place, rows in groups.items():
        columns[min(_COLUMNS - 1, used * _COLUMNS // max(1, total))].append(place)
        used += len(rows) + 2
    return columns


def _row(offer: Offer) -> QWidget:
    held = QWidget()
    row = QHBoxLayout(held)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(UNIT // 2)
    row.addWidget(label(offer.text, tone="soft", wraps=True), 1)
    for keys in offer.keys:
        made = label(keys, scale="small")
        made.setObjectName("key")
        row.addWidget(made)
    return held
