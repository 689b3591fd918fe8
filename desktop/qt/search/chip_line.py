"""The chips of the search bar and the field behind them, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QWidget

from desktop.core.annotations import name_key
from desktop.qt.images.cache import PixmapCache
from desktop.qt.search.query_chips import (
    Condition,
    ConditionChip,
    Held,
    PictureChip,
    Pictured,
    QueryChip,
)
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.flow_layout import FlowLayout

_ROOM_TO_TYPE = 16 * UNIT


class ChipLine(QWidget):
    """Shows what is held; what a person does to a chip it tells.

    Args:
        field: where the text is typed, behind the last chip.
    """

    edit_wanted = Signal(object)
    """Condition: make text of it again."""
    removed = Signal(object)
    """Condition or Pictured."""
    weighed = Signal(object, object)
    """Pictured, and the Example that it should be."""

    def __init__(self, theme: Theme, cache: PixmapCache, field: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self._cache = cache
        self._field = field
        self._held: Sequence[Held] = ()
        self._colours: Mapping[str, str] = {}
        self.chips: Sequence[QueryChip] = ()
        self._flow = FlowLayout(self, UNIT // 2, rest=_ROOM_TO_TYPE)
        self._flow.addWidget(field)

    def show_held(self, held: Sequence[Held]) -> None:
        """A chip for each, in this order."""
        self._held = held
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self._field)
        self.chips = [self._chip(each) for each in held]
        before: QWidget | None = None
        for shown in (*self.chips, self._field):
            self._flow.addWidget(shown)
            shown.show()
            if before is not None:
                QWidget.setTabOrder(before, shown)
            before = shown

    def show_tag_colours(self, colours: Mapping[str, str]) -> None:
        """Key of a tag -> token of its colour."""
        is_seen = any(isinstance(each, Condition) and each.shown.tag for each in self._held)
        if colours != self._colours:
            self._colours = colours
            if is_seen:
                self.show_held(self._held)

    def event(self, event: QEvent) -> bool:
        """Grows with its lines; Qt would keep the height that it had."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def _chip(self, held: Held) -> QueryChip:
        made: QueryChip
        if isinstance(held, Pictured):
            made = PictureChip(self._theme, self._cache, held)
            made.changed.connect(lambda example: self.weighed.emit(held, example))
        else:
            tone = self._colours.get(name_key(held.shown.tag), "text_soft")
            made = ConditionChip(self._theme, held, tone)
            made.edit_wanted.connect(lambda: self.edit_wanted.emit(held))
        made.removed.connect(lambda: self.removed.emit(held))
        return made
