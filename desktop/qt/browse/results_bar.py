"""The thin bar above the grid: what is shown, how many, in which order, how large."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSizePolicy, QSlider, QWidget

from desktop.core.text import ngettext, tr
from desktop.qt.browse.asset_grid import DEFAULT_TILE, LARGEST, SMALLEST
from desktop.qt.browse.ordering import TURNABLE, Order
from desktop.qt.theme import CONTROL_HEIGHT, UNIT, Theme
from desktop.qt.widgets.buttons import icon_button
from desktop.qt.widgets.labels import ElidedLabel, label

_TITLE = 15 * UNIT
"""Room for what is shown, where its title is not shorter."""
_SLIDER = 6 * UNIT, 14 * UNIT
"""The narrowest and the widest."""


class ResultsBar(QFrame):
    """Says what the grid shows; where room is scarce, the size of the pictures gives way, and then
    their count, which the title's tooltip has."""

    tile_size_changed = Signal(int)
    order_chosen = Signal(object)
    """Order, by the person's hand."""
    turned = Signal()
    """The order, by the person's hand."""
    why_toggled = Signal(bool)
    """Say on each result why it was found, or no longer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self.setFixedHeight(5 * UNIT)
        self._title = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self._title.setProperty("weight", "strong")
        self._count = label(tone="faint")
        self.order_combo = QComboBox()
        self.order_combo.setObjectName("order")
        # The orders of a search are longer words than those of browsing.
        self.order_combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        fixed, usual = QSizePolicy.Policy.Fixed, self.order_combo.sizePolicy().verticalPolicy()
        self.order_combo.setSizePolicy(fixed, usual)  # where room is scarce, the slider gives way
        self.order_combo.setAccessibleName(tr("Order of the pictures"))
        self.order_combo.setToolTip(tr("Order of the pictures"))
        self.order_combo.activated.connect(
            lambda row: self.order_chosen.emit(Order(self.order_combo.itemData(row)))
        )
        self._theme = theme
        self.direction_button = icon_button(theme, "arrow-down-wide-narrow", tr("Turn the order"))
        self.direction_button.setCheckable(True)
        self.direction_button.clicked.connect(self.turned)
        self.why_button = icon_button(theme, "info", tr("Why was it found?"))
        self.why_button.setCheckable(True)
        self.why_button.toggled.connect(self.why_toggled)
        self.why_button.hide()
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setValue(DEFAULT_TILE)
        self.size_slider.setSingleStep(2 * UNIT)
        self.size_slider.setPageStep(6 * UNIT)
        self.size_slider.setMinimumWidth(_SLIDER[0])
        self.size_slider.setAccessibleName(tr("Size of the pictures"))
        self.size_slider.setToolTip(tr("Size of the pictures"))
        self.size_slider.valueChanged.connect(self.tile_size_changed)
        self._small, self._large = label(), label()
        ratio = self.devicePixelRatioF()
        self._small.setPixmap(theme.pixmap("image", "text_faint", 12, ratio))
        self._small.setContentsMargins(UNIT, 0, 0, 0)
        self._large.setPixmap(theme.pixmap("image", "text_faint", 16, ratio))

        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, 0, 2 * UNIT, 0)
        row.setSpacing(UNIT)
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        row.addWidget(self.why_button)
        row.addWidget(self.order_combo)
        row.addWidget(self.direction_button)
        row.addWidget(self._small)
        row.addWidget(self.size_slider)
        row.addWidget(self._large)

    def show_browsing(self, title: str, count: int) -> None:
        """A part of the library is shown."""
        self.why_button.hide()
        self._say(title, ngettext("{count} picture", "{count} pictures", count))

    def show_searching(self, looked_for: str) -> None:
        """An answer is on its way."""
        self._say(tr("Searching for {query}…", query=looked_for), "")

    def show_matches(
        self,
        looked_for: str,
        count: int,
        notice: str = "",
        *,
        weaker: int = 0,
        has_more: bool = False,
    ) -> None:
        """Search results are shown.

        Args:
            count: of those that have to do with the query.
            notice: what to know about them.
            weaker: how many of the others are shown as well.
            has_more: still more have to do with the query than are shown.
        """
        self.why_button.setVisible(count + weaker > 0)
        if count or weaker:
            best = tr("Best matches for {query}", query=looked_for)
            found = (
                tr("{count} of more than {count} matches", count=count)
                if has_more
                else ngettext("{count} match", "{count} matches", count)
            )
            more = ngettext("{count} weaker", "{count} weaker", weaker)
            self._say(
                f"{best} · {notice}" if notice else best,
                tr("{matches} and {weaker}", matches=found, weaker=more) if weaker else found,
            )
        else:
            self._say(tr("No matches for {query}", query=looked_for), "")

    def show_nothing(self) -> None:
        """There is no library to speak of yet."""
        self._say("", "")

    def show_order(
        self, orders: Sequence[Order], chosen: Order, *, is_turned: bool = False
    ) -> None:
        """The orders there are for what is shown, and the one it is in."""
        combo = self.order_combo
        if [combo.itemData(row) for row in range(combo.count())] != [*orders]:
            combo.clear()
            for order in orders:
                combo.addItem(tr(order.value), order)
        self.order_combo.setCurrentIndex(orders.index(chosen))
        name = "arrow-up-narrow-wide" if is_turned else "arrow-down-wide-narrow"
        self.direction_button.setIcon(self._theme.icon(name))
        self.direction_button.setChecked(is_turned)
        self.direction_button.setEnabled(chosen in TURNABLE)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def title(self) -> str:
        return self._title.text()

    def _say(self, title: str, count: str) -> None:
        self._title.setText(title)
        self._count.setText(count)
        self._title.setToolTip(" · ".join(filter(None, (title, count))))
        self._fit()

    def _fit(self) -> None:
        """Share the width: the title first, then the count, the slider, and its two pictures."""
        title = self._title.fontMetrics().horizontalAdvance(self._title.text())
        left = self.width() - 4 * UNIT - min(title + UNIT // 2, _TITLE)
        left -= self.order_combo.sizeHint().width() + CONTROL_HEIGHT + 2 * UNIT
        if not self.why_button.isHidden():
            left -= CONTROL_HEIGHT + UNIT
        if self._count.text():
            left -= self._count.sizeHint().width() + UNIT
        self._count.setVisible(left >= 0)
        left -= UNIT
        self.size_slider.setVisible(left >= _SLIDER[0])
        pictures = (self._small, self._large)
        taken = sum(each.sizeHint().width() + UNIT for each in pictures)
        has_pictures = left >= _SLIDER[0] + taken
        for each in pictures:
            each.setVisible(has_pictures)
        left -= taken if has_pictures else 0
        self.size_slider.setMaximumWidth(min(max(left, _SLIDER[0]), _SLIDER[1]))
