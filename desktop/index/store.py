"""The seam between Plantain and whatever ranks vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StoredVector:
    """One row of the collection.

    Attributes:
        id: primary key, the same as in the catalogue's ledger.
        asset_id: the asset that it describes.
        kind: "image", or "frame" of a video; crops later.
        value: (d,) float32, unit length.
        scalars: what filters and other clients of the collection need: ``path``, ``filename``,
            ``folder``, ``modified_at``, of a frame its ``position`` in milliseconds …
    """

    id: int
    asset_id: int
    kind: str
    value: NDArray[np.float32]
    scalars: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])


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

    def upsert(self, rows: Sequence[StoredVector]) -> None:
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

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[Hit]:
        """The ``limit`` nearest rows by cosine, best first; (d,) float32 in.

        Args:
            allowed: ids of the assets that may be found, in any order; None for all.
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
