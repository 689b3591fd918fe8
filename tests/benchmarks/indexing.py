"""How fast folders of pictures become searchable, against what the machine could do.

`python -m tests.benchmarks.indexing [--json FILE] [--quick]`

500 photographs of 12 megapixels, 2,000 small pictures and, where installed, 500 of openclipart go
the product's own way (`Engine.indexing`) with a ViT-B-32 of random weights, loaded beforehand, as
are the decoders' processes.

- `efficiency`: processor seconds that decoding, encoding and recording need when each runs alone on
  the same pictures, with all processors, divided by the seconds of the run times the processors.
- `decoder_start_cpu_s`: what each of the decoders' processes costs before its first file.
- `speedup_over_article_loop_12mp`: against one picture at a time, decoded in full, prepared by
  open_clip, encoded alone in float32, inserted alone.
- `speedup_over_rclip`: against rclip 3.3.0 on all these folders, the same model on both sides.
- `rss_growth_bytes_per_asset`: slope of the peak memory from 2,000 to 20,000 tiny pictures; see
  `indexing_memory`.
- `mean_cosine_to_full_decode`: vectors of our pixels to those of open_clip's own preprocessing of
  the full decode, both by open_clip's own network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from PIL import ExifTags, Image

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.core.vector import VectorRow
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.index.milvus import MilvusStore
from desktop.media.renditions import load_renditions
from desktop.services.engine import Engine
from desktop.services.indexing.reading import PictureReader, Read
from desktop.services.indexing.recording import RecordingStage
from desktop.services.indexing.run_report import RunReport
from desktop.wiring.engine import open_engine
from tests.benchmarks import peer, photographs, report
from tests.benchmarks.machine import Cost, cores, costing
from tests.benchmarks.models import network_of, random_model

TARGETS = {
    "efficiency": report.at_least(0.90),
    "speedup_over_article_loop_12mp": report.at_least(5.0),
    "speedup_over_rclip": report.at_least(2.0),
    "rss_growth_bytes_per_asset": report.at_most(1229),
    "mean_cosine_to_full_decode": report.at_least(0.995),
}
QUICK_TARGETS = {
    name: TARGETS[name]
    for name in ("efficiency", "speedup_over_article_loop_12mp", "mean_cosine_to_full_decode")
}
_CLIPART = Path("/usr/share/openclipart/png")


def measure(is_quick: bool) -> report.Figures:
    photos = photographs.photographs(40 if is_quick else 500)
    folders = [photos, photographs.small_pictures(200 if is_quick else 2_000)]
    if _CLIPART.is_dir() and not is_quick:
        folders.append(_clipart(500))
    model = random_model("ViT-B-32")
    with _engine(model) as engine:
        decoder_start = _start_decoders(engine)
        ours, taken = _index(engine, [photos])
        rest, more = _index(engine, folders[1:])
        run, count = Cost(ours.wall + rest.wall, ours.cpu + rest.cpu), taken + more
        stages = _stages(engine.model.encoder(), folders, run)
    figures: report.Figures = {
        "pictures": count,
        "pictures_per_second": count / run.wall,
        "decoder_start_cpu_s": decoder_start,
        **stages,
        "processor_use": run.cpu / (run.wall * cores()),
    }
    sample = list(photographs.files(photos))[:: 4 if is_quick else 12]
    article, cosine = _article_loop(model, sample)
    figures["photographs_per_second"] = taken / ours.wall
    figures["article_loop_photographs_per_second"] = 1 / article
    figures["speedup_over_article_loop_12mp"] = taken / ours.wall * article
    figures["mean_cosine_to_full_decode"] = cosine
    if not is_quick:
        figures |= _against_rclip(folders)
        figures |= _memory()
    return figures


@contextmanager
def _engine(model: InstalledModel) -> Generator[Engine]:
    """A new library with the model loaded and the vector store open, as in a running program."""
    with tempfile.TemporaryDirectory() as place:
        options = EngineOptions(profile_dir=Path(place, "profile"), model=str(model.folder))
        with open_engine(options, {}) as engine:
            encoder = engine.model.encoder()
            side = encoder.info.pixels.size
            encoder.encode_images(np.zeros((encoder.batch_size, side, side, 3), np.uint8))
            engine.vectors.open(encoder.info.identity, encoder.info.dimension)
            yield engine


def _start_decoders(engine: Engine) -> float:
    """Processor seconds of each."""
    sandbox = engine.indexing._sandbox
    assert sandbox is not None
    with costing() as cost:
        sandbox.start(cores())
        for process in sandbox._free:
            process._wait_until_ready()
    return cost.cpu / cores()


def _index(engine: Engine, folders: list[Path]) -> tuple[Cost, int]:
    with costing() as cost:
        done = finish(engine.indexing.run(folders, CancelToken()))
    assert not done.failed, done.failed[:3]
    return cost, done.added


def _stages(encoder: Encoder, folders: list[Path], run: Cost) -> report.Figures:
    """Processor seconds of each stage alone, and how well ``run`` overlapped them."""
    with (
        tempfile.TemporaryDirectory() as place,
        open_engine(EngineOptions(profile_dir=Path(place, "profile")), {}) as engine,
    ):
        engine.vectors.open(encoder.info.identity, encoder.info.dimension)
        survey = engine.indexing._survey
        report = RunReport()
        for _ in survey.look(folders, report, CancelToken(), retry_failed=False):
            pass
        assets = list(engine.catalog.assets_by_id(report.seen).values())
        reader = PictureReader(engine.thumbnails, encoder.info.pixels, cores())
        with costing() as decode:
            reads = list(reader.read_all(assets))
        size = encoder.batch_size
        batches: list[list[Read]] = []
        with costing() as encode:
            for start in range(0, len(reads), size):
                part = reads[start : start + size]
                vectors = encoder.encode_images(_pixels(part))
                batches.append(
                    [
                        replace(read, pixels=None, vectors=vector[np.newaxis])
                        for read, vector in zip(part, vectors, strict=True)
                    ]
                )
        recording = RecordingStage(engine.catalog, engine.vectors, encoder.info.identity, report)
        with costing() as store:
            for read in reads:
                recording.take(read)
            for batch in batches:
                recording.store(batch)
            engine.vectors.flush()
    needed = decode.cpu + encode.cpu + store.cpu
    return {
        "decode_cpu_ms_per_picture": decode.cpu / len(reads) * 1000,
        "encode_cpu_ms_per_picture": encode.cpu / len(reads) * 1000,
        "store_cpu_ms_per_picture": store.cpu / len(reads) * 1000,
        "efficiency": needed / (run.wall * cores()),
    }


def _pixels(reads: list[Read]) -> np.ndarray:
    return np.concatenate([read.pixels for read in reads if read.pixels is not None])


def _article_loop(model: InstalledModel, files: list[Path]) -> tuple[float, float]:
    """Seconds a picture, and the mean cosine of its vectors to those of our pixels."""
    network = network_of(model)
    prepare: Any = open_clip.image_transform(network.visual.image_size, is_train=False)
    spec = pixel_spec(model)
    vectors: list[np.ndarray] = []

    def encode(batch: torch.Tensor) -> np.ndarray:
        with torch.inference_mode():
            features = network.encode_image(batch)
            return torch.nn.functional.normalize(features, dim=-1).numpy()[0]

    with tempfile.TemporaryDirectory() as place:
        store = MilvusStore(str(Path(place, "article.db")), "", "article", 512, "article")
        try:
            encode(torch.zeros(1, 3, spec.size, spec.size))
            began = time.perf_counter()
            for number, path in enumerate(files):
                with Image.open(path) as image:
                    vectors.append(encode(prepare(image).unsqueeze(0)))
                scalars: dict[str, str | int | float] = {"path": str(path), "filename": path.name}
                store.upsert([VectorRow(number, number, vectors[-1], scalars=scalars)])
            seconds = (time.perf_counter() - began) / len(files)
        finally:
            store.close()
    normalise = prepare.transforms[-1]
    cosines: list[float] = []
    for path, vector in zip(files, vectors, strict=True):
        with Image.open(path) as image:
            if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
                continue  # the article's loop leaves it lying on its side
        pixels = load_renditions(path, 512, spec).encoder_pixels(spec)
        batch = normalise(torch.from_numpy(pixels).permute(2, 0, 1).float().div(255))
        cosines.append(float(encode(batch.unsqueeze(0)) @ vector))
    return seconds, float(np.mean(cosines))


def _against_rclip(folders: list[Path]) -> report.Figures:
    model = random_model(peer.ARCHITECTURE)
    with tempfile.TemporaryDirectory(dir=photographs.cache_folder()) as place:
        whole = Path(place, "pictures")
        for folder in folders:
            shutil.copytree(folder, whole / folder.name, copy_function=os.link)
        theirs = peer.seconds_to_index(whole, model)
        with _engine(model) as engine:
            ours, count = _index(engine, [whole])  # its own start counts for both
    if theirs is None:
        return {}
    seconds, seen = theirs
    return {
        "rclip_pictures_per_second": seen / seconds,
        "pictures_per_second_of_rclips_model": count / ours.wall,
        "speedup_over_rclip": count / ours.wall / (seen / seconds),
    }


def _memory() -> report.Figures:
    small, large = 2_000, 20_000
    peaks = [_peak(count) for count in (small, large)]
    return {"rss_growth_bytes_per_asset": (peaks[1] - peaks[0]) / (large - small)}


def _peak(count: int) -> int:
    command = [sys.executable, "-m", "tests.benchmarks.indexing_memory", str(count)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _clipart(count: int) -> Path:
    """Drawings with transparency and palettes, as designers have: every n-th of the package."""
    folder = photographs.cache_folder() / f"openclipart-{count}"
    if not folder.exists():
        making = folder.with_suffix(".part")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        found = sorted(path for path in _CLIPART.rglob("*.png") if path.stat().st_size)
        for number, path in enumerate(found[:: max(1, len(found) // count)][:count]):
            shutil.copy(path, making / f"{number:04} {path.name}")
        making.rename(folder)
    return folder


if __name__ == "__main__":
    sys.exit(report.run(__doc__ or "", measure, TARGETS, quick_targets=QUICK_TARGETS))
