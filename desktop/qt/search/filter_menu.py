"""What can narrow a search, to be chosen instead of typed, in a pop-up below the search bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.core.asset import Kind
from desktop.core.colour_words import colour_named
from desktop.core.filter import ALIKE, Filter, Near, Shape, is_same
from desktop.core.query_fields import STATES
from desktop.core.query_language import QueryError, terms
from desktop.core.text import marked, number, tr
from desktop.qt.search.chip_text import chip_text, spoken
from desktop.qt.search.popup_place import place_below
from desktop.qt.theme import ICON, UNIT
from desktop.qt.widgets.flow_layout import FlowLayout
from desktop.qt.widgets.labels import label

WIDTH = 64 * UNIT
_MOST_SHARE = 90
"""Percent of a picture; there is hardly one of which a colour takes more."""
_TYPED = {
    marked("Kind"): tuple(f"type:{kind}" for kind in Kind),
    marked("Format"): ("type:jpeg", "type:png", "type:svg", "type:webp", "type:psd", "type:pdf"),
    marked("Stars"): (*(f"rating:>={stars}" for stars in range(1, 6)), "rating:0"),
    marked("Size"): ("size:<100kB", "size:100kB..2MB", "size:>2MB", "size:>20MB"),
    marked("Shape"): tuple(f"shape:{shape}" for shape in Shape),
    marked("Is"): tuple(f"is:{state}" for state in STATES if state not in ("unrated", "readable")),
}
"""Rows of choices: their heading, and what a person would type for each."""

_COLOURS = {
    **{"black": marked("black"), "grey": marked("grey"), "white": marked("white")},
    **{"beige": marked("beige"), "brown": marked("brown"), "red": marked("red")},
    **{"orange": marked("orange"), "yellow": marked("yellow"), "green": marked("green")},
    **{"cyan": marked("cyan"), "blue": marked("blue"), "navy": marked("navy")},
    **{"purple": marked("purple"), "magenta": marked("magenta"), "pink": marked("pink")},
}
"""As they are typed, and as people read them."""


class FilterMenu(QFrame):
    """Toggles conditions; each is a chip of the search bar."""

    toggled = Signal(object)
    """Filter: to be there, or there no longer."""
    changed = Signal(object, object)
    """Filter that gives way, Filter that takes its place."""
    typed = Signal(object)
    """Term: a condition with a value of the person's own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAccessibleName(tr("Narrow by"))
        self._buttons: list[tuple[Filter, QToolButton]] = []
        self._colour_buttons: list[tuple[str, QToolButton]] = []
        self._conditions: Sequence[Filter] = ()
        self.setFixedWidth(WIDTH)

    def show_below(self, bar: QWidget, conditions: Iterable[Filter]) -> None:
        """Open it; what narrows already is marked."""
        if not self._buttons:
            self._fill()
        self.mark(conditions)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(WIDTH, layout.totalHeightForWidth(WIDTH))
        place_below(self, bar)
        self.show()

    def mark(self, conditions: Iterable[Filter]) -> None:
        """These narrow now."""
        self._conditions = [*conditions]
        for wanted, made in self._buttons:
            made.setChecked(any(is_same(wanted, each) for each in self._conditions))
        colours = {each.near.colour.upper() for each in self._conditions if each.near}
        for code, made in self._colour_buttons:
            made.setChecked(code in colours)
        if self._buttons:
            self._show_scales()

    # ------------------------------------------------------------------ inside

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        rows = QGridLayout()
        rows.setHorizontalSpacing(2 * UNIT)
        rows.setVerticalSpacing(UNIT)
        rows.setColumnStretch(1, 1)
        column.addLayout(rows)
        for row, (heading, choices) in enumerate(_TYPED.items()):
            line = QWidget()
            flow = FlowLayout(line, UNIT // 2)
            for choice in choices:
                [term] = terms(choice)
                if term.filter is not None:
                    flow.addWidget(self._choice(term.filter, choice))
            self._add_row(rows, row, tr(heading), line)
        self._add_row(rows, len(_TYPED), tr("Colour"), self._colours())
        self._add_row(rows, len(_TYPED) + 1, tr("Date"), self._dates())

    def _add_row(self, rows: QGridLayout, row: int, heading: str, line: QWidget) -> None:
        head = label(heading, tone="faint", scale="small")
        head.setFixedHeight(3 * UNIT + 4)
        rows.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
        rows.addWidget(line, row, 1)

    def _choice(self, wanted: Filter, typed: str) -> QToolButton:
        name, _, value = typed.partition(":")
        is_amount = name in ("rating", "size")
        words = spoken(value) if is_amount else chip_text(wanted, typed).words
        made = QToolButton()
        made.setObjectName("choice")
        made.setText(words)
        made.setToolTip(typed)
        made.setCheckable(True)
        made.setFixedHeight(3 * UNIT + 4)
        made.clicked.connect(lambda: self.toggled.emit(wanted))
        self._buttons.append((wanted, made))
        return made

    # -- colours: a list of names, any other, and how alike --------------------------------------

    def _colours(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line, UNIT // 2)
        for name in _COLOURS:
            if code := colour_named(name):
                flow.addWidget(self._colour(name, code))
        other = QPushButton(tr("Another colour…"))
        other.setAutoDefault(False)
        other.clicked.connect(self._ask_colour)
        self._tolerance = _slider(tr("How alike a colour must be"), 2, 30)
        self._tolerance.setValue(round(100 * ALIKE))
        self._tolerance.valueChanged.connect(
            lambda value: self._change_colours(distance=value / 100)
        )
        self._share = _slider(tr("How much of the picture must have a colour"), 0, _MOST_SHARE)
        self._share.setSingleStep(5)
        self._share.setPageStep(10)
        self._share_told = label(tone="faint", scale="small")
        widest = tr("at least {share} %", share=number(_MOST_SHARE))
        self._share_told.setMinimumWidth(
            self._share_told.fontMetrics().horizontalAdvance(widest) + UNIT
        )
        self._share.sliderMoved.connect(self._tell_share)  # while it is dragged
        self._share.valueChanged.connect(self._on_share)
        self._tell_share(0)
        flow.addWidget(other)
        flow.addWidget(
            _scale(tr("exact"), self._tolerance, label(tr("similar"), tone="faint", scale="small"))
        )
        flow.addWidget(_scale(tr("a little"), self._share, self._share_told))
        return line

    def _colour(self, name: str, code: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName("swatch")
        made.setIcon(_swatch(code, self.devicePixelRatioF(), self.palette().mid().color()))
        made.setIconSize(QSize(ICON, ICON))
        made.setCheckable(True)
        made.setToolTip(f"{tr(_COLOURS[name])} · color:{name}")
        made.setAccessibleName(tr(_COLOURS[name]))
        made.setFixedSize(3 * UNIT + 4, 3 * UNIT + 4)
        made.clicked.connect(lambda: self._toggle_colour(code.upper()))
        self._colour_buttons.append((code.upper(), made))
        return made

    def _toggle_colour(self, code: str) -> None:
        there = [each for each in self._conditions if each.near and each.near.colour == code]
        self.toggled.emit(there[0] if there else self._near(code))

    def _near(self, code: str) -> Filter:
        return Filter(near=Near(code, self._tolerance.value() / 100, self._share.value()))

    def _ask_colour(self) -> None:
        chosen = QColorDialog.getColor(parent=self.parentWidget(), title=tr("Another colour"))
        if chosen.isValid():
            self.toggled.emit(self._near(chosen.name().upper()))

    def _change_colours(self, **changes: Any) -> None:
        """What is chosen already becomes more, or less, exact, or more of the picture."""
        for each in self._conditions:
            if each.near is not None:
                self.changed.emit(each, replace(each, near=replace(each.near, **changes)))

    def _on_share(self, share: int) -> None:
        self._tell_share(share)
        self._change_colours(share=share)

    def _tell_share(self, share: int) -> None:
        self._share_told.setText(
            tr("at least {share} %", share=number(share)) if share else tr("or more")
        )

    def _show_scales(self) -> None:
        """As the colour that was chosen last has them, which is not chosen anew by that."""
        near = next((each.near for each in reversed(self._conditions) if each.near), None)
        if near is None:
            return
        for slider, value in (
            (self._tolerance, round(100 * near.distance)),
            (self._share, near.share),
        ):
            with QSignalBlocker(slider):
                slider.setValue(value)
        self._tell_share(near.share)

    # -- dates -----------------------------------------------------------------------------------

    def _dates(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line, UNIT // 2)
        self._from, self._to = QLineEdit(), QLineEdit()
        for field, name, example in (
            (self._from, tr("From"), "2025-03"),
            (self._to, tr("To"), "2025-12-31"),
        ):
            field.setAccessibleName(name)
            field.setPlaceholderText(example)
            field.setFixedWidth(13 * UNIT)
            field.returnPressed.connect(self._take_dates)
        add = QPushButton(tr("Narrow"))
        add.setAutoDefault(False)
        add.clicked.connect(self._take_dates)
        for each in (self._from, self._to, add):
            flow.addWidget(each)
        return line

    def _take_dates(self) -> None:
        least, most = self._from.text().strip(), self._to.text().strip()
        text = f"date:{least}" if least == most else f"date:{least}..{most}"
        try:
            [term] = terms(text)
        except (QueryError, ValueError):
            field = self._from if not _is_date(least) else self._to
            field.setFocus()
            field.selectAll()
            return
        self.typed.emit(term)


def _slider(name: str, least: int, most: int) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(least, most)
    made.setFixedWidth(10 * UNIT)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setTracking(False)  # one search for each move, not for each step of it
    return made


def _scale(least: str, slider: QSlider, most: QLabel) -> QWidget:
    """A slider between what its ends mean."""
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(UNIT, 0, 0, 0)
    row.addWidget(label(least, tone="faint", scale="small"))
    row.addWidget(slider)
    row.addWidget(most)
    return whole


def _is_date(text: str) -> bool:
    try:
        return bool(text) and bool([*terms(f"date:{text}")])
    except QueryError:
        return False


def _swatch(code: str, ratio: float, edge: QColor) -> QIcon:
    pixmap = QPixmap(round(ICON * ratio), round(ICON * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(edge)
    painter.setBrush(QColor(code))
    painter.drawEllipse(1, 1, ICON - 2, ICON - 2)
    painter.end()
    return QIcon(pixmap)
