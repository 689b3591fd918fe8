"""Keywords that other programs wrote into files, offered as tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.core.annotations import clean_name, name_key
from desktop.core.errors import UsageError
from desktop.core.text import tr
from desktop.qt.details.tag_offers import tag_offer
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import heading, label

_MOST = 40
"""Offered one by one; “Add all” adds the others too."""
_MOST_WIDE = 30 * UNIT


class KeywordOffers(QWidget):
    """A button for each keyword that is no tag of the picture yet, and one for all of them."""

    accepted = Signal(object)
    """list[str], to be added as tags."""
    search_wanted = Signal(str)
    """A keyword: show what else has it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keywords: tuple[str, ...] = ()
        self._tags: frozenset[str] = frozenset()
        self._offered: list[str] | None = None
        self.all_button = button(
            tr("Add all"), lambda: self.accepted.emit(self.offered), is_flat=True
        )
        self._nothing = label(tone="faint")
        self._box = QWidget()
        self._flow = FlowLayout(self._box, UNIT // 2)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self._box.setSizePolicy(policy)
        head = QHBoxLayout()
        head.addWidget(heading(tr("Keywords in the file")), 1)
        head.addWidget(self.all_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT // 2)
        column.addLayout(head)
        column.addWidget(self._nothing)
        column.addWidget(self._box)
        self._show()

    @property
    def offered(self) -> list[str]:
        """Those that are no tags yet."""
        return list(self._offered or ())

    def show_keywords(self, keywords: Sequence[str], *, is_beside: bool = False) -> None:
        """What the files say; ``is_beside``: and what a sidecar says besides."""
        known = {name_key(word): word for word in self._keywords} if is_beside else {}
        for word in filter(None, map(_as_tag, keywords)):
            known.setdefault(name_key(word), word)
        self._keywords = tuple(known.values())
        self._show()

    def know_tags(self, tags: Iterable[str]) -> None:
        """What all of these pictures are tagged with."""
        self._tags = frozenset(map(name_key, tags))
        self._show()

    def _show(self) -> None:
        offered = [word for word in self._keywords if name_key(word) not in self._tags]
        self._nothing.setText(
            tr("All of them are tags") if self._keywords else tr("The file has none")
        )
        self._nothing.setVisible(not offered)
        self._box.setVisible(bool(offered))
        self.all_button.setEnabled(bool(offered))
        if offered == self._offered:
            return
        self._offered = offered
        empty_layout(self._flow)
        for word in offered[:_MOST]:
            made = tag_offer(self._theme, word, _MOST_WIDE, self.accepted)
            made.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            search = QAction(tr("Show all with this"), made)
            search.triggered.connect(partial(self.search_wanted.emit, word))
            made.addAction(search)
            self._flow.addWidget(made)


def _as_tag(word: str) -> str:
    """Empty for what cannot be one."""
    try:
        return clean_name(word)
    except UsageError:
        return ""
