"""What became of products, as a test says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.generation_record import BASE, GenerationRecord, Reference
from desktop.core.product_truth import ProductTruth
from desktop.core.progress import Progress, ProgressSteps
from desktop.core.text import tr
from desktop.services.generation.product_check import (
    CheckedProduct,
    ProductCheck,
    TruthReport,
    products_of,
)


class FakeProductCheck(ProductCheck):
    """Finds ``truth`` for every product.

    Args:
        record: how a picture was made.
    """

    def __init__(self, record: Callable[[int], GenerationRecord | None]) -> None:
        self._record = record
        self.truth = ProductTruth(score=1.0)
        self.asked: list[int] = []

    def has_product(self, asset_id: int) -> bool:
        return bool(self._products(asset_id))

    def known(self, asset_id: int) -> TruthReport | None:
        if not self.has_product(asset_id) or asset_id not in self.asked:
            return None
        products = self._products(asset_id).values()
        found = tuple(CheckedProduct(each, self.truth) for each in products)
        return TruthReport(Path(f"/p/{asset_id}.png"), asset_id, found)

    def check_asset(self, asset_id: int, cancel: CancelToken) -> ProgressSteps[TruthReport]:
        yield Progress(tr("Comparing with the product"), 1, 1)
        self.asked.append(asset_id)
        report = self.known(asset_id)
        assert report is not None
        return report

    def _products(self, asset_id: int) -> dict[int, Reference]:
        """Its own, or those of its base."""
        record = self._record(asset_id)
        if record is None:
            return {}
        references = record.request.references
        base = next((each.asset_id for each in references if each.role == BASE), None)
        return products_of(references) or ({} if base is None else self._products(base))
