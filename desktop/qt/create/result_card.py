"""The picture that came back, with what was said along with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget

from desktop.core.text import number, tr
from desktop.qt.create.result_strip import ResultStrip
from desktop.qt.create.turns_view import TurnsView
from desktop.qt.images.cache import PixmapCache
from desktop.qt.images.pictures import Pictures
from desktop.qt.theme import UNIT, Theme
from desktop.qt.widgets.buttons import button
from desktop.qt.widgets.flow_layout import FlowRow, Spare
from desktop.qt.widgets.labels import ElidedLabel, label
from desktop.qt.widgets.picture_label import PictureLabel
from desktop.qt.widgets.truth_view import TruthView
from desktop.services.generation.closeness import Closeness
from desktop.services.reports import GeneratedPicture

if TYPE_CHECKING:
    from desktop.services.generation.product_check import TruthReport


class ResultCard(QFrame):
    """Shows one generated picture."""

    show_requested = Signal(int)
    """Show this asset in the library."""
    reference_wanted = Signal(object)
    """list[Asset]: go on from this picture."""
    base_wanted = Signal(object)
    more_wanted = Signal(object)
    discard_wanted = Signal(object)
    part_wanted = Signal(object)
    """Change a part of it; and this: cut out what it shows."""
    cut_out_wanted = Signal(object)
    """GeneratedPicture, all three."""
    product_part_wanted = Signal(object, object)
    """Asset, and TruthReport: change its product."""
    products_wanted = Signal(object, object)
    """Asset, and TruthReport: look at it with its products."""

    def __init__(
        self, theme: Theme, pictures: Pictures, cache: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._pictures = pictures
        self.strip = ResultStrip(theme, pictures, cache)
        self.strip.chosen.connect(self._choose)
        self.strip.draft_chosen.connect(self.show_requested)
        self._is_chosen = False
        self.result: GeneratedPicture | None = None
        self._results: tuple[GeneratedPicture, ...] = ()
        self._measured: dict[int, tuple[str, Closeness]] = {}
        self._close = label(tone="soft", scale="small", wraps=True)
        self._close.hide()
        self._truths: dict[int, TruthReport | None] = {}
        self.truth = TruthView()
        self.truth.change_wanted.connect(self._change_product)
        self.truth.compare_wanted.connect(self._show_products)
        self._picture = PictureLabel(theme, cache, ratio=0.8)
        self._name = ElidedLabel()
        self._name.setProperty("weight", "strong")
        self._made = label(tone="faint", scale="small", wraps=True)
        self._text = label(tone="soft", wraps=True, selectable=True)
        self.show_button = button(tr("Show in library"), self._show)
        self.again_button = button(tr("Use as reference"), self._reference)
        self.before_button = button(tr("Before"), self._compare)
        self.before_button.setCheckable(True)
        self.before_button.setToolTip(tr("Show the picture that this one was made from"))
        self.more_button = button(tr("More"), lambda: None)
        menu = QMenu(self.more_button)
        menu.addAction(tr("Use as base")).triggered.connect(lambda: self._emit(self.base_wanted))
        menu.addAction(tr("More like this one")).triggered.connect(
            lambda: self._emit(self.more_wanted)
        )
        menu.addSeparator()
        for name, wanted in (
            (tr("Change only a part…"), self.part_wanted),
            (tr("Cut out…"), self.cut_out_wanted),
        ):
            menu.addAction(name).triggered.connect(partial(self._emit, wanted))
        menu.addSeparator()
        menu.addAction(tr("Discard…")).triggered.connect(lambda: self._emit(self.discard_wanted))
        self.more_button.setMenu(menu)
        self.turns = TurnsView()
        self.turns.chosen.connect(self.show_result)
        row = FlowRow(self.show_button, self.again_button, spacing=UNIT, spare=Spare.WITHIN)
        second = FlowRow(self.before_button, self.more_button, spacing=UNIT, spare=Spare.WITHIN)
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.setSpacing(UNIT)
        column.addWidget(self._picture)
        column.addWidget(self._name)
        column.addWidget(self._made)
        column.addWidget(self._close)
        column.addWidget(self.truth)
        column.addWidget(self._text)
        column.addWidget(self.strip)
        column.addWidget(self.turns)
        column.addWidget(row)
        column.addWidget(second)

    def _change_product(self) -> None:
        report = self._truths.get(self.result.asset.id) if self.result is not None else None
        if self.result is not None and report is not None:
            self.product_part_wanted.emit(self.result.asset, report)

    def show_results(self, results: Sequence[GeneratedPicture]) -> None:
        """Pictures were created: the best one large, all of them small below it."""
        self._results, self._is_chosen = tuple(results), False
        self.strip.show_results(results)
        self.show_result(self._best())

    def show_result(self, result: GeneratedPicture) -> None:
        """A picture was created."""
        self.result = result
        self.strip.mark(result)
        self.turns.show_turn(result)
        self.before_button.setChecked(False)
        self.before_button.setVisible(self.turns.before() is not None)
        self._show_picture(result)
        self._name.setText(result.asset.filename)
        made: str = tr("Made by {generator}", generator=result.generator)
        model = result.record.model
        if model and model.casefold() not in result.generator.casefold():
            made += f" · {model}"
        if result.cost_usd:
            made += f" · ${number(result.cost_usd, 4)}"
        self._made.setText(made)
        self._tell_closeness(result)
        self._tell_truth(result)
        self._text.setText(result.record.text)
        self._text.setVisible(bool(result.record.text))

    def show_closeness(self, kit: str, measured: Closeness) -> None:
        """How close one of the pictures came to its kit."""
        self._measured[measured.asset_id] = (kit, measured)
        self._show_anew()

    def show_truth(self, asset_id: int, report: TruthReport | None = None) -> None:
        """What became of the products in one of the pictures; None while it is compared."""
        self._truths[asset_id] = report
        self._show_anew()

    def forget_truth(self, asset_id: int) -> None:
        """It was not compared after all."""
        self._truths.pop(asset_id, None)
        if self.result is not None:
            self._tell_truth(self.result)

    def closeness(self) -> str:
        """What is said of it; empty where nothing is."""
        return "" if self._close.isHidden() else self._close.text()

    def _show_anew(self) -> None:
        """More is known of the pictures: the best one is shown, until a person chooses one, or
        looks at an earlier turn."""
        if self.result in self._results and not self._is_chosen:
            self.show_result(self._best())
        elif self.result is not None:
            self.show_result(self.result)

    def _best(self) -> GeneratedPicture:
        """The truest to its products, among those the closest to its kit, among those the last."""
        return max(enumerate(self._results), key=self._rank)[1]

    def _rank(self, placed: tuple[int, GeneratedPicture]) -> tuple[float, float, int]:
        at, result = placed
        report = self._truths.get(result.asset.id)
        _, measured = self._measured.get(result.asset.id, ("", None))
        close = measured.score if measured is not None else None
        return (
            1.0 if report is None else report.score,  # as long as nobody knows
            -1.0 if close is None else close,
            at,
        )

    def _choose(self, result: GeneratedPicture) -> None:
        self._is_chosen = True
        self.show_result(result)

    def _tell_truth(self, result: GeneratedPicture) -> None:
        report = self._truths.get(result.asset.id)
        if report is not None:
            self.truth.show_report(report)
        elif result.asset.id in self._truths:
            self.truth.show_running()
        else:
            self.truth.hide()

    def _show_products(self) -> None:
        report = self._truths.get(self.result.asset.id) if self.result is not None else None
        if self.result is not None and report is not None:
            self.products_wanted.emit(self.result.asset, report)

    def _tell_closeness(self, result: GeneratedPicture) -> None:
        kit, measured = self._measured.get(result.asset.id, ("", None))
        said = measured.sentence(kit) if measured is not None else ""
        self._close.setText(said)
        self._close.setVisible(bool(said))

    def show_whether_searchable(self, result: GeneratedPicture, is_searchable: bool) -> None:
        """Indexing ``result`` has ended, which may not be the one shown any more."""
        if result is self.result and not is_searchable:
            self._made.setText(f"{self._made.text()} · {tr('not yet searchable by meaning')}")

    def made(self) -> str:
        """What is said of how it was made."""
        return self._made.text()

    def text(self) -> str:
        """What the generator said."""
        return self._text.text()

    def _compare(self) -> None:
        """Before and after take turns at one place, where the eye sees what moved."""
        before = self.turns.before()
        shown = before if self.before_button.isChecked() and before else self.result
        if shown is not None:
            self._show_picture(shown)

    def _show_picture(self, result: GeneratedPicture) -> None:
        self._picture.show_picture(
            self._pictures.of_asset(result.asset) or self._pictures.of_file(result.asset.path)
        )

    def _emit(self, signal: SignalInstance) -> None:
        if self.result is not None:
            signal.emit(self.result)

    def _show(self) -> None:
        if self.result is not None:
            self.show_requested.emit(self.result.asset.id)

    def _reference(self) -> None:
        if self.result is not None:
            self.reference_wanted.emit([self.result.asset])
