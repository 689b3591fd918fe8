"""Rows of names and values, of which each stays where it is; values can be selected and copied."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QMenu, QWidget

from desktop.core.text import tr
from desktop.qt.theme import UNIT
from desktop.qt.widgets.labels import label
from desktop.qt.widgets.styling import set_property
from desktop.qt.widgets.undo import is_for_window

_UNKNOWN = "–"
_HEIGHT = 3 * UNIT
_INSET = 4
"""Of a field's text from its edge, with its border."""


class ValueRows(QWidget):
    """Names at the left, values at the right; one that is not known is a dash.

    The keyboard comes to the first value and goes on with the arrows.

    Args:
        rows: key -> what people read.
        name_width: of the left column, so that several of these stand in line.
        searchable: keys of those whose menu offers to look for the value.
    """

    search_wanted = Signal(str, str)
    """Key and value: show what else has it."""

    def __init__(
        self,
        rows: Mapping[str, str],
        name_width: int,
        searchable: Container[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.fields: dict[str, ValueField] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(UNIT)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, name_width)
        grid.setColumnStretch(1, 1)
        for at, (key, name) in enumerate(rows.items()):
            field = self.fields[key] = ValueField(name)
            if key in searchable:
                field.search_wanted.connect(partial(self.search_wanted.emit, key))
                field.is_searchable = True
            if at:
                field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            before = label(name, tone="faint")
            before.setFixedHeight(_HEIGHT)
            grid.addWidget(before, at, 0)
            grid.addWidget(field, at, 1)

    def show_values(self, values: Mapping[str, str], remark: str = "") -> None:
        """Key -> text; rows that are not named are not known.

        Args:
            remark: stands for a value that there is not.
        """
        for key, field in self.fields.items():
            value = values.get(key, "")
            field.show_value(value, is_remark=bool(value) and value == remark)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        fields = list(self.fields.values())
        here = next((at for at, field in enumerate(fields) if field.hasFocus()), None)
        if step and here is not None and 0 <= here + step < len(fields):
            fields[here + step].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)


class ValueField(QLineEdit):
    """A line that can be read, selected and copied, and that gives way where it is too long.

    While the keyboard is in it all of the text is there; otherwise it ends with an ellipsis, and
    the tooltip says the rest.
    """

    search_wanted = Signal(str)
    is_searchable = False
    """The menu offers to look for what else has this value."""
    offers: Callable[[], Sequence[tuple[str, Callable[[], object]]]] = tuple
    """What else the menu offers, asked when it opens: words, and what they do."""

    def __init__(
        self,
        name: str,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._value = ""
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setFrame(False)
        self.setProperty("value", True)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(0)
        # Qt's own margin, which labels have not.
        self.setTextMargins(-2, 0, 0, 0)
        self.show_value("")

    @property
    def value(self) -> str:
        """All of it; empty: not known."""
        return self._value

    def show_value(self, value: str, *, is_remark: bool = False) -> None:
        """One of several lines is told in one; ``is_remark``: it says why there is no value."""
        self._value = value
        self._is_remark = is_remark
        self.setToolTip(value)
        set_property(self, "unknown", is_remark or not value)
        self._fit()

    def copy_value(self) -> None:
        """What is selected goes to the clipboard, or all of it where nothing is."""
        chosen = self.selectedText() if self.hasFocus() and self.hasSelectedText() else self._value
        QGuiApplication.clipboard().setText(chosen)

    def event(self, event: QEvent) -> bool:
        if is_for_window(self, event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # for the rows
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setText(self._line() or _UNKNOWN)
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.deselect()
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy"), self.copy_value).setEnabled(bool(self._value))
        if self.is_searchable:
            search = menu.addAction(tr("Show all with this"))
            search.setEnabled(bool(self._value) and not self._is_remark)
            search.triggered.connect(lambda: self.search_wanted.emit(self._value))
        for words, do in self.offers():
            menu.addAction(words).triggered.connect(lambda _, do=do: do())
        menu.popup(event.globalPos())

    def _line(self) -> str:
        return " ".join(self._value.split("\n"))

    def _fit(self) -> None:
        if self.hasFocus():
            shown = self._line()
        else:
            room = self.width() - 2 * _INSET - 2
            shown = self.fontMetrics().elidedText(self._line(), self._mode, max(0, room))
        self.setText(shown or _UNKNOWN)
        self.setCursorPosition(0)
