"""The interface to what turns pictures and texts into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """Which encoder made a vector; recorded in every collection.

    Attributes:
        name: the model's name in the registry ("ViT-B-32", "demo").
        weights_hash: first 12 hex digits of the SHA-256 of the weights file; two encoders with
            the same weights and architecture give the same vectors.
        architecture: open_clip's architecture name.
        dimension: length of a vector.
        pixels: the input that ``encode_images`` expects.
        languages: ISO codes of the languages that the model was trained on; empty when unknown.
    """

    name: str
    weights_hash: str
    architecture: str
    dimension: int
    pixels: PixelSpec
    languages: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """Stable name of the vector space, e.g. ``ViT-B-32@1f0c5a9be2d7``."""
        return f"{self.architecture}@{self.weights_hash}"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How an encoder encodes pictures on this computer; for ``plantain doctor``.

    Attributes:
        runtime: the library that does it ("OpenVINO 2026.4.0", "PyTorch 2.14.1").
        device: where it runs ("cpu", "cuda", "mps").
        precision: of its matrix products ("float32", "float16", "bfloat16", "int8").
        why: one sentence or two on why these were chosen.
    """

    runtime: str
    device: str = "cpu"
    precision: str = "float32"
    why: str = ""


class Encoder(Protocol):
    """Pictures and texts to unit vectors of one space. Several threads may encode at once."""

    @property
    def info(self) -> EncoderInfo: ...

    @property
    def batch_size(self) -> int:
        """The number of pictures a call at which ``encode_images`` is fastest on this device."""
        ...

    def prepare(self) -> None:
        """Begin to load what encoding texts needs, where that is not loaded; waits for nothing."""
        ...

    def loading(self) -> Progress | None:
        """How far it is being loaded; None when it is not."""
        ...

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, size, size, 3) uint8 RGB -> (n, dimension) float32, unit length. n may be 0."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n texts -> (n, dimension) float32, unit length. n may be 0."""
        ...

    def arithmetic(self) -> Arithmetic:
        """How pictures are encoded; the first to ask may have to wait until that is chosen."""
        ...

    def close(self) -> None:
        """Release memory and devices; later calls raise."""
        ...
