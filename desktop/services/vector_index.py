"""Keeps the catalogue's ledger and the Milvus collection in agreement.

Order of every write: ledger (unsent) -> Milvus -> ledger (stored). Whatever is cut short leaves an
unsent row, which is sent again under the same id, so nothing is lost and nothing doubled.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset, displayable
from desktop.index.store import Hit, StoredVector, VectorStore
from desktop.library.catalog import Catalog, ReadFile
from desktop.library.vector_ledger import LedgerRow, VectorLedger

_ROWS_A_FLUSH = 3_000
"""Milvus Lite searches rows that are not flushed one by one, in Python (70 microseconds each)."""
_LOG = logging.getLogger(__name__)


class VectorIndex:
    """Vectors of every encoder, each in its own collection, opened at first use.

    Args:
        open_store: (encoder identity, dimension) -> its collection.
    """

    def __init__(
        self,
        catalog: Catalog,
        ledger: VectorLedger,
        open_store: Callable[[str, int], VectorStore],
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._open_store = open_store
        self._lock = threading.Lock()  # over the stores
        # Over ledger and collection together: a row on its way from one to the other would look
        # lost or unknown. Searches do not take it, so they never wait for a repair.
        self._write_lock = threading.Lock()
        self._stores: dict[str, VectorStore] = {}
        self._unflushed = 0

    def open(self, encoder: str, dimension: int) -> VectorStore:
        """The collection of ``encoder``; the first call also makes both stores agree.

        Raises:
            StoreUnreachable, StoreMismatch, LibraryInUse: as the store says.
        """
        with self._lock:
            store = self._stores.get(encoder)
            if store is not None:
                return store
            store = self._stores[encoder] = self._open_store(encoder, dimension)
        try:
            with self._write_lock:
                self._reconcile(encoder, store)
        except BaseException:
            with self._lock:
                self._stores.pop(encoder, None)
            store.close()
            raise
        return store

    def reopen_known(self, encoder: str) -> VectorStore | None:
        """As ``open``, and sends what was kept back; None when ``encoder`` has no vectors yet."""
        dimension = self._ledger.dimension(encoder)
        if not dimension:
            return None
        store = self.open(encoder, dimension)
        with self._write_lock:
            for rows in self._ledger.unsent(encoder):
                self._send(store, rows)
        return store

    def add(self, encoder: str, files: Sequence[ReadFile], vectors: NDArray[np.float32]) -> None:
        """Keep and store (n, d) unit ``vectors`` of n files; replaces what they had.

        Raises:
            StoreUnreachable: the vectors are kept in the ledger and sent later.
        """
        if not files:
            return
        store = self.open(encoder, vectors.shape[1])
        with self._write_lock:
            self._send(store, self._ledger.record(encoder, files, vectors))

    def search(
        self,
        encoder: str,
        vector: NDArray[np.float32],
        limit: int,
        allowed: NDArray[np.int64] | None = None,
    ) -> list[Hit]:
        """The ``limit`` nearest assets by cosine, best first.

        An asset counts once, by its best vector.

        Args:
            allowed: ids of the assets that may be found; None for all.
        """
        store = self.open(encoder, len(vector))
        rows = limit
        while True:
            hits = store.search(vector, rows, allowed)
            best: dict[int, Hit] = {}
            for hit in hits:
                best.setdefault(hit.asset_id, hit)
            if len(best) >= limit or len(hits) < rows:
                return list(best.values())[:limit]
            rows *= 4

    def flush(self) -> None:
        """Settle recent rows, at the end of a run."""
        with self._lock:
            stores = list(self._stores.values())
        with self._write_lock:
            if self._unflushed:
                for store in stores:
                    store.flush()
                self._unflushed = 0

    def close(self) -> None:
        with self._lock:
            stores, self._stores = self._stores, {}
        for store in stores.values():
            store.close()

    def _reconcile(self, encoder: str, store: VectorStore) -> None:
        if store.count() != self._ledger.stored_count(encoder):
            expected = self._ledger.stored_ids(encoder)
            present = store.ids()
            _LOG.warning(
                "collection %s: %d rows lost, %d unknown; repairing",
                store.collection,
                len(expected - present),
                len(present - expected),
            )
            self._ledger.mark_lost(encoder, expected - present)
            store.delete(sorted(present - expected))
        for rows in self._ledger.unsent(encoder):
            self._send(store, rows)

    def _send(self, store: VectorStore, rows: Sequence[LedgerRow]) -> None:
        assets = self._catalog.assets_by_id([row.asset_id for row in rows])
        store.upsert([_stored(row, assets[row.asset_id]) for row in rows])
        self._ledger.mark_stored(row.id for row in rows)
        self._unflushed += len(rows)
        if self._unflushed >= _ROWS_A_FLUSH:
            store.flush()
            self._unflushed = 0


def _stored(row: LedgerRow, asset: Asset) -> StoredVector:
    return StoredVector(
        id=row.id,
        asset_id=row.asset_id,
        kind=row.kind,
        value=row.value,
        scalars={
            "path": displayable(asset.path),
            "filename": asset.filename,
            "folder": displayable(asset.path.parent),
            "modified_at": asset.modified_ns // 1_000_000_000,
        },
    )
