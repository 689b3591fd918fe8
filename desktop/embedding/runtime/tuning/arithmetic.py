"""Which arithmetic torch computes a network in: chosen by trying, and checked."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from desktop.core.text import number, tr
from desktop.embedding.conversion.trial import LEAST_AGREEMENT

Trial = Callable[[nn.Module, torch.dtype], Tensor]
"""Encodes the same pictures and texts at every call: (n, d) float32, unit length."""


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
    if device == "cpu":
        return network, _float32(tr("On the processor PyTorch runs the model as it is."))
    with torch.no_grad():  # and not inference_mode, whose tensors are of no use outside it
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


def _float32(why: str) -> Precision:
    return Precision("float32", torch.float32, why)


def _agreement(vectors: Tensor, reference: Tensor) -> float:
    """The least cosine; -1 where there are no numbers."""
    return float((vectors * reference).sum(dim=1).nan_to_num(-1.0).min())
