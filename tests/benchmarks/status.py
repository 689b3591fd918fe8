"""What a library of a million pictures has to say about itself: status, counts, the first search.

`python -m tests.benchmarks.status [--json FILE] [--quick]`

The catalogue is filled without reading pictures; every other vector was never acknowledged by
Milvus, as after a run that was stopped. No status may take longer than a person notices.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from desktop.config.options import EngineOptions
from desktop.index.exact import ExactIndex
from desktop.library.catalog.assets import ReadFile
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.benchmarks.report import Figures, at_most, run

ASSETS, QUICK_ASSETS = 1_000_000, 50_000
ENCODER, BEFORE = "new@0123456789ab", "old@ba9876543210"
DIMENSION = 8
"""A status reads no vector; short ones fill the table sooner."""
_BATCH = 10_000
_REPEATS = 5
_SLOWEST_S = 0.05
STATUSES = ("counts", "pending", "stored", "spaces", "acknowledged", "change", "status")
TARGETS = {f"{name}_s": at_most(_SLOWEST_S) for name in STATUSES}


def fill(engine: Engine, assets: int) -> None:
    """Pictures read and encoded, half of the vectors stored; all by an earlier model too."""
    numbers = np.random.default_rng(7)
    root = engine.catalog.roots.add(engine.library.paths.folder.parent / "pictures")
    for start in range(0, assets, _BATCH):
        names = (f"{n // 500}/{n}.jpg".encode() for n in range(start, start + _BATCH))
        ids = engine.catalog.add_files(root, [FoundFile(name, 1, 1) for name in names])
        files = [ReadFile(asset, 40, 30, "JPEG", f"{asset:032x}") for asset in ids]
        engine.catalog.record_read(files)
        vectors = numbers.standard_normal((len(files), DIMENSION), np.float32)
        rows = engine.vector_table.record(ENCODER, files, vectors)
        engine.vector_table.mark_stored(rows[: len(rows) // 2])


def measure(is_quick: bool) -> Figures:
    assets = QUICK_ASSETS if is_quick else ASSETS
    with tempfile.TemporaryDirectory(prefix="plantain-status-") as name:
        Path(name, "profile", "pictures").mkdir(parents=True)
        with open_engine(EngineOptions(profile_dir=Path(name, "profile")), {}) as engine:
            fill(engine, assets)
            table = engine.vector_table
            roots = [root.id for root in engine.catalog.roots.all()]
            jobs: dict[str, Callable[[], object]] = {
                "counts": engine.catalog.counts,
                "pending": lambda: table.pending_count(ENCODER),
                "stored": table.stored_counts,
                "spaces": table.spaces,
                "acknowledged": lambda: table.stored_count(ENCODER),
                "change": lambda: table.is_ahead(ENCODER, BEFORE, roots),
                "status": engine.status.read,
            }
            assert table.pending_count(ENCODER) == assets // 2
            figures = {f"{job}_s": _seconds(work) for job, work in jobs.items()}
            began = time.perf_counter()
            index = ExactIndex(DIMENSION, partial(table.values, ENCODER))
            for chunk in table.chunks(ENCODER):
                index.put(*chunk)
            figures["into_memory_s"] = time.perf_counter() - began
            assert len(index) == assets
    return {**figures, "assets": float(assets)}


def _seconds(job: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(run("How long a status takes.", measure, TARGETS))
