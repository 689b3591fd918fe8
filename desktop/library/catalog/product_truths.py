"""What became of the products that generated pictures were to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from desktop.core.product_truth import ProductTruth
from desktop.library.catalog.database import Database
from desktop.library.catalog.kept_json import read_column


class ProductTruths:
    """The ``product_truths`` table. Every method is one transaction; any thread may call it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, asset_id: int, checker: str, content_hash: str, truths: Mapping[int, ProductTruth]
    ) -> None:
        """Keep what was found, by the product's place among the references, in place of what was
        known of the picture. One whose lineage is gone meanwhile is passed over; a library that is
        only read keeps nothing.

        Raises:
            LibraryError: the catalogue cannot be written.
        """
        if self._database.is_read_only:
            return
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM product_truths WHERE asset_id = ?", (asset_id,))
            connection.executemany(
                "INSERT INTO product_truths"
                " (asset_id, position, checker, content_hash, score, truth)"
                " SELECT asset_id, ?, ?, ?, ?, ? FROM lineage WHERE asset_id = ?",
                (
                    (position, checker, content_hash, truth.score, _dump(truth), asset_id)
                    for position, truth in truths.items()
                ),
            )

    def of(self, asset_id: int, checker: str) -> dict[int, ProductTruth]:
        """What ``checker`` found, by place; nothing where it has not looked, or the picture's file
        is another since."""
        rows = self._database.read(
            "SELECT position, truth FROM product_truths JOIN assets ON assets.id = asset_id"
            " WHERE asset_id = ? AND checker = ?"
            " AND (assets.content_hash IN ('', product_truths.content_hash)) ORDER BY position",
            (asset_id, checker),
        )
        read = {row["position"]: _load(row["truth"]) for row in rows}
        return {position: truth for position, truth in read.items() if truth is not None}

    def scores(self, asset_ids: Sequence[int]) -> dict[int, float]:
        """Of those that were looked at, the score of the product that came out worst."""
        rows = self._database.read(
            "SELECT asset_id, MIN(score) AS score FROM product_truths"
            " WHERE asset_id IN (SELECT value FROM json_each(?)) GROUP BY asset_id",
            (str(list(asset_ids)),),
        )
        return {row["asset_id"]: row["score"] for row in rows}


def _dump(truth: ProductTruth) -> str:
    return msgspec.json.encode(truth).decode()


def _load(text: str) -> ProductTruth | None:
    return read_column(text, ProductTruth, "what became of a product")
