"""One encoder's process for many tests: each would start its own, which takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.embedding.encoder import Encoder
from desktop.embedding.manifest import InstalledModel
from desktop.embedding.process import ProcessEncoder


class LentEncoder:
    """An encoder that stays open when its borrower closes it; under the borrower's name."""

    def __init__(self, encoder: Encoder, name: str) -> None:
        self._encoder = encoder
        self.info = replace(encoder.info, name=name)
        self.batch_size = encoder.batch_size

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._encoder.encode_images(pixels)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.encode_texts(texts)

    def close(self) -> None: ...


def lend(encoder: ProcessEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines get ``encoder`` for its model, and processes of their own for any other."""

    def instead(model: InstalledModel, load: Callable[..., Encoder], **options: float) -> Encoder:
        if model.identity == encoder.info.identity:
            return LentEncoder(encoder, model.manifest.name)
        return ProcessEncoder(model, load, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("desktop.wiring.ProcessEncoder", instead)
