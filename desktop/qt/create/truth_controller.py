"""Whether new pictures show the products that they were given: compared by itself, and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.core.asset import Asset
from desktop.core.text import ngettext, tr
from desktop.qt.jobs.context import Context
from desktop.qt.jobs.job_list import Outcome
from desktop.services.reports import GeneratedPicture

if TYPE_CHECKING:
    from desktop.services.generation.product_check import TruthReport


class TruthController(QObject):
    """Has new pictures compared, behind everything else, and shows them with their products.

    Args:
        compare: shows pictures side by side, two of them one over the other.
    """

    begun = Signal(int)
    """The picture of this id is being compared,"""
    checked = Signal(int, object)
    """was compared (TruthReport),"""
    left = Signal(int)
    """or was not: a person stopped it, or it failed, which the notice says."""

    def __init__(self, context: Context, compare: Callable[[Sequence[Asset]], object]) -> None:
        super().__init__()
        self._context = context
        self._compare = compare

    def check(self, picture: GeneratedPicture) -> None:
        """Compare a new picture with its products, or those of the picture that it was made from;
        without one nothing happens."""
        check, asset = self._context.engine.generation.product_check, picture.asset
        looking = self._context.lanes.browse.submit(lambda _: check.has_product(asset.id))
        looking.finished.connect(lambda has_one: self._begin(asset) if has_one else None)
        looking.failed.connect(self._context.notice)

    def compare(self, asset: Asset, report: TruthReport) -> None:
        """Look at a picture with its products, as far as they are in the library."""
        ids = [product.reference.asset_id for product in report.products]
        products = [self._context.pictures.asset(each) for each in ids if each is not None]
        there = [each for each in products if each is not None]
        if not there:
            self._context.notices.say(tr("The product is not in the library."), is_failure=True)
            return
        self._compare([*there, asset])

    def _begin(self, asset: Asset) -> None:
        check, asset_id = self._context.engine.generation.product_check, asset.id
        handle = self._context.follow(
            self._context.lanes.checks,
            tr("Compare {file} with its product", file=asset.filename),
            lambda cancel: check.check_asset(asset_id, cancel),
            _outcome,
        )
        self.begun.emit(asset_id)
        handle.finished.connect(lambda report: self.checked.emit(asset_id, report))
        handle.failed.connect(self._context.notice)
        handle.failed.connect(lambda _: self.left.emit(asset_id))
        handle.cancelled.connect(lambda: self.left.emit(asset_id))


def _outcome(report: TruthReport) -> Outcome:
    changed = sum(len(product.truth.findings) for product in report.products)
    if changed:
        return Outcome(ngettext("{count} thing changed", "{count} things changed", changed))
    if all(product.truth.is_true for product in report.products):
        return Outcome(tr("True to its product"))
    return Outcome(tr("Could not be compared"))
