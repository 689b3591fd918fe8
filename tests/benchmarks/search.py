"""How long a search takes: ranking by a vector beside numpy, and by words beside encoding them.

`python -m tests.benchmarks.search [--json FILE] [--quick]`

The vectors are made by a seeded generator in the shape of CLIP's: some thousand clusters of unequal
size around a common direction. Numpy's side is one product of the whole float32 matrix with the
query, `argpartition`, and the sort of the best 100; filtered, it gets a ready mask over its rows,
while the store gets asset ids and has to find their rows. Both take turns in one process. The
million lives in a process of its own, so that its memory can be told. The search by words goes
through a whole library: catalogue and Milvus file, filled by the product's own means, and
the encoder in its own process. Beside it the text is encoded alone, in two ways: as open_clip does
it, eagerly and over all 77 tokens, which is the baseline of all benchmarks and of the target; and
by the product's own encoder, which leaves the padding out and is so much faster that one pass over
the vectors of 100,000 pictures (50 MB) no longer is a small part of it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.config.options import EngineOptions
from desktop.core.query import Query
from desktop.embedding.models.manifest import InstalledModel
from desktop.index.exact import unit
from desktop.index.milvus import MilvusStore
from desktop.index.resident import ResidentStore, VectorChunk
from desktop.index.store import Allowed
from desktop.library.catalog.assets import ReadFile
from desktop.library.catalog.database import Database
from desktop.library.catalog.vectors import VectorTable
from desktop.library.folders.scan import FoundFile
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests.benchmarks.machine import peak_bytes
from tests.benchmarks.report import Figures, Target, at_least, at_most, percentile, run

SEED = 20_261
ENCODER = "benchmark@1"
DIMENSION = 512
CLUSTERS = 4_000
CHUNK = 10_000
BEST = 100
KEPT = {"": 1.0, "_50_percent": 0.5, "_1_percent": 0.01, "_0.01_percent": 0.0001}

TARGETS: dict[str, Target] = {
    **{f"ratio{kept}": at_most(0.6) for kept in KEPT},
    "same_as_exact": at_least(0.999),
    **{f"million_ratio{kept}": at_most(0.5) for kept in KEPT},
    "million_same_as_exact": at_least(0.999),
    "million_peak_gb": at_most(1.3),
    "words_vit_b_32_over_own_encoding": at_most(1.3),
}
QUICK_TARGETS = {name: target for name, target in TARGETS.items() if "million" not in name}


# -- data ------------------------------------------------------------------------------------------


def chunk(number: int, centres: NDArray[np.float32]) -> VectorChunk:
    """Rows ``number * CHUNK + 1`` and on, each of an asset of its own, as in the catalogue."""
    rng = np.random.default_rng((SEED, number))
    # Squared, so that some subjects are much more frequent than others, as in people's folders.
    chosen = (rng.random(CHUNK) ** 2 * CLUSTERS).astype(np.int64)
    values = centres[chosen] + rng.standard_normal((CHUNK, DIMENSION), np.float32) * 0.025
    ids = np.arange(number * CHUNK + 1, (number + 1) * CHUNK + 1)
    return ids, ids + 7, unit(values).astype(np.float16)


def cluster_centres() -> NDArray[np.float32]:
    """Unit vectors with a mean cosine of about 0.5 to each other, as CLIP's pictures have."""
    rng = np.random.default_rng(SEED)
    common = unit(rng.standard_normal(DIMENSION, np.float32))
    return unit(common + unit(rng.standard_normal((CLUSTERS, DIMENSION), np.float32)))


