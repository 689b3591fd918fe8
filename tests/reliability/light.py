"""Models that need no torch: their vectors are coarse colours, their identities are real.

Installed in a profile like any other, so that everything but the arithmetic is the real thing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.embedding.encoder import Arithmetic, EncoderInfo
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.input_pixels import pixel_spec

DIMENSION = 24
_CONFIG = {
    "embed_dim": DIMENSION,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 16, "vocab_size": 514, "width": 16, "heads": 1, "layers": 1},
}


def install(models: Path, name: str) -> None:
    """A model folder as an installation leaves it; its weights are its name."""
    folder = models / name
    folder.mkdir(parents=True, exist_ok=True)
    weights = name.encode() * 50
    (folder / "model.safetensors").write_bytes(weights)
    manifest = {
        "format": 1,
        "name": name,
        "architecture": "plantain-light",
        "config": _CONFIG,
        "weights": "model.safetensors",
        "sha256": hashlib.sha256(weights).hexdigest(),
        "size_bytes": len(weights),
        "quickgelu": False,
        "licence": "Apache-2.0",
        "description": "Coarse colours.",
        "languages": [],
        "source": "made for a test",
    }
    (folder / "model.json").write_text(json.dumps(manifest), "utf-8")


class LightEncoder:
    """Stands where the encoder's process would; a projection of 4 x 4 colours, by its identity."""

    batch_size = 8

    def __init__(self, model: InstalledModel, load: object, **options: object) -> None:
        weights_hash = model.identity.partition("@")[2]
        self.info = EncoderInfo(
            model.manifest.name,
            weights_hash,
            model.manifest.architecture,
            DIMENSION,
            pixel_spec(model),
        )
        seed = int(weights_hash[:8], 16)
        self._turn = np.random.default_rng(seed).normal(size=(48, DIMENSION))

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        cells = pixels.shape[1] // 4
        coarse = pixels[:, : cells * 4, : cells * 4].reshape(-1, 4, cells, 4, cells, 3)
        return _unit((coarse.mean(axis=(2, 4)).reshape(-1, 48) / 255 - 0.5) @ self._turn)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        digests = [hashlib.sha384(text.encode()).digest() for text in texts]
        numbers = np.array([list(digest) for digest in digests], np.float64)
        return _unit((numbers / 255 - 0.5) @ self._turn)

    def prepare(self) -> None: ...

    def loading(self) -> None: ...

    def arithmetic(self) -> Arithmetic:
        return Arithmetic("a stand-in")

    def close(self) -> None: ...


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
