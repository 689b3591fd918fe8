"""What a person says of a hundred thousand pictures at once: tags, stars, and the way back.

`python -m tests.benchmarks.curation [--json FILE] [--quick]`

The pictures are encoded and their vectors sent, so every change also notes that the store's copy
of it is out of date. The words by which they are found follow afterwards, in `words_s`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from desktop.config.options import EngineOptions
from desktop.core.annotations import Edits
from desktop.library.catalog.assets import ReadFile
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.benchmarks.report import Figures, at_most, run

ASSETS, QUICK_ASSETS = 100_000, 10_000
ENCODER = "new@0123456789ab"
DIMENSION = 512
_BATCH = 10_000
_MOST_S = 1.0
CHANGES = ("tag", "undo_tag", "tag_again", "rate", "undo_rate", "untag")
TARGETS = {f"{name}_s": at_most(_MOST_S) for name in CHANGES}


def fill(engine: Engine, assets: int) -> list[int]:
    """Pictures read, encoded and sent; returns their ids."""
    numbers = np.random.default_rng(7)
    root = engine.catalog.roots.add(engine.library.paths.folder.parent / "pictures")
    ids: list[int] = []
    for start in range(0, assets, _BATCH):
        numbered = range(start, min(start + _BATCH, assets))
        names = (f"{n // 500}/IMG {n}.jpg".encode() for n in numbered)
        added = engine.catalog.add_files(root, [FoundFile(name, 1, 1) for name in names])
        files = [ReadFile(asset, 40, 30, "JPEG", f"{asset:032x}") for asset in added]
        engine.catalog.record_read(files)
        vectors = numbers.standard_normal((len(files), DIMENSION), np.float32)
        engine.vector_table.mark_stored(engine.vector_table.record(ENCODER, files, vectors))
        ids += added
    return ids


def measure(is_quick: bool) -> Figures:
    with tempfile.TemporaryDirectory(prefix="plantain-curation-") as name:
        Path(name, "profile", "pictures").mkdir(parents=True)
        with open_engine(EngineOptions(profile_dir=Path(name, "profile")), {}) as engine:
            ids = fill(engine, QUICK_ASSETS if is_quick else ASSETS)
            said = engine.annotations
            figures: Figures = {"assets": len(ids)}

            def timed(name: str, change: Callable[[], Edits]) -> Edits:
                began = time.perf_counter()
                result = change()
                figures[f"{name}_s"] = time.perf_counter() - began
                return result

            undo = timed("tag", lambda: said.tag(ids, ["hero shot"]))
            redo = timed("undo_tag", lambda: said.apply(undo))
            timed("tag_again", lambda: said.apply(redo))
            undo = timed("rate", lambda: said.rate(ids, 4))
            timed("undo_rate", lambda: said.apply(undo))
            timed("untag", lambda: said.untag(ids, ["hero shot"]))
            began = time.perf_counter()
            while said.index_words():
                pass
            figures["words_s"] = time.perf_counter() - began
            return figures


if __name__ == "__main__":
    sys.exit(run("What is said of many pictures at once.", measure, TARGETS))
