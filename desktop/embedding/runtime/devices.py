"""Where a network runs: on a CUDA GPU, on Apple's (MPS), or the processor; how much at once."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from desktop.core.errors import ModelError
from desktop.core.text import tr

if TYPE_CHECKING:
    import torch

# Images a second level off here; larger batches only take memory and delay a cancel.
_PIXELS_A_THREAD = 8 * 224 * 224
_MOST_A_THREAD = 32
_BATCH_ON_MPS = 64
_BATCH_ON_CUDA = 256
_BYTES_PER_IMAGE_ON_CUDA = 64_000_000  # generous for ViT-B/32 in fp32: 224 px, 12 layers


def best_device() -> str:
    """What "auto" means on this computer: "cuda", "mps" or "cpu". Imports torch."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def find_device(wanted: str) -> torch.device:
    """The device that a person or "auto" means.

    Raises:
        ModelError: it is not there.
    """
    import torch

    if wanted == "auto":
        return torch.device(best_device())
    try:
        device = torch.device(wanted)
    except RuntimeError:
        device = None
    is_there = device is not None and (
        device.type == "cpu"
        or (device.type == "cuda" and (device.index or 0) < torch.cuda.device_count())
        or (device.type == "mps" and torch.backends.mps.is_available())
    )
    if device is None or not is_there:
        raise ModelError(
            tr('This computer (or its PyTorch) has no device "{wanted}".', wanted=wanted),
            next_step=tr('Set "encoder_device" to "auto" or "cpu" in the settings.'),
        )
    return device


def sizes(device: torch.device, size: int) -> tuple[int, int]:
    """Pictures in one pass through the network, and passes side by side."""
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return max(8, min(_BATCH_ON_CUDA, free // _BYTES_PER_IMAGE_ON_CUDA)), 1
    if device.type == "mps":
        return _BATCH_ON_MPS, 1
    return pictures_a_pass(size), _cores()


def pictures_a_pass(size: int) -> int:
    """On the processor: how many pictures of ``size`` pixels a side one thread takes at once."""
    return max(1, min(_MOST_A_THREAD, _PIXELS_A_THREAD // size**2))


@functools.cache
def _cores() -> int:
    """Physical processors, as torch counts them; asked once, since a crew changes the answer."""
    import torch

    return torch.get_num_threads()
