"""Keeps the catalogue's ledger and the Milvus collection in agreement.

Order of every write: ledger (unsent) -> Milvus -> ledger (stored). Whatever is cut short leaves an
unsent row, which is sent again under the same id, so nothing is lost and nothing doubled. What the
ledger deletes it remembers until Milvus has deleted it too.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.core.asset import Asset, displayable
from desktop.core.errors import StoreError
from desktop.index.store import Hit, StoredVector, VectorStore
from desktop.library.catalog import Catalog, ReadFile
from desktop.library.vector_ledger import LedgerRow, VectorLedger

_ROWS_A_FLUSH = 3_000
"""Milvus Lite searches rows that are not flushed one by one, in Python (70 microseconds each)."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AssetHit:
    """A ranked asset.

    Attributes:
        score: cosine similarity of its best vector, in [-1, 1].
        position_ms: of a video, where the frame is that this vector describes; None for others.
    """

    asset_id: int
    score: float
    position_ms: int | None = None


class VectorIndex:
    """Vectors of every encoder, each in its own collection, opened at first use.

    Args:
        open_store: (encoder identity, dimension) -> its collection.
        is_read_only: take the collections as they are.
        was_killed: the last run did not end cleanly, so every id is compared at the first opening.
        notify: is told what was lost and put back, for the person.
    """

    def __init__(
        self,
        catalog: Catalog,
        ledger: VectorLedger,
        open_store: Callable[[str, int], VectorStore],
        *,
        is_read_only: bool = False,
        was_killed: bool = False,
        notify: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._open_store = open_store
        self._is_read_only = is_read_only
        self._was_killed = was_killed
        self._notify = notify
        self._lock = threading.Lock()  # over the stores
        # Over ledger and collection together: a row on its way from one to the other would look
        # lost or unknown. Searches do not take it, so they never wait for a repair.
        self._write_lock = threading.Lock()
        self._stores: dict[str, VectorStore] = {}
        self._unflushed = 0

    def open(self, encoder: str, dimension: int, *, is_sending: bool = True) -> VectorStore:
        """The collection of ``encoder``; the first call also makes both stores agree.

        Args:
            is_sending: send at once what was kept back.

        Raises:
            StoreUnreachable, StoreMismatch, LibraryInUse: as the store says.
        """
        with self._lock:
            store = self._stores.get(encoder)
            if store is not None:
                return store
            store = self._stores[encoder] = self._open_store(encoder, dimension)
        try:
            if not self._is_read_only:
                with self._write_lock:
                    self._reconcile(encoder, store, is_thorough=self._was_killed)
                    if is_sending:
                        self._send_unsent(encoder, store)
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
            self._send_unsent(encoder, store)
        return store

    def send_all(self, encoder: str) -> Iterator[int]:
        """Send what the collection of ``encoder`` has not acknowledged; yields after each batch
        how many went with it. What went stays there, however this ends."""
        store = self.open(encoder, self._ledger.dimension(encoder), is_sending=False)
        batches = self._ledger.unsent(encoder)
        while True:
            with self._write_lock:  # over reading too: what was read before may be replaced by now
                rows = next(batches, None)
                if rows is None:
                    return
                self._send(store, rows)
            yield len(rows)

    def repair(self, encoder: str) -> int:
        """Compare every row of ``encoder`` in both places; returns how many differed."""
        dimension = self._ledger.dimension(encoder)
        if not dimension:
            return 0
        store = self.open(encoder, dimension)
        with self._write_lock:
            differing = self._reconcile(encoder, store, is_thorough=True)
            self._send_unsent(encoder, store)
            return differing

    def add(
        self,
        encoder: str,
        files: Sequence[ReadFile],
        vectors: NDArray[np.float32],
        positions_ms: Sequence[int | None] = (),
    ) -> None:
        """Keep and store unit vectors; they replace all that these assets had.

        Args:
            files, vectors, positions_ms: see ``VectorLedger.record``.

        Raises:
            StoreUnreachable: the vectors are kept in the ledger and sent later.
        """
        if not files:
            return
        store = self.open(encoder, vectors.shape[1])
        with self._write_lock:
            rows = self._ledger.record(encoder, files, vectors, positions_ms)
            self._delete(encoder, store)
            self._send(store, rows)

    def search(
        self,
        encoder: str,
        vector: NDArray[np.float32],
        limit: int,
        allowed: NDArray[np.int64] | None = None,
    ) -> list[AssetHit]:
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
                break
            rows *= 4
        ranked = list(best.values())[:limit]
        positions = self._ledger.positions_ms([hit.id for hit in ranked])
        return [AssetHit(hit.asset_id, hit.score, positions.get(hit.id)) for hit in ranked]

    def flush(self) -> None:
        """Settle recent rows, at the end of a run."""
        with self._lock:
            stores = list(self._stores.values())
        with self._write_lock:
            if self._unflushed:
                for store in stores:
                    store.flush()
                self._unflushed = 0

    def leave(self) -> None:
        """As ``close``, and gives back the memory of a server that will not be asked again."""
        with self._lock:
            stores, self._stores = self._stores, {}
        for store in stores.values():
            try:
                store.release()
            except StoreError as error:
                _LOG.info("%s was left without a word: %s", store.uri, error.message)
            store.close()

    def close(self) -> None:
        with self._lock:
            stores, self._stores = self._stores, {}
        for store in stores.values():
            store.close()

    def _reconcile(self, encoder: str, store: VectorStore, *, is_thorough: bool) -> int:
        """Make both agree; returns how many rows did not.

        Args:
            is_thorough: compare every id, which takes seconds at 100,000; otherwise only where
                the counts differ, as any loss that is known of makes them.
        """
        self._delete(encoder, store)
        differing = 0
        if is_thorough or store.count() != self._ledger.stored_count(encoder):
            expected = self._ledger.stored_ids(encoder)
            present = store.ids()
            lost, unknown = expected - present, present - expected
            differing = len(lost) + len(unknown)
            if differing:
                _LOG.warning(
                    "collection %s: %d rows lost, %d unknown; repairing",
                    store.collection,
                    len(lost),
                    len(unknown),
                )
            self._ledger.mark_lost(encoder, lost)
            store.delete(sorted(unknown))
            if lost:
                self._notify(
                    f"{len(lost):,} of {len(expected):,} vectors were missing in the vector store; "
                    "they were put back from the catalogue."
                )
            if store.count() != len(expected) - len(lost):
                # Milvus Lite, killed while it wrote, may hold a row twice under one id.
                _LOG.warning("collection %s: rows are there twice; all anew", store.collection)
                store.delete(sorted(expected))
                self._ledger.mark_lost(encoder, expected)
                differing += len(expected)
        return differing

    def _send_unsent(self, encoder: str, store: VectorStore) -> None:
        self._delete(encoder, store)
        for rows in self._ledger.unsent(encoder):
            self._send(store, rows)

    def _delete(self, encoder: str, store: VectorStore) -> None:
        """Delete there what was deleted here."""
        ids = self._ledger.deleted_ids(encoder)
        if ids:
            store.delete(ids)
            self._ledger.mark_deleted(ids)

    def _send(self, store: VectorStore, rows: Sequence[LedgerRow]) -> None:
        assets = self._catalog.assets_by_id([row.asset_id for row in rows])
        store.upsert([_stored(row, assets[row.asset_id]) for row in rows])
        self._ledger.mark_stored(row.id for row in rows)
        self._unflushed += len(rows)
        if self._unflushed >= _ROWS_A_FLUSH:
            store.flush()
            self._unflushed = 0


def _stored(row: LedgerRow, asset: Asset) -> StoredVector:
    position = {} if row.position_ms is None else {"position": row.position_ms}
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
            **position,
        },
    )
