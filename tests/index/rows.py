"""Rows as they lie in a collection, for tests that look behind a store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from desktop.index.milvus import MilvusStore
from desktop.index.resident import VectorChunk


def chunks_of(store: MilvusStore, size: int = 200) -> Iterator[VectorChunk]:
    """Everything that ``store`` holds, as a loader gives it."""
    last = -1
    while True:
        found = store._client.query(
            store.collection,
            filter=f"id > {last}",
            output_fields=["id", "asset_id", "vector"],
            limit=size,
            consistency_level="Strong",
        )
        if not found:
            return
        last = max(int(row["id"]) for row in found)
        yield (
            np.array([row["id"] for row in found], np.int64),
            np.array([row["asset_id"] for row in found], np.int64),
            np.array([row["vector"] for row in found], np.float32),
        )
