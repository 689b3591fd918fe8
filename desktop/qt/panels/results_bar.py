"""The thin bar above the grid: what is shown, how many, in which order, how large."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSlider, QWidget

from desktop.qt.models.ordering import Order
from desktop.qt.theme import UNIT, Theme
from desktop.qt.views.asset_grid import DEFAULT_TILE, LARGEST, SMALLEST
from desktop.qt.views.words import ElidedLabel, button, label


class ResultsBar(QFrame):
    """Says what the grid shows."""

    tile_size_changed = Signal(int)
    clear_requested = Signal()
    order_chosen = Signal(object)
    """Order, by the person's hand."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self.setFixedHeight(5 * UNIT)
        self._title = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self._title.setProperty("weight", "strong")
        self._count = label(tone="faint")
        self.clear_button = button("Back to browsing", self.clear_requested.emit, is_flat=True)
        self.clear_button.hide()
        self.order_combo = QComboBox()
        self.order_combo.setObjectName("order")
        # The orders of a search are longer words than those of browsing.
        self.order_combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.order_combo.setAccessibleName("Order of the pictures")
        self.order_combo.setToolTip("Order of the pictures")
        self.order_combo.activated.connect(
            lambda row: self.order_chosen.emit(Order(self.order_combo.itemText(row)))
        )
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setValue(DEFAULT_TILE)
        self.size_slider.setSingleStep(2 * UNIT)
        self.size_slider.setPageStep(6 * UNIT)
        self.size_slider.setFixedWidth(14 * UNIT)
        self.size_slider.setAccessibleName("Size of the pictures")
        self.size_slider.setToolTip("Size of the pictures")
        self.size_slider.valueChanged.connect(self.tile_size_changed)
        small, large = label(), label()
        ratio = self.devicePixelRatioF()
        small.setPixmap(theme.pixmap("image", "text_faint", 12, ratio))
        large.setPixmap(theme.pixmap("image", "text_faint", 16, ratio))

        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, 0, 2 * UNIT, 0)
        row.setSpacing(UNIT)
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        row.addWidget(self.clear_button)
        row.addWidget(self.order_combo)
        row.addSpacing(UNIT)
        row.addWidget(small)
        row.addWidget(self.size_slider)
        row.addWidget(large)

    def show_browsing(self, title: str, count: int) -> None:
        """A part of the library is shown."""
        self._say(title, f"{count:,} {'picture' if count == 1 else 'pictures'}")
        self.clear_button.hide()

    def show_searching(self, looked_for: str) -> None:
        """An answer is on its way."""
        self._say(f"Searching for {looked_for}…", "")
        self.clear_button.show()

    def show_matches(self, looked_for: str, count: int, notice: str = "") -> None:
        """Search results are shown; ``notice``: what to know about them."""
        if count:
            remark = f" · {notice}" if notice else ""
            self._say(f"Best matches for {looked_for}{remark}", f"{count:,} shown")
        else:
            self._say(f"No matches for {looked_for}", "")
        # Without matches the empty state below offers the way back.
        self.clear_button.setVisible(count > 0)

    def show_nothing(self) -> None:
        """There is no library to speak of yet."""
        self._say("", "")
        self.clear_button.hide()

    def show_order(self, orders: Sequence[Order], chosen: Order) -> None:
        """The orders there are for what is shown, and the one it is in."""
        combo = self.order_combo
        if [combo.itemText(row) for row in range(combo.count())] != [*orders]:
            combo.clear()
            combo.addItems([*orders])
        self.order_combo.setCurrentIndex(orders.index(chosen))

    def title(self) -> str:
        return self._title.text()

    def _say(self, title: str, count: str) -> None:
        self._title.setText(title)
        self._count.setText(count)
