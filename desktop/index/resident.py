"""A store that answers from memory, in front of one that keeps: exact, and fast on a local file.

Milvus Lite ranks in Python, 40 times slower than one matrix product. Every write goes to the store
behind first and then to memory; what was there before is loaded in the background, and until that
is done the store behind answers, if it is open.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop.core.vector import VectorRow
from desktop.index.exact import ExactIndex, VectorsOf
from desktop.index.lazy import LazyStore
from desktop.index.store import Allowed, Hit, VectorStore

VectorChunk = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.floating]]
"""Row ids (n,), asset ids (n,), values (n, d); no id twice."""

_LOG = logging.getLogger(__name__)


class ResidentStore:
    """A ``VectorStore`` in front of another, which it owns and closes.

    Args:
        store: takes every write, and is the truth about ids and counts.
        dimension: length of a vector.
        chunks: begins to read the rows of ``store``, some thousands at a time; called in a thread
            of its own. Rows that are written meanwhile may be in it or not, as they were or as
            they are.
        vectors_of: reads the vectors of some rows, as ``ExactIndex`` takes it.
    """

    def __init__(
        self,
        store: VectorStore,
        dimension: int,
        chunks: Callable[[], Iterable[VectorChunk]],
        vectors_of: VectorsOf,
    ) -> None:
        self._store = store
        self._chunks = chunks
        # Writers take turns over both places, so that the last word is the same in both.
        self._write_lock = threading.Lock()
        # Over the three below. A search holds it too: it keeps every core busy as it is, and a
        # writer's part in memory waits no longer than for one product and what is read after it.
        self._lock = threading.Lock()
        self._rows: ExactIndex | None = ExactIndex(dimension, vectors_of)  # None: given up
        self._is_loaded = False
        self._written: set[int] = set()  # while loading: newer than whatever is still read
        self._loader = threading.Thread(target=self._load, name="resident-loader", daemon=True)
        self._loader.start()

    @property
    def uri(self) -> str:
        return self._store.uri

    @property
    def collection(self) -> str:
        return self._store.collection

    def wait_until_loaded(self, timeout_s: float | None = None) -> bool:
        """True once searches are answered from memory; False if not yet, or if loading failed."""
        self._loader.join(timeout_s)
        return self._is_loaded

    @property
    def scalars(self) -> frozenset[str]:
        """None: in memory, ids are as quick."""
        return frozenset()

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        last = list({row.id: row for row in rows}.values())
        with self._write_lock:
            self._store.upsert(last)
            if not last:
                return
            ids = np.array([row.id for row in last], np.int64)
            asset_ids = np.array([row.asset_id for row in last], np.int64)
            values = np.stack([row.value for row in last])
            with self._lock:
                if self._rows is not None:
                    self._rows.put(ids, asset_ids, values)
                    self._note_written(ids)

    def delete(self, ids: Sequence[int]) -> None:
        with self._write_lock:
            self._store.delete(ids)
            gone = np.array(ids, np.int64)
            with self._lock:
                if self._rows is not None:
                    self._rows.remove(gone)
                    self._note_written(gone)

    def flush(self) -> None:
        self._store.flush()

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: Allowed | None = None
    ) -> list[Hit]:
        if isinstance(self._store, LazyStore) and not self._store.is_open:
            self._loader.join()  # sooner done than opening it
        # Read outside the lock, so that a search never waits while a chunk is taken in.
        if self._is_loaded:
            with self._lock:
                if self._rows is not None:
                    return self._rows.search(
                        vector, limit, None if allowed is None else allowed.ids
                    )
        return self._store.search(vector, limit, allowed)

    def count(self) -> int:
        return self._store.count()

    def ids(self) -> set[int]:
        return self._store.ids()

    def drop(self) -> None:
        with self._write_lock:
            self._store.drop()
            self._forget()

    def release(self) -> None:
        self._store.release()

    def close(self) -> None:
        self._forget()
        self._loader.join()
        self._store.close()

    def _note_written(self, ids: NDArray[np.int64]) -> None:
        if not self._is_loaded:
            self._written.update(ids.tolist())

    def _forget(self) -> None:
        """Give the memory back; loading ends at its next chunk."""
        with self._lock:
            self._rows = None
            self._is_loaded = False
            self._written.clear()

    def _load(self) -> None:
        try:
            for ids, asset_ids, values in self._chunks():
                with self._lock:
                    if self._rows is None:
                        return
                    is_newest = ~np.isin(ids, np.fromiter(self._written, np.int64))
                    self._rows.put(ids[is_newest], asset_ids[is_newest], values[is_newest])
        except Exception:  # noqa: BLE001 (logged; the store behind goes on answering)
            _LOG.exception("%s could not be loaded into memory", self.collection)
            self._forget()
            return
        with self._lock:
            if self._rows is not None:
                self._is_loaded = True
                self._written.clear()
                _LOG.info("%s: %d vectors are in memory", self.collection, len(self._rows))
