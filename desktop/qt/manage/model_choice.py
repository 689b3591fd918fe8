"""Which model to get: a card each, with what it knows, its size, its licence, where it is from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QRadioButton, QVBoxLayout, QWidget

from desktop.core.asset import displayable
from desktop.core.text import size, tr
from desktop.qt.manage.models_dialog import entry_facts
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label

if TYPE_CHECKING:
    from desktop.embedding.models.nearby import FoundFile
    from desktop.embedding.models.registry import ModelEntry

_INDENT = 3 * UNIT


class ModelChoice(QWidget):
    """The first one is chosen until a person chooses another.

    Args:
        found: files that hold a model; they come before what would have to be downloaded.
    """

    changed = Signal()

    def __init__(
        self,
        entries: Sequence[ModelEntry],
        found: Sequence[FoundFile] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._entries, self._found = list(entries), list(found)
        self.buttons: list[QRadioButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, UNIT, 0, 0)
        self._column.setSpacing(UNIT)
        for file in self._found:
            self._add_card(tr("A file on this computer"), _about_file(file))
        for entry in self._entries:
            self._add_card(entry.name, _about_entry(entry))
        if self.buttons:
            self.buttons[0].setChecked(True)

    def file(self) -> FoundFile | None:
        """The file that is chosen, if one is."""
        at = self._chosen()
        return self._found[at] if at < len(self._found) else None

    def entry(self) -> ModelEntry | None:
        """The model that is chosen to be downloaded, or would be first; None: there is none."""
        at = max(0, self._chosen() - len(self._found))
        return self._entries[at] if self._entries else None

    def _chosen(self) -> int:
        return next((at for at, made in enumerate(self.buttons) if made.isChecked()), 0)

    def _add_card(self, name: str, about: Sequence[QLabel]) -> None:
        card = QFrame()
        card.setObjectName("card")
        made = QRadioButton(name)
        made.toggled.connect(self._on_toggled)
        self.buttons.append(made)
        below = QVBoxLayout()
        below.setContentsMargins(_INDENT, 0, 0, 0)
        below.setSpacing(2)
        for line in about:
            below.addWidget(line)
        column = QVBoxLayout(card)
        column.setContentsMargins(UNIT + 4, UNIT, UNIT + 4, UNIT)
        column.setSpacing(2)
        column.addWidget(made)
        column.addLayout(below)
        self._column.addWidget(card)

    def _on_toggled(self, is_chosen: bool) -> None:
        if not is_chosen:
            return
        # Each stands in a card of its own, where Qt does not know that they belong together.
        for made in self.buttons:
            if made is not self.sender():
                made.setChecked(False)
        self.changed.emit()


def _about_entry(entry: ModelEntry) -> list[QLabel]:
    facts = [entry_facts(entry)]
    if entry.page:
        facts.append(tr("From {place}", place=entry.page.partition("://")[2]))
    if entry.arrived_bytes:
        facts.append(tr("{size} of it are here already.", size=size(entry.arrived_bytes)))
    return [
        label(tr(entry.description), tone="soft", wraps=True),
        *(label(fact, tone="faint", scale="small", wraps=True) for fact in facts),
    ]


def _about_file(file: FoundFile) -> list[QLabel]:
    return [
        label(displayable(file.path), tone="soft", wraps=True),
        label(size(file.size_bytes), tone="faint", scale="small"),
    ]
