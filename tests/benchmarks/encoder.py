"""How fast pictures and words become vectors on this processor, and that they are the same vectors.

`python -m tests.benchmarks.encoder [--json FILE] [--quick]`

The baseline is open_clip's network in float32, run eagerly by torch as it comes: 16 pictures at a
time, torch's own number of threads, all 77 tokens of a text. Each has a process of its own, since
runtimes in one process disturb each other; they take turns, and the median of the ratios counts.
`beside_two_busy_processes` is the share of the calm pace that is left beside two programs that
want the processor all the time. The demo model is trained; ViT-B-32 has random weights, since no
trained ones may be had here, so its agreement says what the arithmetic does and no more.
`mixed_top_10_overlap` ranks a collection half of which was encoded in the other arithmetic.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from functools import partial

import numpy as np
from PIL import Image

from desktop.core.pixels import PixelSpec
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.media.decode import load_picture
from desktop.media.encoder_pixels import encoder_pixels
from tests.benchmarks import models, report
from tests.benchmarks.eager import Eager
from tests.benchmarks.encoder_process import process_figures
from tests.benchmarks.photographs import small_pictures
from tests.demo_world.draw import draw, to_array
from tests.demo_world.vocabulary import all_scenes

TARGETS = {
    "vit_b_32_images_over_eager": report.at_least(4.0),
    "vit_b_32_beside_two_busy_processes": report.at_least(0.4),
    "vit_b_32_mean_cosine": report.at_least(0.998),
    "vit_b_32_top_10_overlap": report.at_least(0.97),
    "vit_b_32_mixed_top_10_overlap": report.at_least(0.97),
    "demo_images_over_eager": report.at_least(4.0),
    "demo_mean_cosine": report.at_least(0.998),
    "demo_top_10_overlap": report.at_least(0.97),
    "demo_mixed_top_10_overlap": report.at_least(0.97),
    "vit_b_32_process_throughput": report.at_least(0.95),
    "vit_b_32_process_text_ms": report.at_most(3),
    "demo_process_throughput": report.at_least(0.95),
    "demo_process_text_ms": report.at_most(3),
}
QUICK_TARGETS = {
    name: target
    for name, target in TARGETS.items()
    if not name.startswith("vit_b_32_process") and not name.endswith("busy_processes")
}
_QUERY = "a red silk cape with gold trim"


def drawings(count: int, spec: PixelSpec) -> np.ndarray:
    """What the demo model knows, drawn anew: (count, s, s, 3) uint8."""
    scenes = all_scenes()
    step = len(scenes) // count
    pictures = [
        Image.fromarray(to_array(draw(scene, 7_000_000 + number, 160, 160)))
        for number, scene in enumerate(scenes[: step * count : step])
    ]
    return np.stack([encoder_pixels(picture, spec) for picture in pictures])


def files(count: int, spec: PixelSpec) -> np.ndarray:
    """Pictures of files, through the product's own decoder: (count, s, s, 3) uint8."""
    paths = sorted(path for path in small_pictures(count).rglob("*") if path.is_file())
    return np.stack([encoder_pixels(load_picture(p, at_least=512).image, spec) for p in paths])


def overlap_at_10(ours: np.ndarray, theirs: np.ndarray, queries: np.ndarray | None = None) -> float:
    """Mean share of the ten nearest pictures of every picture that both spaces agree on.

    Args:
        queries: what is looked for in both; None: each space's own pictures.
    """

    def nearest(vectors: np.ndarray) -> np.ndarray:
        likeness = (vectors if queries is None else queries) @ vectors.T
        np.fill_diagonal(likeness, -np.inf)
        return np.argpartition(-likeness, 10, axis=1)[:, :10]

    pairs = zip(nearest(ours), nearest(theirs), strict=True)
    return float(np.mean([len(np.intersect1d(one, other)) / 10 for one, other in pairs]))


