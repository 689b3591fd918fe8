"""Which index ranks a server's collection, by how many rows it holds.

Exact (FLAT) up to 10,000 rows, where it is as fast as any. Above, IVF_SQ8: vectors lie in lists by
similarity, as bytes. Of the index types it keeps its recall under narrow filters, which HNSW does
not on ``milvus-lite server`` (measured: 10 of 50 hits with a filter of 0.4 %), and it is built in
seconds, not minutes. On Milvus 2.3.5 HNSW (M 16, ef 128) found 0.60 of the best at 50,000 rows and
was built in 95 s, IVF_SQ8 in 23 s, all processors busy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_LISTS_FROM = ((2_000_000, 2_048), (250_000, 512), (10_000, 128))
"""From so many rows, so many lists: about the square root, as the authors of IVF advise."""
_ALL_PROBED_UP_TO = 128
"""So many lists are all looked through: ranking bytes, not numbers, is what makes it quick, and
nothing is missed that lies on the other side of a list's border. By half the lists recall was 0.94
at 100,000 rows."""
_SHARE_PROBED = 2
"""Of more lists, one in so many."""
_ROOM_BACK = 2
"""An index is made smaller only below half of where it began, so that it does not flap."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """One way to rank; ``lists`` 0 means exactly, one row after the other."""

    lists: int = 0

    @property
    def kind(self) -> str:
        return "IVF_SQ8" if self.lists else "FLAT"

    @property
    def build_params(self) -> dict[str, Any]:
        """Milvus takes them below "params" or beside it; Milvus Lite below it alone, and without
        a word makes 128 lists otherwise."""
        return {"params": {"nlist": self.lists}} if self.lists else {}

    def search_params(self, *, is_filtered: bool) -> dict[str, Any]:
        """A filter, whoever applies it, may leave rows in any list: then all are looked through."""
        is_whole = is_filtered or self.lists <= _ALL_PROBED_UP_TO
        probed = self.lists if is_whole else self.lists // _SHARE_PROBED
        params = {"nprobe": probed} if self.lists else {}
        return {"metric_type": "COSINE", "params": params}

    def suits(self, rows: int) -> bool:
        """False when another index should be built for so many rows."""
        wanted = index_for(rows)
        if wanted.lists >= self.lists:
            return wanted == self
        return index_for(rows * _ROOM_BACK).lists >= self.lists


def index_for(rows: int) -> SearchIndex:
    """The index for a collection of so many rows."""
    return next((SearchIndex(lists) for least, lists in _LISTS_FROM if rows > least), SearchIndex())


def described(description: dict[str, Any] | None) -> SearchIndex:
    """The index that ``describe_index`` tells of; one of another make is asked as if exact."""
    if not description or description.get("index_type") != "IVF_SQ8":
        return SearchIndex()
    return SearchIndex(int({**description, **description.get("params", {})}.get("nlist", 0)))
