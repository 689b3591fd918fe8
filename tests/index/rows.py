"""Rows as they lie in a collection, for tests that look behind a store."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.resident import VectorChunk


def halves(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Brought to length 1 and rounded to float16, as the catalogue gives them out."""
    return unit(vectors).astype(np.float16).astype(np.float32)


def directions(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """(…, d) of exactly length 1."""
    doubles = vectors.astype(np.float64)
    return doubles / np.linalg.norm(doubles, axis=-1, keepdims=True)


def vectors_in(
    store: MilvusStore, ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Those of ``ids`` that ``store`` holds, and their vectors, as a catalogue reads them."""
    found = store._client.get(store.collection, ids=ids.tolist(), output_fields=["id", "vector"])
    return (
        np.array([row["id"] for row in found], np.int64),
        np.array([row["vector"] for row in found], np.float32),
    )


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
