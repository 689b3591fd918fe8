"""Which arithmetic a network computes in: chosen by trying, and checked."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from desktop.core.text import number, tr
from desktop.embedding.runtime.tuning import int8

Trial = Callable[[nn.Module, torch.dtype], Tensor]
"""Encodes the same pictures and texts at every call: (n, d) float32, unit length."""

LEAST_AGREEMENT = 0.99
"""Cosine between the vectors of both arithmetics, for the least alike of the trial's."""
_LEAST_GAIN = 1.2
"""Less is not worth any difference in the vectors."""


@dataclass(frozen=True, slots=True)
class Precision:
    """An arithmetic, what a network takes and gives in it, and one sentence on how it came."""

    name: str
    dtype: torch.dtype
    why: str


def choose(
    network: nn.Module, device: str, trial: Trial, wanted: str
) -> tuple[nn.Module, Precision]:
    """The network in the fastest arithmetic that gives the same vectors on this device.

    Args:
        network: in float32, on the device; may be changed.
        device: "cpu", "cuda" or "mps".
        wanted: "auto" or "float32".
    """
    if wanted == "float32":
        return network, _float32(tr("The settings ask for it."))
    with torch.no_grad():  # and not inference_mode, whose tensors are of no use outside it
        if device == "cpu":
            return network, _on_the_processor(network, trial)
        return _on_a_gpu(network, trial)


def _on_a_gpu(network: nn.Module, trial: Trial) -> tuple[nn.Module, Precision]:
    reference = trial(network, torch.float32)
    try:
        half = deepcopy(network).half()
        agreement = _agreement(trial(half, torch.float16), reference)
    except RuntimeError as error:
        return network, _float32(
            tr("The model does not run in half precision ({error}).", error=error)
        )
    if agreement < LEAST_AGREEMENT:
        return network, _float32(
            tr(
                "Half precision gives other vectors (cosine {agreement}).",
                agreement=number(agreement, 3),
            )
        )
    why = tr(
        "Half the memory, and the same vectors in a test at the start (cosine {agreement}).",
        agreement=number(agreement, 4),
    )
    return half, Precision("float16", torch.float16, why)


def _on_the_processor(network: nn.Module, trial: Trial) -> Precision:
    gain = int8.gain()
    if gain < _LEAST_GAIN:
        return _float32(tr("Eight-bit arithmetic is not faster on this processor."))
    reference = trial(network, torch.float32)
    # The text tower stays as it is: over a query's few words it waits for memory, not arithmetic.
    replaced = int8.quantize(cast("nn.Module", network.visual))
    if not replaced:
        return _float32(tr("The model has no layers that eight-bit arithmetic speeds up."))
    try:
        agreement = _agreement(trial(network, torch.float32), reference)
    except (AttributeError, RuntimeError, AssertionError) as error:
        problem = tr("The model does not run in eight-bit arithmetic ({error}).", error=error)
    else:
        if agreement >= LEAST_AGREEMENT:
            why = tr(
                "{gain} times as fast as float32 on this processor, and the same vectors "
                "in a test at the start (cosine {agreement}).",
                gain=number(gain, 1),
                agreement=number(agreement, 4),
            )
            return Precision("int8", torch.float32, why)
        problem = tr(
            "Eight-bit arithmetic gives other vectors (cosine {agreement}).",
            agreement=number(agreement, 3),
        )
    for replacement in replaced:
        replacement.undo()
    return _float32(problem)


def _float32(why: str) -> Precision:
    return Precision("float32", torch.float32, why)


def _agreement(vectors: Tensor, reference: Tensor) -> float:
    """The least cosine; -1 where there are no numbers."""
    return float((vectors * reference).sum(dim=1).nan_to_num(-1.0).min())


def trial_pictures(count: int, size: int) -> Tensor:
    """(count, size, size, 3) uint8: smooth colours, edges and grain, always the same ones."""
    random = torch.Generator().manual_seed(20261)
    canvas = torch.zeros(count, 3, size, size)
    for cells in (2, 5, 16, size):
        grain = torch.rand(count, 3, cells, cells, generator=random)
        canvas += nn.functional.interpolate(grain, size=(size, size), mode="bilinear")
    sides = torch.rand(count, 3, 1, 1, generator=random)
    canvas[:, :, : size // 2, size // 3 :] *= sides  # a hard edge
    canvas -= canvas.amin(dim=(1, 2, 3), keepdim=True)
    canvas *= 255 / canvas.amax(dim=(1, 2, 3), keepdim=True)
    return canvas.to(torch.uint8).permute(0, 2, 3, 1).contiguous()
