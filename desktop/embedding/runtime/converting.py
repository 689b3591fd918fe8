"""From a checkpoint, through torch, to networks for the inference runtime."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from desktop.core.errors import ModelError
from desktop.core.progress import Progress
from desktop.core.system_errors import system_reason
from desktop.core.text import marked, number, tr
from desktop.embedding.conversion import eight_bits, kept
from desktop.embedding.conversion.kept import About, ConvertedModels
from desktop.embedding.conversion.trial import (
    LEAST_AGREEMENT,
    TRIAL_PICTURES,
    TRIAL_TEXTS,
    agreement,
    packed,
    trial_pictures,
)
from desktop.embedding.inference import load_openvino
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.runtime.clip import Normalise, load_network
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.embedding.runtime.tokenizer import Tokenizer
from desktop.embedding.runtime.tuning import short_texts, written_out

_LOG = logging.getLogger(__name__)

_CALIBRATION_PICTURES = 16
_CALIBRATION_SEED = 20262
"""Others than those of the trial, which would flatter themselves."""


class _Pictures(nn.Module):
    """(n, s, s, 3) uint8 -> (n, d) float32, unit length."""

    def __init__(self, network: nn.Module, given: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.network = network
        self.given = given

    def forward(self, pixels: Tensor) -> Tensor:
        vectors = cast("Any", self.network).encode_image(self.given(pixels))
        return nn.functional.normalize(vectors.float(), dim=-1)


class _Texts(nn.Module):
    """(n, t) int64 -> (n, d) float32, unit length; of as many tokens as there are, if it can."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor) -> Tensor:
        tower = cast("Any", self.network)
        if short_texts.are_enough(self.network):
            vectors = short_texts.encode(tower, tokens)
        else:
            vectors = tower.encode_text(tokens)
        return nn.functional.normalize(vectors.float(), dim=-1)


def convert(
    model: InstalledModel,
    place: ConvertedModels,
    tell: Callable[[Progress], object] = lambda _: None,
) -> None:
    """Convert ``model`` and keep it in ``place``; takes about as long as twenty starts with torch.

    A model that cannot be converted is kept as such, so that it is not tried at every start.

    Raises:
        ModelDamaged, ModelError: the checkpoint cannot be used.
        OSError: nothing can be written there.
    """
    steps = _Steps(model, tell)
    steps.take()
    loaded = load_network(model)
    torch.backends.mha.set_fastpath_enabled(False)  # its operator is known to torch alone
    try:
        with place.making(model) as folder, torch.no_grad():
            try:
                about = _write(folder, model, loaded.network, loaded.tokenizer, steps.take)
            except _CannotBeConverted as error:
                about = About(problem=str(error))
            except (OSError, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 (converters meet the unknown with any)
                _LOG.warning("%s cannot be converted", model.manifest.name, exc_info=True)
                about = About(problem=str(error).partition("\n")[0])
            if about.problem:
                for file in folder.iterdir():
                    file.unlink()
            kept.write_about(folder, about)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)


class _Steps:
    """Tells the step at hand, which lasts from a second to half a minute each."""

    COUNT = 8

    def __init__(self, model: InstalledModel, tell: Callable[[Progress], object]) -> None:
        self._name = model.manifest.name
        self._tell = tell
        self._taken = 0

    def take(self) -> None:
        """The next step begins."""
        done, self._taken = self._taken, self._taken + 1
        self._tell(
            Progress(
                tr("Making the model ready"), done, self.COUNT, self._name, unit=marked("steps")
            )
        )


class _CannotBeConverted(Exception):
    """Its message says why."""


def _write(
    folder: Path,
    model: InstalledModel,
    network: nn.Module,
    tokenizer: Tokenizer,
    begin_step: Callable[[], None],
) -> About:
    spec, preprocess = pixel_spec(model), model.manifest.preprocess
    normalise = Normalise(preprocess.mean, preprocess.std, torch.device("cpu"), torch.float32)
    pictures = _Pictures(network, normalise).eval()
    begin_step()
    shown = trial_pictures(TRIAL_PICTURES, spec.size)
    reference = pictures(torch.from_numpy(shown)).numpy()
    texts, is_short = _Texts(network).eval(), short_texts.are_enough(network)
    tokens = tokenizer(list(TRIAL_TEXTS))
    cut = short_texts.cut(tokens) if is_short else tokens
    tried = [(one, texts(torch.from_numpy(one)).numpy()) for one in (cut, cut[:1], tokens)]

    written_out.write_out_attention(network)
    written_out.leave_out_unseen_tokens(network)
    if written_out.write_out_patches(network, preprocess.mean, preprocess.std):
        pictures = _Pictures(network, Tensor.float).eval()
    side = [-1, spec.size, spec.size, 3]
    begin_step()
    images = _traced(pictures, torch.from_numpy(shown[:2]), side)
    begin_step()
    _check(_answers(images), [(shown, reference), (shown[:1], reference[:1])])
    _save(images, folder, kept.IMAGES)
    begin_step()
    calibration = trial_pictures(_CALIBRATION_PICTURES, spec.size, _CALIBRATION_SEED)
    in_8_bits = eight_bits.quantized(images, calibration)
    if in_8_bits is not None:
        _save(in_8_bits, folder, kept.IMAGES_8_BIT)
    begin_step()
    words = _traced(texts, torch.from_numpy(cut), [-1, -1 if is_short else tokens.shape[1]])
    begin_step()
    _check(_answers(words), tried)
    begin_step()
    _save(words, folder, kept.TEXTS)
    return About(
        dimension=reference.shape[1],
        text_length=0 if is_short else tokens.shape[1],
        trial=packed(reference),
    )


def _traced(network: nn.Module, example: Tensor, shape: Sequence[int]) -> Any:
    openvino = load_openvino()
    with warnings.catch_warnings():
        # torch warns of every size that it takes for constant; what comes out is compared.
        warnings.simplefilter("ignore")
        return openvino.convert_model(
            network, example_input=example, input=[openvino.PartialShape(list(shape))]
        )


def _save(network: Any, folder: Path, name: str) -> None:
    # Halves: the weights take half the disk, and are computed with in float32.
    load_openvino().save_model(network, folder / f"{name}.xml", compress_to_fp16=True)


def _answers(network: Any) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    compiled = (
        load_openvino().Core().compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    )
    return lambda given: compiled(given)[0]


def _check(
    answer: Callable[[NDArray[Any]], NDArray[np.float32]],
    expected: Sequence[tuple[NDArray[Any], NDArray[np.float32]]],
) -> None:
    """Raises _CannotBeConverted unless the converted network says the same."""
    least = min(agreement(answer(given), vectors) for given, vectors in expected)
    if least < LEAST_AGREEMENT:
        raise _CannotBeConverted(
            tr("the converted model gives other vectors (cosine {least})", least=number(least, 3))
        )


def convert_or_say(
    model: InstalledModel, place: ConvertedModels, tell: Callable[[Progress], object]
) -> str:
    """As ``convert``; says as part of a sentence why nothing was kept, empty when something was.

    Raises:
        ModelDamaged, ModelError: the checkpoint cannot be used.
    """
    try:
        convert(model, place, tell)
    except ModelError:
        raise
    except (OSError, MemoryError) as error:
        _LOG.warning("%s could not be converted: %s", model.manifest.name, error)
        return system_reason(error) if isinstance(error, OSError) else str(error)
    return ""
