"""open_clip's network in float32, run eagerly by torch as it comes: what others are measured by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from desktop.embedding.encoder import Arithmetic, EncoderInfo
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.embedding.runtime.worker import Tell
from tests.benchmarks import models

_EAGER_BATCH = 16
_CORES = torch.get_num_threads()


class Eager:
    """The baseline as an ``Encoder``."""

    batch_size = _EAGER_BATCH

    def __init__(self, model: InstalledModel, *, tell: Tell) -> None:
        self._network = models.network_of(model)
        self._tokenizer = models.tokenizer_of(model)
        preprocess = model.manifest.preprocess
        self._mean = torch.tensor(preprocess.mean).view(1, 3, 1, 1)
        self._std = torch.tensor(preprocess.std).view(1, 3, 1, 1)
        torch.set_num_threads(_CORES)
        with torch.inference_mode():
            dimension = self._network.encode_text(self._tokenizer([""])).shape[1]
        self.info = EncoderInfo(
            model.manifest.name,
            model.weights_hash,
            model.architecture,
            dimension,
            pixel_spec(model),
        )

    def prepare(self) -> None: ...

    def loading(self) -> None: ...

    def arithmetic(self) -> Arithmetic:
        return Arithmetic(f"PyTorch {torch.__version__}, eager")

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        torch.set_num_threads(_CORES)  # counts for the thread that calls it
        parts = [np.zeros((0, self.info.dimension), np.float32)]
        with torch.inference_mode():
            for start in range(0, len(pixels), _EAGER_BATCH):
                part = torch.tensor(pixels[start : start + _EAGER_BATCH]).permute(0, 3, 1, 2)
                batch = (part.contiguous().float() / 255 - self._mean) / self._std
                parts.append(self._network.encode_image(batch, normalize=True).numpy())
        return np.concatenate(parts)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        torch.set_num_threads(_CORES)
        with torch.inference_mode():
            tokens = self._tokenizer(list(texts))
            return self._network.encode_text(tokens, normalize=True).numpy()

    def close(self) -> None: ...
