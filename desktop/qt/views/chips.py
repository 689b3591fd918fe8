"""Names that can be taken away again: the tags of pictures, the boards they are on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.flow_layout import FlowLayout
from desktop.qt.views.words import ElidedLabel, icon_button, label

_MOST_WIDE = 30 * UNIT


class Chips(QWidget):
    """A chip for each name, with a button that takes it away."""

    removed = Signal(str)

    def __init__(self, theme: Theme, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._what = what
        self._shown: dict[str, str] = {}
        self._chips = FlowLayout(self, UNIT // 2)
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
            while (item := self._chips.takeAt(0)) is not None:
                if (old := item.widget()) is not None:
                    old.hide()
                    old.deleteLater()
            for name, remark in names.items():
                self._chips.addWidget(self._chip(name, remark))
        self.setVisible(bool(names))

    def _chip(self, name: str, remark: str) -> QWidget:
        chip = QFrame()
        chip.setObjectName("chip")
        chip.setToolTip(f"{name} ({remark})" if remark else name)
        text = ElidedLabel(name)
        text.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        text.setFixedWidth(min(text.fontMetrics().horizontalAdvance(name) + 4, _MOST_WIDE))
        remove = icon_button(
            self._theme, "x", f"Remove the {self._what} {name}", lambda: self.removed.emit(name)
        )
        remove.setFixedSize(3 * UNIT, 3 * UNIT)
        row = QHBoxLayout(chip)
        row.setContentsMargins(UNIT, 2, 2, 2)
        row.setSpacing(2)
        row.addWidget(text)
        if remark:
            row.addWidget(label(remark, scale="small", tone="faint"))
        row.addWidget(remove)
        chip.setFixedHeight(3 * UNIT + 4)
        return chip
