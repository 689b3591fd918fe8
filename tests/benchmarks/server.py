"""How long a search takes on a real Milvus server, and what it finds.

`python -m tests.benchmarks.server [--json FILE] [--quick]`

The server is PyPI's Milvus 2.3.5, standalone, on this machine. The store fills it and chooses the
index as the product does. Recall is counted among the 50 best that an exact product finds, of
vectors in the shape of CLIP's (``tests.benchmarks.search``). A filter keeps a random part of the
assets, as an album, a note or a colour does, of which a server knows nothing: the store is given
ids. ``expression`` is the same by a scalar that the server has. Then 20 clients search at once
while one writes: what was written must all be there, and nobody may see an error.

Milliseconds are those of this machine as busy as it is; ``numpy_p50_ms`` beside them, one exact
product of the same rows, tells how busy that was.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import PlantainError
from desktop.core.vector import VectorRow
from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.store import Allowed
from tests.benchmarks.report import Figures, Target, at_least, at_most, percentile, run
from tests.benchmarks.search import DIMENSION, SEED, chunks, queries
from tests.index.server import MilvusServer
from tests.index.standalone import Standalone, program

ROWS, QUICK_ROWS = 100_000, 20_000
BEST = 50
KEPT = {"50_percent": 0.5, "1_percent": 0.01, "0.01_percent": 0.0001}
CLIENTS = 20
SECONDS = 20.0

TARGETS: dict[str, Target] = {
    "recall": at_least(0.98),
    "p50_ms": at_most(15),
    **{f"{name}_recall": at_least(0.98) for name in KEPT},
    **{f"{name}_p50_ms": at_most(30) for name in KEPT},
    "expression_p50_ms": at_most(30),
    "crowd_errors": at_most(0),
    "crowd_lost": at_most(0),
}


class Filled:
    """A collection of so many rows on a server, and the same rows in memory."""

    def __init__(self, server: MilvusServer, rows: int) -> None:
        self._server = server
        self.store = self.client()
        begin = time.perf_counter()
        for ids, assets, values in chunks(rows):
            self.store.upsert(
                [
                    VectorRow(int(n), int(asset), value, scalars={"rating": int(n) % 2})
                    for n, asset, value in zip(ids, assets, values.astype(np.float32), strict=True)
                ]
            )
            self.store.flush()
        self.fill_s = time.perf_counter() - begin
        self.matrix = np.concatenate([unit(values) for _, _, values in chunks(rows)])
        self.assets = np.concatenate([assets for _, assets, _ in chunks(rows)])

    def client(self) -> MilvusStore:
        """Another connection to it."""
        return MilvusStore(self._server.uri, "", "benchmark@1", DIMENSION, "benchmark")

    def best(self, query: NDArray[np.float32], is_allowed: NDArray[np.bool_]) -> set[int]:
        """The assets of the nearest, exactly."""
        cosines = np.where(is_allowed, self.matrix @ query, -2)
        count = min(BEST, int(is_allowed.sum()))
        return set(self.assets[np.argsort(-cosines)[:count]].tolist())


def measure(is_quick: bool) -> Figures:
    rows, count = (QUICK_ROWS, 10) if is_quick else (ROWS, 50)
    with tempfile.TemporaryDirectory() as folder, Standalone(program(), Path(folder)) as server:
        filled = Filled(server, rows)
        asked = queries(count)
        everyone = np.ones(rows, bool)
        samples = [_timed(lambda query=query: filled.matrix @ query) for query in asked]
        figures: Figures = {
            "rows": float(rows),
            "fill_s": filled.fill_s,
            "numpy_p50_ms": percentile(samples, 50),
        }
        figures |= _searched(filled, asked, everyone, None)
        for name, share in KEPT.items():
            is_allowed = np.random.default_rng(SEED).random(rows) < share
            is_allowed[:: rows // 10] = True  # so that there is something to find
            told = Allowed(filled.assets[is_allowed])
            found = _searched(filled, asked, is_allowed, told)
            figures |= {f"{name}_{figure}": value for figure, value in found.items()}
        is_odd = np.arange(1, rows + 1) % 2 == 1
        told = Allowed(filled.assets[is_odd], "rating == 1")
        found = _searched(filled, asked, is_odd, told)
        figures |= {f"expression_{figure}": value for figure, value in found.items()}
        return figures | _crowd(filled, asked, SECONDS / 4 if is_quick else SECONDS)


def _searched(
    filled: Filled,
    asked: NDArray[np.float32],
    is_allowed: NDArray[np.bool_],
    allowed: Allowed | None,
) -> Figures:
    for query in asked[:3]:
        filled.store.search(query, BEST, allowed)  # what the server does once
    taken: list[float] = []
    shares: list[float] = []
    for query in asked:
        found: set[int] = set()
        taken.append(
            _timed(
                lambda query=query, found=found: found.update(
                    hit.asset_id for hit in filled.store.search(query, BEST, allowed)
                )
            )
        )
        best = filled.best(query, is_allowed)
        shares.append(len(found & best) / len(best))
    return {
        "recall": float(np.mean(shares)),
        "p50_ms": percentile(taken, 50),
        "p95_ms": percentile(taken, 95),
    }


@dataclass
class _Seen:
    taken: list[float] = field(default_factory=list[float])
    errors: list[str] = field(default_factory=list[str])


def _crowd(filled: Filled, asked: NDArray[np.float32], seconds: float) -> Figures:
    """20 search, each by a connection of its own, while one writes new rows."""
    until = time.monotonic() + seconds
    seen = [_Seen() for _ in range(CLIENTS)]
    before = filled.store.count()

    def search(mine: _Seen, first: int) -> None:
        store = filled.client()
        for query in itertools.islice(itertools.cycle(asked), first, None):
            if time.monotonic() > until:
                break
            try:
                mine.taken.append(_timed(partial(store.search, query, BEST)))
            except PlantainError as error:
                mine.errors.append(str(error))
        store.close()

    threads = [
        threading.Thread(target=search, args=(mine, n), name=f"client-{n}")
        for n, mine in enumerate(seen)
    ]
    for thread in threads:
        thread.start()
    written = 0
    while time.monotonic() < until:
        batch = [
            VectorRow(before + written + n + 1, before + written + n + 8, asked[n % len(asked)])
            for n in range(256)
        ]
        filled.store.upsert(batch)
        written += len(batch)
        if written % (12 * len(batch)) == 0:
            filled.store.flush()  # as often as indexing does
    for thread in threads:
        thread.join()
    taken = [ms for mine in seen for ms in mine.taken]
    errors = [error for mine in seen for error in mine.errors]
    print(*set(errors), sep="\n", file=sys.stderr)
    return {
        "crowd_searches_a_s": len(taken) / seconds,
        "crowd_p50_ms": percentile(taken, 50),
        "crowd_p95_ms": percentile(taken, 95),
        "crowd_errors": float(len(errors)),
        "crowd_written": float(written),
        "crowd_lost": float(before + written - filled.store.count()),
    }


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1e3


if __name__ == "__main__":
    sys.exit(
        run(
            "Searching on a real Milvus server",
            measure,
            TARGETS,
            quick_targets={"crowd_errors": at_most(0), "crowd_lost": at_most(0)},
        )
    )
