"""Loading a collection on a server, which refuses one that has no index.

Making a collection, and ranking it by another index, are several requests. A kill between two of
them, or a server that does not answer in time, leaves a collection that nothing could load again.
"""

from __future__ import annotations

from typing import Any

from desktop.index.connection import BUILD_TIMEOUT_S, CALL_TIMEOUT_S
from desktop.index.search_index import SearchIndex


def load(
    client: Any, collection: str, index: SearchIndex, *, metric: str, timeout_s: float
) -> None:
    """Load ``collection``, with this index of its field "vector" where there is none.

    Args:
        client: a ``MilvusClient``.
        metric: what is near: "COSINE", "L2".
    """
    if not client.list_indexes(collection, timeout=CALL_TIMEOUT_S):
        build(client, collection, index, metric=metric)
    client.load_collection(collection, timeout=timeout_s)


def build(client: Any, collection: str, index: SearchIndex, *, metric: str) -> None:
    """Make the index of a collection that has none and is not loaded."""
    wanted: Any = client.prepare_index_params()
    wanted.add_index("vector", index_type=index.kind, metric_type=metric, params=index.build_params)
    client.create_index(collection, wanted, timeout=BUILD_TIMEOUT_S)