def in_turns(
    baseline: Callable[[], object], ours: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Median of baseline ÷ ours, and the median seconds of ours."""
    ratios: list[float] = []
    seconds: list[float] = []
    for _ in range(rounds + 1):  # the first is for warming up
        started = time.perf_counter()
        baseline()
        between = time.perf_counter()
        ours()
        seconds.append(time.perf_counter() - between)
        ratios.append((between - started) / seconds[-1])
    return statistics.median(ratios[1:]), statistics.median(seconds[1:])


@contextmanager
def two_busy_processes() -> Generator[None]:
    """Other programs that want the processor all the time."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def pace(work: Callable[[], object], rounds: int) -> float:
    """Median seconds."""
    taken: list[float] = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:])


def compare(name: str, model: InstalledModel, pixels: np.ndarray, rounds: int) -> report.Figures:
    load = partial(load_encoder, device="cpu", models_dir=models.FOLDER)
    writable = [models.FOLDER]
    with (
        closing(ProcessEncoder(model, Eager)) as eager,
        closing(ProcessEncoder(model, load, writable=writable)) as quick,
        closing(ProcessEncoder(model, partial(load, precision="float32"))) as exact,
    ):
        _ = quick.info  # converts the model the first time, which disturbs the others
        told = quick.arithmetic()
        print(f"{name}: {told.runtime}, {told.precision}. {told.why}")
        count = max(quick.batch_size, Eager.batch_size)
        batch = pixels[:count]
        gain, seconds = in_turns(
            lambda: eager.encode_images(batch), lambda: quick.encode_images(batch), rounds
        )
        exact_gain, _ = in_turns(
            lambda: eager.encode_images(batch), lambda: exact.encode_images(batch), rounds
        )
        text_gain, text_s = in_turns(
            lambda: eager.encode_texts([_QUERY]), lambda: quick.encode_texts([_QUERY]), 3 * rounds
        )
        calm = pace(lambda: quick.encode_images(batch), rounds)
        with two_busy_processes():
            busy = pace(lambda: quick.encode_images(batch), rounds)
        ours, theirs = quick.encode_images(pixels), eager.encode_images(pixels)
    mixed = np.where(np.arange(len(pixels))[:, np.newaxis] % 2, ours, theirs)
    cosines = (ours * theirs).sum(axis=1)
    return {
        f"{name}_images_over_eager": gain,
        f"{name}_float32_images_over_eager": exact_gain,
        f"{name}_images_per_s": count / seconds,
        f"{name}_beside_two_busy_processes": calm / busy,
        f"{name}_text_over_eager": text_gain,
        f"{name}_text_ms": 1000 * text_s,
        f"{name}_mean_cosine": float(cosines.mean()),
        f"{name}_least_cosine": float(cosines.min()),
        f"{name}_top_10_overlap": overlap_at_10(ours, theirs),
        f"{name}_mixed_top_10_overlap": overlap_at_10(mixed, theirs, theirs),
        f"{name}_agreement_pictures": float(len(pixels)),
    }


def measure(is_quick: bool) -> report.Figures:
    figures: report.Figures = {}
    demo, vit = models.demo_model(), models.random_model("ViT-B-32")
    few, rounds = (40, 2) if is_quick else (2000, 8)
    demo_spec = PixelSpec(80, "shortest", "bicubic")
    figures |= compare("demo", demo, drawings(4 * few if is_quick else few, demo_spec), 5)
    spec = PixelSpec(224, "shortest", "bicubic")
    figures |= compare("vit_b_32", vit, files(few, spec), rounds)
    for name, model in (("demo", demo),) if is_quick else (("demo", demo), ("vit_b_32", vit)):
        for key, value in process_figures(model, is_quick).items():
            figures[f"{name}_process_{key}"] = value
    return figures


if __name__ == "__main__":
    sys.exit(report.run(__doc__ or "", measure, TARGETS, quick_targets=QUICK_TARGETS))
