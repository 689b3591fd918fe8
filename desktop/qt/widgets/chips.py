"""Names that can be taken away again: the tags of pictures, the boards they are on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from desktop.core.annotations import name_key
from desktop.core.text import tr
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import fitted_label, label

_MOST_WIDE = 30 * UNIT
_HEIGHT = 3 * UNIT + 4


class Chips(QWidget):
    """A chip for each name behind a heading, with a button that takes it away.

    Args:
        remove: what that button does, marked for the catalogue, with a place for the name.
    """

    removed = Signal(str)

    def __init__(
        self, theme: Theme, heading: str, remove: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._remove = remove
        self._shown: dict[str, str] = {}
        self._colours: Mapping[str, str] = {}
        self._chips = FlowLayout(self, UNIT // 2)
        self._heading = label(heading, tone="faint", scale="small")
        self._heading.setFixedHeight(_HEIGHT)
        self._chips.addWidget(self._heading)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_names({})

    @property
    def names(self) -> list[str]:
        return list(self._shown)

    def show_names(self, names: Mapping[str, str]) -> None:
        """Name -> what is to be said of it ("on 3 of 7"); empty for one that all have."""
        if self._shown != names:
            self._shown = dict(names)
            self._show()

    def show_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a name -> token of its colour."""
        if self._colours != colours:
            self._colours = colours
            self._show()

    def _show(self) -> None:
        empty_layout(self._chips, keep=1)
        for name, remark in self._shown.items():
            self._chips.addWidget(self._chip(name, remark))

    def _chip(self, name: str, remark: str) -> QWidget:
        remove = icon_button(
            self._theme,
            "x",
            tr(self._remove, name=name),
            lambda: self.removed.emit(name),
        )
        made = chip(name, _MOST_WIDE, remove, remark)
        if token := self._colours.get(name_key(name)):
            show_colour(made, self._theme, token)
        return made


def show_colour(made: QFrame, theme: Theme, token: str) -> None:
    """The colour of its tag, in front of the name of a ``chip``."""
    row = made.layout()
    assert isinstance(row, QHBoxLayout)
    icon = label()
    icon.setPixmap(theme.pixmap("tag", token, 14, made.devicePixelRatioF()))
    row.insertWidget(0, icon)


def tag_icons(theme: Theme, colours: Mapping[str, str]) -> dict[str, QIcon]:
    """Key of a tag -> its icon, from the token of its colour."""
    return {key: theme.icon("tag", token) for key, token in colours.items()}


def chip(name: str, most_wide: int, remove: QToolButton | None, remark: str = "") -> QFrame:
    """A name in a frame.

    Args:
        most_wide: logical pixels of the name; a longer one is elided.
        remove: takes it away; None where that cannot be.
        remark: what is to be said of it.
    """
    made = QFrame()
    made.setObjectName("chip")
    made.setToolTip(f"{name} ({remark})" if remark else name)
    row = QHBoxLayout(made)
    row.setContentsMargins(UNIT, 2, UNIT if remove is None else 2, 2)
    row.setSpacing(2)
    row.addWidget(fitted_label(name, most_wide))
    if remark:
        row.addWidget(label(remark, scale="small", tone="faint"))
    if remove is not None:
        remove.setFixedSize(3 * UNIT, 3 * UNIT)
        row.addWidget(remove)
    made.setFixedHeight(_HEIGHT)
    return made
