"""An encoder that runs a converted model on the processor, with OpenVINO and without torch."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelError
from desktop.core.text import number, sentences, tr
from desktop.embedding.conversion import kept
from desktop.embedding.conversion.gain import gain
from desktop.embedding.conversion.kept import ConvertedModel
from desktop.embedding.conversion.trial import (
    LEAST_AGREEMENT,
    TRIAL_PICTURES,
    agreement,
    trial_pictures,
    unpacked,
)
from desktop.embedding.encoder import Arithmetic, EncoderInfo
from desktop.embedding.inference import load_openvino
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.checked_vectors import checked_vectors
from desktop.embedding.runtime.devices import pictures_a_pass
from desktop.embedding.runtime.input_pixels import model_config, pixel_spec
from desktop.embedding.runtime.tokenizer import load_tokenizer

_LOG = logging.getLogger(__name__)
_TEXTS_AT_ONCE = 16
_LEAST_GAIN = 1.2
"""Less is not worth any difference in the vectors."""
_NAMES = {"f32": "float32", "bf16": "bfloat16"}


class _Pictures(NamedTuple):
    """The picture network, ready: one request for each pass side by side, and how it came."""

    requests: queue.SimpleQueue[Any]
    arithmetic: Arithmetic


class ConvertedEncoder:
    """An ``Encoder`` over a converted model.

    The text network is loaded at once, the picture network when pictures are first encoded: a
    search for words needs no more. Pictures are encoded a few to a thread, each thread on its own,
    so that none waits for the others while other programs want the processor.

    Args:
        precision: "auto" takes faster arithmetic where it is faster and gives the same vectors
            here; "float32" never.

    Raises:
        ModelDamaged: the model's tokenizer cannot be used.
        RuntimeError: the runtime cannot load the network.
    """

    def __init__(self, model: InstalledModel, converted: ConvertedModel, precision: str) -> None:
        openvino = load_openvino()
        self._core: Any = openvino.Core()
        self._version = openvino.__version__.partition("-")[0]
        self._converted: ConvertedModel | None = converted
        self._precision = precision
        self._info = EncoderInfo(
            name=model.manifest.name,
            weights_hash=model.weights_hash,
            architecture=model.architecture,
            dimension=converted.about.dimension,
            pixels=pixel_spec(model),
            languages=model.manifest.languages,
        )
        self._tokenizer = load_tokenizer(model, model_config(model.manifest))
        compiled = self._compiled(
            converted,
            kept.TEXTS,
            {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"},
        )
        # Of the cores that this process may use, those that compute: as the runtime counts them.
        self._threads = int(compiled.get_property("INFERENCE_NUM_THREADS"))
        self._at_once = pictures_a_pass(self._info.pixels.size)
        self._texts: Any = compiled.create_infer_request()
        self._text_lock = threading.Lock()
        self._pictures: _Pictures | None = None
        self._picture_lock = threading.Lock()
        self._crew = ThreadPoolExecutor(self._threads, thread_name_prefix="encode")

    @property
    def info(self) -> EncoderInfo:
        return self._info

    @property
    def batch_size(self) -> int:
        return self._at_once * self._threads

    def prepare(self) -> None:
        """It is loaded."""

    def loading(self) -> None:
        """It is loaded."""

    def arithmetic(self) -> Arithmetic:
        """See ``Encoder``; loads the picture network."""
        return self._picture_network().arithmetic

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, size, size, 3) uint8 RGB -> (n, dimension) float32, unit length. n may be 0.

        Raises:
            ValueError: another shape or dtype.
            ModelDamaged: the model gave no numbers (NaN).
            ModelError: the encoder is closed, or the runtime gave up.
        """
        size = self._info.pixels.size
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != (size, size, 3):
            raise ValueError(
                f"expected (n, {size}, {size}, 3) uint8, got {pixels.shape} {pixels.dtype}"
            )
        parts = [pixels[at : at + self._at_once] for at in range(0, len(pixels), self._at_once)]

        def encode() -> list[NDArray[np.float32]]:
            one_pass = partial(_pass, self._picture_network().requests)
            # One part alone is not worth another thread.
            return list(self._crew.map(one_pass, parts) if len(parts) > 1 else map(one_pass, parts))

        return self._joined(encode)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n texts -> (n, dimension) float32, unit length. n may be 0.

        What goes beyond the model's context length is cut off, as open_clip does.

        Raises:
            ModelDamaged: the model gave no numbers (NaN).
            ModelError: the encoder is closed, or the runtime gave up.
        """
        given = list(texts)

        def encode() -> list[NDArray[np.float32]]:
            converted = self._open()
            found: list[NDArray[np.float32]] = []
            for at in range(0, len(given), _TEXTS_AT_ONCE):
                tokens = self._tokenizer(given[at : at + _TEXTS_AT_ONCE])
                if not converted.about.text_length:
                    # Behind the end token, which has the highest number, is padding alone.
                    tokens = tokens[:, : int(tokens.argmax(axis=1).max()) + 1]
                with self._text_lock:
                    found.append(self._texts.infer([np.ascontiguousarray(tokens)])[0].copy())
            return found

        return self._joined(encode)

    def close(self) -> None:
        """Give the memory back; later calls raise ModelError."""
        self._converted = None
        self._crew.shutdown()
        self._texts = self._pictures = None

    def _open(self) -> ConvertedModel:
        if self._converted is None:
            raise ModelError(tr("The model was closed; load it again."))
        return self._converted

    def _joined(self, encode: Callable[[], list[NDArray[np.float32]]]) -> NDArray[np.float32]:
        """What ``encode`` gives, as one array, checked."""
        self._open()
        try:
            found = encode()
        except RuntimeError as error:
            raise ModelError(
                tr(
                    "The model {name} stopped on {device}: {error}",
                    name=self._info.name,
                    device="cpu",
                    error=str(error).partition("\n")[0],
                ),
                safe=tr("The index is untouched."),
                next_step=tr("Try again, with other programs closed if memory is short."),
            ) from error
        return checked_vectors(found, self._info)

    def _picture_network(self) -> _Pictures:
        with self._picture_lock:
            if self._pictures is None:
                self._pictures = self._chosen(self._open())
            return self._pictures

    def _chosen(self, converted: ConvertedModel) -> _Pictures:
        """The picture network in the fastest arithmetic that gives the checkpoint's vectors here:
        the gain is that of one layer, the vectors are those of the whole network."""
        if self._precision == "float32":
            return self._loaded(kept.IMAGES, "f32", "float32", tr("The settings ask for it."))
        has_halves = "BF16" in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        rest = "bf16" if has_halves else "f32"
        refused: list[str] = []
        tries = [(kept.IMAGES_8_BIT, rest, "int8")] if converted.has(kept.IMAGES_8_BIT) else []
        if has_halves:
            tries.append((kept.IMAGES, rest, _NAMES[rest]))
        for name, hint, precision in tries:
            try:
                faster = gain(self._core, hint, in_8_bits=name == kept.IMAGES_8_BIT)
                if faster < _LEAST_GAIN:
                    refused.append(
                        tr("{precision} is not faster on this processor.", precision=precision)
                    )
                    continue
                network = self._loaded(name, hint, precision, "")
                agrees = self._agreement(network, converted)
            except RuntimeError as error:
                _LOG.warning("%s does not run here: %s", precision, error)
                refused.append(tr("{precision} does not run here.", precision=precision))
                continue
            if agrees >= LEAST_AGREEMENT:
                why = tr(
                    "{gain} times as fast as float32 on this processor, and the same vectors "
                    "in a test at the start (cosine {agreement}).",
                    gain=number(faster, 1),
                    agreement=number(agrees, 4),
                )
                told = network.arithmetic
                return network._replace(
                    arithmetic=Arithmetic(
                        told.runtime, told.device, precision, sentences(*refused, why)
                    )
                )
            refused.append(
                tr(
                    "{precision} gives other vectors (cosine {agreement}).",
                    precision=precision,
                    agreement=number(agrees, 3),
                )
            )
        return self._loaded(kept.IMAGES, "f32", "float32", sentences(*refused))

    def _agreement(self, network: _Pictures, converted: ConvertedModel) -> float:
        """With the checkpoint's own vectors of the trial's pictures."""
        reference = unpacked(converted.about.trial, converted.about.dimension)
        shown = trial_pictures(TRIAL_PICTURES, self._info.pixels.size)
        return agreement(_pass(network.requests, shown), reference)

    def _loaded(self, name: str, hint: str, precision: str, why: str) -> _Pictures:
        config = {
            "INFERENCE_PRECISION_HINT": hint,
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": self._threads,
            "INFERENCE_NUM_THREADS": self._threads,
        }
        compiled = self._compiled(self._open(), name, config)
        requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(self._threads):
            requests.put(compiled.create_infer_request())
        return _Pictures(requests, Arithmetic(f"OpenVINO {self._version}", "cpu", precision, why))

    def _compiled(self, converted: ConvertedModel, name: str, config: dict[str, Any]) -> Any:
        return self._core.compile_model(converted.network(name), "CPU", config)


def _pass(requests: queue.SimpleQueue[Any], pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One pass of (n, s, s, 3) pictures through the network -> (n, d)."""
    request = requests.get()
    try:
        return request.infer([np.ascontiguousarray(pixels)])[0].copy()
    finally:
        requests.put(request)