def chunks(rows: int) -> Iterator[VectorChunk]:
    centres = cluster_centres()
    return (chunk(number, centres) for number in range(rows // CHUNK))


def queries(count: int) -> NDArray[np.float32]:
    """Near clusters, but from another side, as the vectors of texts are."""
    rng = np.random.default_rng(SEED + 1)
    near = cluster_centres()[rng.integers(0, CLUSTERS, count)]
    return unit(near + rng.standard_normal((count, DIMENSION), np.float32) * 0.06)


# -- ranking by a vector ---------------------------------------------------------------------------


def rank(rows: int, count: int, *, prefix: str = "", notes_memory: bool = False) -> Figures:
    """All figures for a resident store of ``rows``, in front of an empty Milvus file, beside a
    catalogue that keeps the vectors."""
    asked = queries(count)
    allowed = {
        kept: None if share == 1 else np.random.default_rng(SEED).choice(
            np.arange(1, rows + 1) + 7, int(rows * share), replace=False
        )
        for kept, share in KEPT.items()
    }  # fmt: skip
    figures: Figures = {f"{prefix}rows": float(rows)}
    with tempfile.TemporaryDirectory() as folder:
        milvus = MilvusStore(str(Path(folder, "vectors.db")), "", ENCODER, DIMENSION, "all")
        database = Database(Path(folder, "catalog.sqlite"))
        keep_vectors(database, rows)
        table = VectorTable(database)
        store = ResidentStore(
            milvus, DIMENSION, partial(table.chunks, ENCODER), partial(table.values, ENCODER)
        )
        try:
            assert store.wait_until_loaded()
            if notes_memory:
                for query in asked[:5]:
                    for assets in allowed.values():
                        store.search(query, BEST, among(assets))
                figures[f"{prefix}peak_gb"] = peak_bytes() / 1e9
            matrix = np.empty((rows, DIMENSION), np.float32)
            for ids, _, values in chunks(rows):
                matrix[ids - 1] = unit(values)
            for kept, assets in allowed.items():
                numpy_ms, store_ms = in_turns(store, matrix, asked, assets)
                for name, samples in (("numpy", numpy_ms), ("resident", store_ms)):
                    figures[f"{prefix}{name}_p95_ms{kept}"] = percentile(samples, 95)
                figures[f"{prefix}ratio{kept}"] = percentile(store_ms, 95) / percentile(
                    numpy_ms, 95
                )
            figures[f"{prefix}same_as_exact"] = agreement(store, matrix, asked[:10], allowed)
        finally:
            store.close()
            database.close()
    return figures


def keep_vectors(database: Database, rows: int) -> None:
    """The vector table of a library, and nothing else of it."""
    database.connection.execute("PRAGMA foreign_keys = OFF")
    with database.transaction() as transaction:
        for ids, asset_ids, values in chunks(rows):
            transaction.executemany(
                "INSERT INTO vectors (id, asset_id, encoder, content_hash, value, is_stored)"
                f" VALUES (?, ?, '{ENCODER}', '', ?, 1)",
                zip(ids.tolist(), asset_ids.tolist(), map(bytes, values), strict=True),
            )


def in_turns(
    store: ResidentStore,
    matrix: NDArray[np.float32],
    asked: NDArray[np.float32],
    assets: NDArray[np.int64] | None,
) -> tuple[list[float], list[float]]:
    """Milliseconds of numpy and of the store, one by one for every query."""
    is_out = None
    count = BEST
    if assets is not None:
        is_out = np.ones(len(matrix), np.bool_)
        is_out[assets - 8] = False
        count = min(BEST, len(assets))

    def by_numpy(query: NDArray[np.float32]) -> NDArray[np.intp]:
        scores = matrix @ query
        if is_out is not None:
            scores[is_out] = -np.inf
        best = np.argpartition(scores, len(scores) - count)[len(scores) - count :]
        return best[np.argsort(-scores[best])]

    by_numpy(asked[0])
    store.search(asked[0], BEST, among(assets))
    numpy_ms: list[float] = []
    store_ms: list[float] = []
    for query in asked:
        numpy_ms.append(milliseconds(lambda query=query: by_numpy(query)))
        store_ms.append(milliseconds(lambda query=query: store.search(query, BEST, among(assets))))
    return numpy_ms, store_ms


def among(assets: NDArray[np.int64] | None) -> Allowed | None:
    return None if assets is None else Allowed(assets)


def agreement(
    store: ResidentStore,
    matrix: NDArray[np.float32],
    asked: NDArray[np.float32],
    allowed: dict[str, NDArray[np.int64] | None],
) -> float:
    """Share of the places that have the id which numpy's float64 product puts there."""
    scores = np.concatenate(
        [
            matrix[start : start + CHUNK].astype(np.float64) @ asked.T.astype(np.float64)
            for start in range(0, len(matrix), CHUNK)
        ]
    )
    same: list[bool] = []
    for number, query in enumerate(asked):
        for assets in allowed.values():
            ids = np.arange(1, len(matrix) + 1) if assets is None else np.sort(assets) - 7
            order = np.argsort(-scores[ids - 1, number], kind="stable")[:BEST]
            found = [hit.id for hit in store.search(query, BEST, among(assets))]
            same.extend(a == b for a, b in zip(found, ids[order].tolist(), strict=True))
    return float(np.mean(same))


def million() -> Figures:
    """The same for 1,000,000 rows, in a process of its own."""
    script = (
        "import json; from tests.benchmarks.search import rank; "
        "print(json.dumps(rank(1_000_000, 40, prefix='million_', notes_memory=True)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


# -- by words, through a whole library -------------------------------------------------------------


def search_by_words(model: InstalledModel, name: str, rows: int, count: int) -> Figures:
    """A library of ``rows`` pictures, filled, closed, opened again and searched."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        options = EngineOptions(profile_dir=Path(folder), model=str(model.weights_path))
        with open_engine(options, {}) as engine:
            began = time.perf_counter()
            fill(engine, model.identity, rows)
            figures[f"words_{name}_filling_s"] = time.perf_counter() - began
        with open_engine(options, {}) as engine:
            began = time.perf_counter()
            engine.vectors.settle(model.identity)
            store = engine.vectors.open(model.identity, DIMENSION)
            figures[f"words_{name}_opening_s"] = time.perf_counter() - began
            assert isinstance(store, ResidentStore)
            milvus = store._store
            assert store.wait_until_loaded()
            figures[f"words_{name}_in_memory_s"] = time.perf_counter() - began
            encoder = engine.model.encoder()
            eager = eager_texts(model)
            eagerly: list[float] = []
            encoding: list[float] = []
            searching: list[float] = []
            for text in texts(count):
                eagerly.append(milliseconds(lambda text=text: eager(text)))
                encoding.append(milliseconds(lambda text=text: encoder.encode_texts([text])))
                query = Query(text=text, limit=BEST)
                searching.append(milliseconds(lambda query=query: engine.searching.search(query)))
            # The first of each warm up what is lazy.
            eager_p95, encoded_p95, searched_p95 = (
                percentile(samples[5:], 95) for samples in (eagerly, encoding, searching)
            )
            figures[f"words_{name}_rows"] = float(rows)
            figures[f"words_{name}_eager_encode_p95_ms"] = eager_p95
            figures[f"words_{name}_encode_p95_ms"] = encoded_p95
            figures[f"words_{name}_search_p95_ms"] = searched_p95
            figures[f"words_{name}_beside_p50_ms"] = percentile(
                searching[5:], 50
            ) - percentile(encoding[5:], 50)  # fmt: skip
            figures[f"words_{name}_over_eager_encoding"] = searched_p95 / eager_p95
            figures[f"words_{name}_over_own_encoding"] = searched_p95 / encoded_p95
            alone = [
                milliseconds(lambda query=query: milvus.search(query, BEST)) for query in queries(8)
            ]
            figures[f"words_{name}_milvus_lite_alone_p50_ms"] = percentile(alone[2:], 50)
    return figures


def eager_texts(model: InstalledModel) -> Callable[[str], object]:
    """What encodes a text the way open_clip does: in this process, float32, all tokens."""
    import torch

    from tests.benchmarks.models import network_of, tokenizer_of

    network, tokenizer = network_of(model), tokenizer_of(model)

    def encode(text: str) -> object:
        with torch.inference_mode():
            return network.encode_text(tokenizer([text]), normalize=True).numpy()

    return encode


def fill(engine: Engine, encoder_id: str, rows: int) -> None:
    """Pictures that were read and encoded, without files on disk."""
    root = engine.catalog.roots.add(engine.library.paths.folder / "pictures")
    for ids, _, values in chunks(rows):
        for start in range(0, CHUNK, 500):
            part = slice(start, start + 500)
            files = [
                FoundFile(f"{n % 97:02}/a picture of something {n}.jpg".encode(), 10**6 + n, n)
                for n in ids[part].tolist()
            ]
            read = [
                ReadFile(asset_id, 4_000, 3_000, "JPEG", f"{asset_id:064x}")
                for asset_id in engine.catalog.add_files(root, files)
            ]
            engine.catalog.record_read(read)
            engine.vectors.add(encoder_id, read, values[part].astype(np.float32))
    engine.vectors.flush()


def texts(count: int) -> list[str]:
    rng = random.Random(SEED)
    colours = ("red", "golden", "deep blue", "pale green", "black")
    things = ("watch", "leather handbag", "silk cape", "pair of boots", "lamp", "wooden chair")
    places = ("on a marble table", "in front of a window", "at night", "beside a plant")
    return [
        f"a {rng.choice(colours)} {rng.choice(things)} {rng.choice(places)}" for _ in range(count)
    ]


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def measure(is_quick: bool) -> Figures:
    from tests.benchmarks import models  # brings torch, whose memory is not the million's

    figures = rank(100_000, 25 if is_quick else 100)
    if not is_quick:
        figures |= million()
    rows = CHUNK if is_quick else 100_000
    figures |= search_by_words(
        models.random_model("ViT-B-32"), "vit_b_32", rows, 30 if is_quick else 60
    )
    figures |= search_by_words(models.demo_model(), "demo", CHUNK, 60)
    return figures


if __name__ == "__main__":
    sys.exit(
        run(
            "How long a search takes, beside numpy and beside the encoder alone.",
            measure,
            TARGETS,
            quick_targets=QUICK_TARGETS,
        )
    )
