"""Keeps the catalogue's vector table and the Milvus collection in agreement.

Order of every write: catalogue (unsent) -> Milvus -> catalogue (stored). What is cut short leaves
an unsent row, which is sent again under the same id, so nothing is lost and nothing doubled. What
the catalogue deletes it remembers until Milvus has deleted it too.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import StoreError
from desktop.core.filter import EVERYTHING, Filter
from desktop.core.query import Reason, SearchHit
from desktop.core.text import tr
from desktop.core.vector import VectorRow
from desktop.index.conditions import scalars_of
from desktop.index.resident import ResidentStore
from desktop.index.store import Hit, VectorStore
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.vectors import VectorTable
from desktop.services.vectors.allowed import allowed_assets

_ROWS_A_FLUSH = 3_000
"""Milvus Lite searches rows that are not flushed one by one, in Python (70 microseconds each)."""
_LOG = logging.getLogger(__name__)


class VectorIndex:
    """Vectors of every encoder, each in its own collection, opened at first use.

    Opening and searching write nothing, so any thread may do both. Everything else is for the one
    thread that writes.

    Args:
        open_store: (encoder identity, dimension) -> its collection.
        place: where that is now; see ``VectorTable.settle_in``.
        is_read_only: take the collections as they are.
        was_killed: the last run did not end cleanly, so every id is compared the first time.
        notify: is told what was lost and put back, for the person.
    """

    def __init__(
        self,
        catalog: Catalog,
        vector_table: VectorTable,
        open_store: Callable[[str, int], VectorStore],
        *,
        place: Callable[[], str] = lambda: "",
        is_read_only: bool = False,
        was_killed: bool = False,
        notify: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self._catalog = catalog
        self._vector_table = vector_table
        self._open_store = open_store
        self._place = place
        self._is_read_only = is_read_only
        self._was_killed = was_killed
        self._notify = notify
        self._lock = threading.Lock()  # over the stores
        # Over table and collection together: a row on its way from one to the other would look
        # lost or unknown. Searches do not take it, so they never wait for a repair.
        self._write_lock = threading.Lock()
        self._stores: dict[str, VectorStore] = {}
        self._reconciled: set[str] = set()
        self._unflushed = 0

    def open(self, encoder_id: str, dimension: int) -> VectorStore:
        """The collection of ``encoder_id`` as it is, empty or behind the vector table it may be;
        any thread may open it, since nothing is written to it.

        Raises:
            StoreUnreachable, StoreMismatch, LibraryInUse: as the store says.
        """
        with self._lock:
            store = self._stores.get(encoder_id)
            if store is None:
                store = self._stores[encoder_id] = self._open_store(encoder_id, dimension)
            return store

    def open_known(self, encoder_id: str) -> VectorStore | None:
        """As ``open``; None while ``encoder_id`` has no vectors."""
        dimension = self._vector_table.dimension(encoder_id)
        return self.open(encoder_id, dimension) if dimension else None

    def opened(self) -> list[str]:
        """The encoders whose collections are in use; to open one may take seconds."""
        with self._lock:
            return list(self._stores)

    def search(
        self,
        encoder_id: str,
        vector: NDArray[np.float32],
        limit: int,
        allowed: Filter = EVERYTHING,
    ) -> list[SearchHit]:
        """The ``limit`` nearest assets by cosine, best first.

        An asset counts once, by its best vector. Found is what the collection holds at the moment:
        ``settle`` is not waited for.

        Args:
            allowed: which assets may be found.
        """
        store = self.open_known(encoder_id)
        if store is None:
            return []
        table = self._vector_table
        may_be_found = allowed_assets(self._catalog.filters, table, encoder_id, store, allowed)
        gone = set(table.deleted_ids(encoder_id))
        # So many rows hold the best of enough assets, even if every frame of the longest videos,
        # and all that is about to be deleted, came first.
        rows = limit + table.most_frames(encoder_id, limit) + len(gone)
        best: dict[int, Hit] = {}
        for hit in store.search(vector, rows, may_be_found):
            if hit.id not in gone:
                best.setdefault(hit.asset_id, hit)
        ranked = list(best.values())[:limit]
        positions = table.positions_ms([hit.id for hit in ranked])
        assets = self._catalog.assets_by_id([hit.asset_id for hit in ranked])
        known = [hit for hit in ranked if hit.asset_id in assets]  # one may have just been removed
        return [
            SearchHit(rank, assets[hit.asset_id], hit.score, Reason.MEANING, positions.get(hit.id))
            for rank, hit in enumerate(known, start=1)
        ]

    def of(self, encoder_id: str, asset_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Asset id to its (d,) unit vector; without those that have none."""
        return self._vector_table.by_asset(encoder_id, asset_ids)

    def make_findable(self, encoder_id: str) -> None:
        """Wait until every vector of ``encoder_id`` can be found.

        In memory all are, and sending them to the file is left to the next run. A collection that
        ranks by itself has to be sent what it lacks.

        Raises as ``settle``.
        """
        store = self.open_known(encoder_id)
        if isinstance(store, ResidentStore) and store.wait_until_loaded():
            return
        self.settle(encoder_id)

    # -- writing: one thread at a time, in the window the index lane ----------------------------

    def settle(self, encoder_id: str) -> int:
        """Make the collection of ``encoder_id`` hold what the vector table does; returns how many
        vectors were sent. Nothing is done where vectors may only be looked at.

        Raises:
            StoreUnreachable, StoreMismatch, LibraryInUse: as the store says; what went stays there.
        """
        self.reconcile(encoder_id)
        return sum(self.send_all(encoder_id))

    def reconcile(self, encoder_id: str, *, is_thorough: bool = False) -> int:
        """Find out what the collection of ``encoder_id`` lacks, for ``send_all``, and delete what
        does not belong there; returns how many rows differed.

        Args:
            is_thorough: compare every row; otherwise once for each opening, as far as needed.
        """
        store = None if self._is_read_only else self.open_known(encoder_id)
        if store is None:
            return 0
        with self._write_lock:
            return self._reconcile(encoder_id, store, is_thorough=is_thorough)

    def send_all(self, encoder_id: str) -> Iterator[int]:
        """Send what the collection of ``encoder_id`` has not acknowledged; yields after each batch
        how many went with it. What went stays there, however this ends."""
        return self._send_batches(encoder_id, self._vector_table.unsent)

    def add(
        self,
        encoder_id: str,
        files: Sequence[ReadFile],
        vectors: NDArray[np.float32],
        positions_ms: Sequence[int | None] = (),
    ) -> None:
        """Keep and store unit vectors; they replace all that these assets had.

        Args:
            files, vectors, positions_ms: see ``VectorTable.record``.

        Raises:
            StoreUnreachable: the vectors are kept in the vector table and sent later.
        """
        if not files:
            return
        store = self.open(encoder_id, vectors.shape[1])
        with self._write_lock:
            self._reconcile(encoder_id, store)
            rows = self._vector_table.record(encoder_id, files, vectors, positions_ms)
            self._delete(encoder_id, store)
            self._send(store, rows)

    def send_scalars(self, encoder_id: str) -> Iterator[int]:
        """Tell the collection of ``encoder_id`` what has changed about its assets (tags, rating,
        place …); yields after each batch how many rows went with it. As ``send_all``.

        Whole rows: a server before Milvus 2.6 takes no parts, and the vectors are at hand.
        """
        return self._send_batches(encoder_id, self._vector_table.with_old_scalars)

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
        for store in self._take_all():
            try:
                store.release()
            except StoreError as error:
                _LOG.info("%s was left without a word: %s", store.uri, error.message)
            store.close()

    def close(self) -> None:
        for store in self._take_all():
            store.close()

    def _take_all(self) -> list[VectorStore]:
        with self._lock:
            stores, self._stores = self._stores, {}
            self._reconciled.clear()
        return list(stores.values())

    def _reconcile(self, encoder_id: str, store: VectorStore, *, is_thorough: bool = False) -> int:
        """Make both agree, but for what is to be sent; returns how many rows did not."""
        if encoder_id in self._reconciled and not is_thorough:
            self._delete(encoder_id, store)
            return 0
        try:
            self._vector_table.settle_in(self._place())
            self._delete(encoder_id, store)
            differing = self._compare(
                encoder_id, store, is_thorough=is_thorough or self._was_killed
            )
        except BaseException:
            self._let_go(encoder_id)  # the next one opens it anew, which may find out more
            raise
        self._reconciled.add(encoder_id)
        return differing

    def _let_go(self, encoder_id: str) -> None:
        with self._lock:
            store = self._stores.pop(encoder_id, None)
        self._reconciled.discard(encoder_id)
        if store is not None:
            store.close()

    def _compare(self, encoder_id: str, store: VectorStore, *, is_thorough: bool) -> int:
        """Returns how many rows are not in both, or twice in one; those lost are to be sent anew.

        Args:
            is_thorough: compare every id, which takes seconds at 100,000; otherwise only where
                the counts differ, as any loss that is known of makes them.
        """
        differing = 0
        if is_thorough or store.count() != self._vector_table.stored_count(encoder_id):
            expected = self._vector_table.stored_ids(encoder_id)
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
            self._vector_table.mark_lost(encoder_id, lost)
            store.delete(sorted(unknown))
            if lost:
                self._notify(
                    tr(
                        "{lost} of {all} vectors were missing in the vector "
                        "store; they were put back from the catalogue.",
                        lost=len(lost),
                        all=len(expected),
                    )
                )
            if store.count() != len(expected) - len(lost):
                # Milvus Lite, killed while it wrote, may hold a row twice under one id.
                _LOG.warning("collection %s: rows are there twice; all anew", store.collection)
                store.delete(sorted(expected))
                self._vector_table.mark_lost(encoder_id, expected)
                differing += len(expected)
        return differing

    def _delete(self, encoder_id: str, store: VectorStore) -> None:
        """Delete there what was deleted here."""
        ids = self._vector_table.deleted_ids(encoder_id)
        if ids:
            store.delete(ids)
            self._vector_table.mark_deleted(ids)

    def _send_batches(
        self, encoder_id: str, batches_of: Callable[[str], Iterator[list[VectorRow]]]
    ) -> Iterator[int]:
        store = None if self._is_read_only else self.open_known(encoder_id)
        if store is None:
            return
        batches = batches_of(encoder_id)
        while True:
            with self._write_lock:  # over reading too: what was read before may be replaced by now
                rows = next(batches, None)
                if rows is None:
                    return
                self._send(store, rows)
            yield len(rows)

    def _send(self, store: VectorStore, rows: Sequence[VectorRow]) -> None:
        asset_ids = [row.asset_id for row in rows]
        assets = self._catalog.assets_by_id(asset_ids)
        tags = self._vector_table.tag_keys(asset_ids)
        store.upsert(
            [
                replace(
                    row,
                    scalars=scalars_of(
                        assets[row.asset_id], tags.get(row.asset_id, ()), row.position_ms
                    ),
                )
                for row in rows
            ]
        )
        self._vector_table.mark_stored(rows)
        self._unflushed += len(rows)
        if self._unflushed >= _ROWS_A_FLUSH:
            store.flush()
            self._unflushed = 0
