"""What the encoder's own process costs against the same encoder in this one.

Both are alive at once and take turns, batch by batch, so that whatever else the machine does falls
on both. Pairs are compared, and the median pair counts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from tests.benchmarks.models import FOLDER
from tests.benchmarks.report import Figures

_QUERY = ["a red velvet sofa"]


def process_figures(model: InstalledModel, quick: bool) -> Figures:
    """Pictures a second through the process ÷ in this one, and what a text query takes longer.

    Returns:
        ``throughput``: ratio, higher is better; ``text_ms``: milliseconds more for one text;
        ``here_images_s``, ``here_text_ms``: the encoder in this process, for the eye.
    """
    load = partial(load_encoder, device="cpu", models_dir=FOLDER)
    here, there = load(model), ProcessEncoder(model, load)
    try:
        size, count = here.info.pixels.size, here.batch_size
        pixels = np.random.default_rng(8).integers(0, 256, (count, size, size, 3), np.uint8)
        images = _pairs(here, there, lambda encoder: encoder.encode_images(pixels), quick)
        texts = _pairs(here, there, lambda encoder: encoder.encode_texts(_QUERY), quick)
    finally:
        there.close()
        here.close()
    return {
        "throughput": statistics.median(mine / its for mine, its in images),
        "text_ms": 1_000 * statistics.median(its - mine for mine, its in texts),
        "here_images_s": count / statistics.median(mine for mine, _ in images),
        "here_text_ms": 1_000 * statistics.median(mine for mine, _ in texts),
    }


def _pairs(
    here: Encoder, there: Encoder, encode: Callable[[Encoder], object], quick: bool
) -> list[tuple[float, float]]:
    """Seconds here and there, in turns, beginning with another one each time."""
    for encoder in (here, there):
        encode(encoder)
    pairs: list[tuple[float, float]] = []
    until = time.monotonic() + (4 if quick else 30)
    while time.monotonic() < until or len(pairs) < 5:
        if len(pairs) % 2:
            its, mine = _seconds(encode, there), _seconds(encode, here)
        else:
            mine, its = _seconds(encode, here), _seconds(encode, there)
        pairs.append((mine, its))
    return pairs


def _seconds(encode: Callable[[Encoder], object], encoder: Encoder) -> float:
    started = time.perf_counter()
    encode(encoder)
    return time.perf_counter() - started
