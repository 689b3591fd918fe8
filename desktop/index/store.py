"""The seam between Plantain and whatever ranks vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop.core.vector import VectorRow


@dataclass(frozen=True, slots=True)
class Allowed:
    """The assets that may be found.

    Attributes:
        ids: (n,) of all of them, in any order.
        expression: the same ones by the store's own scalars, for a store to which so many ids
            are a burden; empty: ``ids`` are to be used.
    """

    ids: NDArray[np.int64]
    expression: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked vector; ``score`` is the cosine similarity in [-1, 1]."""

    id: int
    asset_id: int
    score: float


class VectorStore(Protocol):
    """One collection of one encoder's vectors. Reads from any thread; one writer at a time."""

    @property
    def uri(self) -> str: ...
    @property
    def collection(self) -> str: ...

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        """Insert or replace by id; returns once acknowledged.

        Raises:
            StoreUnreachable: nothing can be said about these rows: send them again later.
        """
        ...

    def delete(self, ids: Sequence[int]) -> None:
        """Ids that are not there are no error."""
        ...

    def flush(self) -> None:
        """Make recent rows cheap to search; called every few thousand rows."""
        ...

    @property
    def scalars(self) -> frozenset[str]:
        """By which the store itself can tell which rows may be found, where that is quicker than
        by ids; see ``conditions``. Empty: it needs no expression."""
        ...

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: Allowed | None = None
    ) -> list[Hit]:
        """The ``limit`` nearest rows by cosine, best first; (d,) float32 in.

        Args:
            allowed: whose rows may be found; None for all.
        """
        ...

    def count(self) -> int: ...

    def ids(self) -> set[int]:
        """Every id in the collection; slow (seconds at 100,000), for reconciliation only."""
        ...

    def drop(self) -> None:
        """Delete the collection and every row in it. Only ever on a person's explicit word."""
        ...

    def release(self) -> None:
        """Give back what a server keeps in memory for searching; the rows stay there."""
        ...

    def close(self) -> None: ...
