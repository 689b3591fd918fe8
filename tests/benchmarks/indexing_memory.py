"""Peak memory of one indexing run of so many tiny pictures; a process of its own for each size.

`python -m tests.benchmarks.indexing_memory COUNT` prints bytes.

A stub encoder gives 512 numbers a picture, and a stub store counts them: what the vectors take in
Milvus and in the resident copy beside it (2 KB each) is the vectors' own, so nothing is subtracted.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.pixels import PixelSpec
from desktop.core.progress import finish
from desktop.core.vector import VectorRow
from desktop.embedding.encoder import Arithmetic, Encoder, EncoderInfo
from desktop.services.current_model import CurrentModel
from desktop.services.engine import Engine
from desktop.services.indexing.indexing import Indexing
from desktop.services.vectors.vector_index import VectorIndex
from desktop.wiring.engine import open_engine
from tests.benchmarks.machine import peak_bytes


class StubEncoder:
    """Vectors that depend on the pixels, at no cost."""

    info = EncoderInfo("stub", "0" * 12, "stub", 512, PixelSpec(32))
    batch_size = 16

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        flat = pixels.reshape(len(pixels), -1)[:, :512].astype(np.float32) + 1
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 512), 512**-0.5, np.float32)

    def prepare(self) -> None: ...

    def loading(self) -> None: ...

    def arithmetic(self) -> Arithmetic:
        return Arithmetic("a stand-in")

    def close(self) -> None:
        pass


class CountingStore:
    """Acknowledges everything and keeps nothing."""

    uri = collection = "counting"

    def __init__(self) -> None:
        self._count = 0

    def upsert(self, rows: Sequence[VectorRow]) -> None:
        self._count += len(rows)

    def flush(self) -> None:
        pass

    def count(self) -> int:
        return self._count

    def close(self) -> None:
        pass


class StandInModel(CurrentModel):
    """As if ``encoder`` were that of an installed model."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def vector_space(self) -> str | None:
        return self._encoder.info.identity

    def pixels(self) -> PixelSpec:
        return self._encoder.info.pixels

    def encoder(self) -> Encoder:
        return self._encoder

    def loading(self) -> None: ...


def index(engine: Engine, folder: Path) -> int:
    """Index ``folder`` with the stubs; returns how many pictures were added."""
    store, encoder = CountingStore(), StubEncoder()
    indexing = Indexing(
        engine.indexing._survey,
        engine.catalog,
        engine.vector_table,
        VectorIndex(engine.catalog, engine.vector_table, lambda *_: store),  # type: ignore[arg-type, return-value]
        engine.thumbnails,
        StandInModel(encoder),
    )
    return finish(indexing.run([folder], CancelToken())).added


def main() -> int:
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "pictures")
        for number in range(count):
            path = folder / f"{number // 500:03}" / f"{number:06}.bmp"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_bitmap(number))
        with open_engine(EngineOptions(profile_dir=Path(place, "profile")), {}) as engine:
            assert index(engine, folder) == count
        print(peak_bytes())
    return 0


def _bitmap(number: int) -> bytes:
    """A BMP file of 4 × 4 pixels, another for every number."""
    pixels = number.to_bytes(4, "little") * 12
    header = b"BM" + (54 + 48).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    size = (4).to_bytes(4, "little")
    info = (40).to_bytes(4, "little") + size + size + b"\x01\0\x18\0" + bytes(24)
    return header + info + pixels


if __name__ == "__main__":
    sys.exit(main())
