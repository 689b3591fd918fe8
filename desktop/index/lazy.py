"""A store that is opened when something has to be asked of it or written to it, and not before.

To open Milvus Lite takes two seconds, most of it for libraries; a search that is answered from
memory needs none of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.vector import VectorRow
from desktop.index.store import Allowed, Hit, VectorStore


class LazyStore:
    """A ``VectorStore`` in place of one that is opened at the first call, and closed with it.

    Args:
        uri, collection: of the store that ``open_store`` opens.
    """

    def __init__(self, uri: str, collection: str, open_store: Callable[[], VectorStore]) -> None:
        self.uri = uri
        self.collection = collection
        self._open_store = open_store
        self._lock = threading.Lock()
        self._store: VectorStore | None = None

    @property
    def is_open(self) -> bool:
        return self._store is not None

    @property
    def scalars(self) -> frozenset[str]:
        return self._opened().scalars

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        self._opened().upsert(rows)

    def delete(self, ids: Sequence[int]) -> None:
        self._opened().delete(ids)

    def drop(self) -> None:
        self._opened().drop()

    def flush(self) -> None:
        if self._store is not None:
            self._store.flush()

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: Allowed | None = None
    ) -> list[Hit]:
        return self._opened().search(vector, limit, allowed)

    def count(self) -> int:
        return self._opened().count()

    def ids(self) -> set[int]:
        return self._opened().ids()

    def release(self) -> None:
        if self._store is not None:
            self._store.release()

    def close(self) -> None:
        with self._lock:
            store, self._store = self._store, None
        if store is not None:
            store.close()

    def _opened(self) -> VectorStore:
        with self._lock:
            if self._store is None:
                self._store = self._open_store()
            return self._store
