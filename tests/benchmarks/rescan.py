"""Looking through 100,000 unchanged files again, against `os.walk` and a stat of each.

`python -m tests.benchmarks.rescan [--json FILE] [--quick]`

The tree is our own: one-byte files with picture names, a few levels deep, known to the
library as read and encoded. Nothing of a picture is needed: a rescan compares names, sizes and
times.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.library.catalog.assets import ReadFile
from desktop.library.folders.scan import FoundFile, scan
from desktop.media.formats.registry import is_picture
from desktop.services.engine import Engine
from desktop.services.indexing.run_report import RunReport
from desktop.wiring.engine import open_engine
from tests.benchmarks.report import Figures, at_most, run

FILES, QUICK_FILES = 100_000, 20_000
REPEATS = 5
ENCODER = "ViT-B-32@000000000000"
DIMENSION = 512
TARGETS = {"rescan_over_walk": at_most(4.0)}
LONG_AGO = 1_600_000_000
_BATCH = 5_000


def make_tree(folder: Path, files: int) -> None:
    """``files`` one-byte files: client / year / shoot / some dozens of pictures."""
    chance = random.Random(20261122)
    made = 0
    while made < files:
        shoot = folder / (
            f"Client {chance.randrange(40):02}/20{chance.randrange(10, 27)}/"
            f"{chance.choice(('Shoot', 'Boards', 'References'))} {chance.randrange(20)}"
        )
        shoot.mkdir(parents=True, exist_ok=True)
        for _ in range(min(chance.randrange(20, 140), files - made)):
            suffix = chance.choice(("jpg", "JPG", "png", "webp"))
            picture = shoot / f"IMG_{made:06}.{suffix}"
            picture.write_bytes(b"x")
            # What was written just now is compared by content, too, the next time.
            os.utime(picture, (LONG_AGO, LONG_AGO))
            made += 1


def remember(engine: Engine, folder: Path) -> None:
    """Everything below ``folder``, as if it had been read and encoded."""
    numbers = np.random.default_rng(20261122)
    root = engine.catalog.roots.add(folder)
    found = [file for file in scan(folder, is_picture) if isinstance(file, FoundFile)]
    for start in range(0, len(found), _BATCH):
        ids = engine.catalog.add_files(root, found[start : start + _BATCH])
        files = [ReadFile(asset, 4000, 3000, "JPEG", f"{asset:032x}") for asset in ids]
        engine.catalog.record_read(files)
        vectors = numbers.standard_normal((len(files), DIMENSION), np.float32)
        rows = engine.vector_table.record(ENCODER, files, vectors)
        engine.vector_table.mark_stored(rows)


def walk(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 - the fastest way


def measure(is_quick: bool) -> Figures:
    files = QUICK_FILES if is_quick else FILES
    with tempfile.TemporaryDirectory(prefix="plantain-rescan-") as name:
        pictures = Path(name, "pictures")
        make_tree(pictures, files)
        options = EngineOptions(profile_dir=Path(name, "profile"))
        with open_engine(options, {}) as engine:
            remember(engine, pictures)

            def survey() -> None:
                report = RunReport()
                for _ in engine.indexing._survey.look(
                    [], report, CancelToken(), retry_failed=False
                ):
                    pass
                assert report.found == files

            def whole_run() -> None:
                report = finish(engine.indexing.run([], CancelToken()))
                assert report.unchanged == files

            def work_list() -> None:
                assert engine.vector_table.assets_to_read(ENCODER) == []

            jobs: dict[str, Callable[[], None]] = {
                "walk": lambda: walk(pictures),
                "rescan": survey,
                "run": whole_run,
                "work_list": work_list,
            }
            times = alternate(jobs)
    pairs = zip(times["rescan"], times["walk"], strict=True)
    return {
        "rescan_over_walk": statistics.median(ours / theirs for ours, theirs in pairs),
        "files": float(files),
        **{f"{name}_s": statistics.median(times[name]) for name in jobs},
        "rescan_files_per_s": files / statistics.median(times["rescan"]),
    }


def alternate(jobs: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Seconds of every job, turn by turn, so that what disturbs one disturbs all."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()  # the system has read every folder once
    for _ in range(REPEATS):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - began)
    return times


if __name__ == "__main__":
    sys.exit(run("How long a library takes to find that nothing has changed.", measure, TARGETS))
