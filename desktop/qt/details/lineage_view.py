"""Where a picture came from, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.core.asset import Asset, displayable
from desktop.core.generation_record import GenerationRecord, Reference
from desktop.core.text import moment, tr
from desktop.qt.details.reuse import why_not_again
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.emptying import empty_layout
from desktop.qt.widgets.labels import heading, label
from desktop.qt.widgets.picture_button import PictureButton
from desktop.qt.widgets.styling import hairline
from desktop.qt.widgets.truth_view import TruthView
from desktop.services.reports import AssetDetails

if TYPE_CHECKING:
    from desktop.services.generation.product_check import TruthReport

THUMB = 6 * UNIT
PER_ROW = 5


class LineageView(QWidget):
    """Prompt, references, and the pictures that this one was a reference of."""

    asset_chosen = Signal(int)
    graph_wanted = Signal(int)
    """Asset id: show all generations."""
    prompt_reuse_requested = Signal(object)
    """GenerationRecord."""
    turn_wanted = Signal(int)
    """Id of an asset: go on from it."""
    product_part_wanted = Signal(object, object)
    """Asset, and TruthReport: change its product."""
    products_wanted = Signal(object, object)
    """Asset, and TruthReport: look at it with its products."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._pictures, self._cache = theme, pictures, cache
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(UNIT)
        self.truth: TruthView | None = None
        self.again_button: QPushButton | None = None
        self.turn_button: QPushButton | None = None
        self._closeness: QLabel | None = None

    def show_details(self, details: AssetDetails) -> None:
        """All of it anew."""
        self.clear()
        if details.lineage is not None:
            self._add_record(details.lineage, details.generator)
            if details.lineage.attempt:
                turned = details.asset.id
                self.turn_button = button(
                    tr("Say what to change…"), lambda: self.turn_wanted.emit(turned)
                )
                self._column.addWidget(self.turn_button)
            self.truth = TruthView()
            self._column.addWidget(self.truth)
            self._closeness = label(tone="soft", scale="small", wraps=True)
            self._closeness.hide()
            self._column.addWidget(self._closeness)
        if details.used_in:
            self._add_heading(tr("Used in"))
            self._add_thumbnails([(asset, asset.filename) for asset in details.used_in])
        if details.lineage is not None or details.used_in:
            shown = details.asset.id
            self._column.addWidget(
                button(tr("All generations…"), lambda: self.graph_wanted.emit(shown))
            )

    def show_truth(self, asset: Asset, report: TruthReport | None) -> None:
        """What became of the products in the picture that is shown; None: nobody has looked."""
        if self.truth is None or report is None:
            return
        self.truth.show_report(report)
        self.truth.change_wanted.connect(lambda: self.product_part_wanted.emit(asset, report))
        self.truth.compare_wanted.connect(lambda: self.products_wanted.emit(asset, report))

    def show_closeness(self, told: str) -> None:
        """How close the picture that is shown came to its brand kit; empty for nothing to say."""
        if self._closeness is not None:
            self._closeness.setText(told)
            self._closeness.setVisible(bool(told))

    def closeness(self) -> str:
        """What is said of it."""
        return self._closeness.text() if self._closeness is not None else ""

    def clear(self) -> None:
        """Nothing is known."""
        self.truth = self.again_button = self.turn_button = self._closeness = None
        empty_layout(self._column)

    def _add_record(self, record: GenerationRecord, generator: str) -> None:
        self._add_heading(tr("How it was made"))
        self._column.addWidget(label(record.request.prompt, wraps=True, selectable=True))
        made = f"{generator} · {moment(record.created_at)}"
        if record.model and not record.model.startswith(record.request.generator):
            made = f"{generator} · {record.model} · {moment(record.created_at)}"
        self._column.addWidget(label(made, tone="faint", wraps=True))
        if record.text:
            self._column.addWidget(label(record.text, tone="soft", wraps=True, selectable=True))
        if record.request.references:
            self._add_heading(tr("References"))
            self._add_thumbnails(
                [(ref, displayable(ref.path.name)) for ref in record.request.references]
            )
        self.again_button = button(
            tr("Use this prompt again"), lambda: self.prompt_reuse_requested.emit(record)
        )
        self._column.addWidget(self.again_button)
        if why_not := why_not_again(record):
            self.again_button.setEnabled(False)
            self._column.addWidget(label(why_not, tone="faint", wraps=True))

    def _add_heading(self, words: str) -> None:
        self._column.addWidget(hairline())
        self._column.addWidget(heading(words))

    def _add_thumbnails(self, things: Sequence[tuple[Asset | Reference, str]]) -> None:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(UNIT)
        grid.setColumnStretch(PER_ROW, 1)
        for number, (thing, name) in enumerate(things):
            if isinstance(thing, Asset):
                picture, asset_id = self._pictures.of_asset(thing), thing.id
            else:
                picture, asset_id = self._pictures.of_reference(thing), thing.asset_id
            shown = PictureButton(self._theme, self._cache, name, side=THUMB)
            shown.picture.show_picture(picture)
            shown.setEnabled(asset_id is not None)
            shown.clicked.connect(lambda _=False, chosen=asset_id: self.asset_chosen.emit(chosen))
            grid.addWidget(shown, number // PER_ROW, number % PER_ROW)
        self._column.addWidget(box)
