"""A store for looking on: ranks what the catalogue's vector table holds, and keeps nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import LibraryReadOnly
from desktop.core.text import tr
from desktop.core.vector import VectorRow
from desktop.index.exact import ExactIndex, VectorsOf
from desktop.index.resident import VectorChunk
from desktop.index.store import Allowed, Hit


class ReadOnlyStore:
    """A ``VectorStore`` in memory that nothing can be written to.

    It asks for no lock on the vector file, so it works beside the Plantain that holds it.

    Args:
        name: of the collection that it stands for.
        dimension: length of a vector.
        chunks: every row of that collection, read here and now.
        vectors_of: reads the vectors of some rows, as ``ExactIndex`` takes it.
    """

    def __init__(
        self,
        name: str,
        dimension: int,
        chunks: Iterable[VectorChunk],
        vectors_of: VectorsOf,
    ) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._rows = ExactIndex(dimension, vectors_of)
        self._ids: set[int] = set()
        for ids, asset_ids, values in chunks:
            self._rows.put(ids, asset_ids, values)
            self._ids.update(ids.tolist())

    @property
    def uri(self) -> str:
        return "memory"

    @property
    def collection(self) -> str:
        return self._name

    @property
    def scalars(self) -> frozenset[str]:
        """None: in memory, ids are as quick."""
        return frozenset()

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        self._refuse()

    def delete(self, ids: Sequence[int]) -> None:
        self._refuse()

    def drop(self) -> None:
        self._refuse()

    def flush(self) -> None:
        """There is nothing to settle."""

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: Allowed | None = None
    ) -> list[Hit]:
        with self._lock:
            return self._rows.search(vector, limit, None if allowed is None else allowed.ids)

    def release(self) -> None:
        """Nothing is held but memory."""

    def count(self) -> int:
        return len(self._rows)

    def ids(self) -> set[int]:
        return set(self._ids)

    def close(self) -> None:
        """Nothing is held but memory."""

    def _refuse(self) -> NoReturn:
        raise LibraryReadOnly(
            tr("The library is open for reading only."), safe=tr("Nothing was changed.")
        )
