"""A line in which names are typed: tags, boards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from desktop.core.annotations import join_names, name_key, split_names
from desktop.qt.widgets.undo import is_for_window

_SEPARATOR = re.compile("[;；]")
"""Of names that are typed; a comma is a part of one."""


class NameField(QLineEdit):
    """A line for names; completes the last one, and gives all of them on Enter.

    A completion that is chosen, by Enter or a click, is entered at once: nothing of it is left in
    the field, where the next name would be typed behind it.
    """

    entered = Signal(object)
    """list[str]."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.names = _Names(self)
        # Not by ``setCompleter``: the field would write what is chosen into itself, after Enter
        # has emptied it.
        self._completer = QCompleter(self.names, self)
        self._completer.setWidget(self)
        self._has_list = False
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.activated.connect(self._enter_completed)
        self.textEdited.connect(self._complete)
        self.returnPressed.connect(self._enter)

    def show_icons(self, icons: Mapping[str, QIcon]) -> None:
        """Key of a name -> what stands before it where it completes what is typed."""
        self.names.icons = icons

    def forget(self) -> None:
        """Empty it, and what undo would bring back."""
        self._close_list()
        self.setText("")

    def event(self, event: QEvent) -> bool:
        if is_for_window(self, event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        popup = self._completer.popup() if self._is_list_open else None
        if is_enter and popup is not None and popup.currentIndex().isValid():
            event.ignore()  # the completer answers what is chosen in its list
        else:
            super().keyPressEvent(event)

    @property
    def _is_list_open(self) -> bool:
        # Qt makes the list when it is first asked for, a window for every field.
        popup = self._completer.popup() if self._has_list else None
        return popup is not None and popup.isVisible()

    def _close_list(self) -> None:
        popup = self._completer.popup() if self._is_list_open else None
        if popup is not None:
            popup.hide()

    def _complete(self, typed: str) -> None:
        begun = _SEPARATOR.split(typed)[-1].strip()
        self._completer.setCompletionPrefix(begun)
        if begun:
            self._has_list = True
            popup = self._completer.popup()
            if popup is not None:
                popup.setObjectName("popup")
            self._completer.complete()
        else:
            self._close_list()

    def _enter_completed(self, name: str) -> None:
        before = join_names(split_names(";".join(_SEPARATOR.split(self.text())[:-1])))
        self.setText("; ".join(filter(None, (before, join_names([name])))))
        self._enter()

    def _enter(self) -> None:
        names = split_names(_SEPARATOR.sub(";", self.text()))
        if names:
            self.forget()
            self.entered.emit(names)


class _Names(QStringListModel):
    """Attributes:
    icons: key of a name -> its icon.
    """

    icons: Mapping[str, QIcon] = {}

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            return self.icons.get(name_key(super().data(index, Qt.ItemDataRole.DisplayRole)))
        return super().data(index, role)
