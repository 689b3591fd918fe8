"""Processes that many tests share, of an encoder and of decoders: each would start its own, which
takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.process import BaseProcess

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.embedding.encoder import Arithmetic, Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.media.sandbox.libraries import load_libraries
from desktop.media.sandbox.pool import Sandbox


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

    def prepare(self) -> None: ...

    def loading(self) -> None: ...

    def arithmetic(self) -> Arithmetic:
        return self._encoder.arithmetic()

    def close(self) -> None: ...


def lend(encoder: ProcessEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines get ``encoder`` for its model, and processes of their own for any other."""

    def instead(model: InstalledModel, load: Callable[..., Encoder], **options: object) -> Encoder:
        if model.identity == encoder.info.identity:
            return LentEncoder(encoder, model.manifest.name)
        return ProcessEncoder(model, load, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("desktop.wiring.models.ProcessEncoder", instead)


class SharedDecoders(Sandbox):
    """Decoders that stay when an engine closes them, until ``end``."""

    def __init__(self) -> None:
        super().__init__(load_libraries, idle_s=86_400)

    def close(self) -> None:
        """Not yet: the next test needs them."""

    def end(self) -> None:
        super().close()

    def running(self) -> set[threading.Thread | BaseProcess]:
        """What outlives a test on purpose."""
        with self._lock:
            there = [*self._free, *self._busy]
        return {part for each in there for part in (each._process, each._watcher)}


def lend_decoders(decoders: SharedDecoders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines decode with these, instead of starting their own."""

    def instead(prepare: Callable[[], None], **options: int) -> Sandbox:
        return decoders if prepare is load_libraries else Sandbox(prepare, **options)

    monkeypatch.setattr("desktop.wiring.processes.Sandbox", instead)
