"""Which runtime encodes with a model here: a converted one on the processor, torch elsewhere."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from desktop.core.errors import ModelDamaged, ModelError
from desktop.core.progress import Progress
from desktop.core.text import sentences, tr
from desktop.embedding.conversion.kept import ConvertedModels
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.pytorch import has_pytorch, not_without_pytorch, require_pytorch

_LOG = logging.getLogger(__name__)


def load_encoder(
    model: InstalledModel,
    device: str = "auto",
    precision: str = "auto",
    models_dir: Path | None = None,
    *,
    tell: Callable[[Progress], object] = lambda _: None,
) -> Encoder:
    """Load an installed model. Nothing is fetched from the network.

    On the processor the converted model runs, which is made first where there is none: that takes
    torch and tens of seconds, once. torch runs the checkpoint itself on GPUs, and wherever a model
    cannot be converted or its converted form does not run. Without torch, only models that are
    converted already run, on the processor.

    Args:
        model: from ``ModelRegistry.resolve``.
        device: "auto" (CUDA, then Apple's MPS, then the CPU; the CPU as well where a GPU is there
            and does not work), "cpu", "cuda", "cuda:1", "mps".
        precision: "auto" takes faster arithmetic where it gives the same vectors here;
            "float32" never.
        models_dir: where models are installed, for converted ones; None: none is made.
        tell: takes how far the conversion is.

    Raises:
        ModelDamaged: the model's files are not what its manifest says.
        ModelError: the device is not there, or has too little memory; or it would take torch,
            and that is not here.
    """
    if device == "cpu" or (device == "auto" and not (may_have_gpu() and has_pytorch())):
        return _on_the_processor(model, tell, precision, models_dir)
    if not has_pytorch():
        raise not_without_pytorch(
            tr(
                "GPUs are worked with through PyTorch, and this small edition of Plantain comes "
                "without it."
            ),
            tr('Set "encoder_device" to "auto" or "cpu" in the settings.'),
        )
    from desktop.embedding.runtime import clip, devices

    place = devices.find_device(device)
    if place.type == "cpu":
        return _on_the_processor(model, tell, precision, models_dir)
    try:
        return clip.load_on(place, model, precision)
    except ModelDamaged:
        raise
    except ModelError as error:
        if device != "auto":
            raise
        # As with a GPU that this PyTorch was not built for, or that other programs have filled.
        _LOG.warning("the CPU instead of %s: %s", place, error.message)
        return _on_the_processor(model, tell, precision, models_dir, error.headline)


def may_have_gpu() -> bool:
    """False when this computer cannot have one that torch computes on; asked without torch."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    if sys.platform == "win32":
        return (Path("C:/Windows/System32") / "nvcuda.dll").exists()
    return any(Path(at).exists() for at in ("/proc/driver/nvidia/version", "/dev/kfd"))


def _on_the_processor(
    model: InstalledModel,
    tell: Callable[[Progress], object],
    precision: str,
    models_dir: Path | None,
    before: str = "",
) -> Encoder:
    """``before``: why another device was not taken."""
    from desktop.embedding.models.checkpoint_probe import check_weights_size

    check_weights_size(model)
    places = ConvertedModels(models_dir)
    converted, problem = places.find(model), ""
    if converted is None:
        require_pytorch(model.manifest.name)
    if converted is None and models_dir is not None:
        from desktop.embedding.runtime.converting import convert_or_say

        problem = convert_or_say(model, places, tell)
        converted = places.find(model)
    if converted is not None:
        problem = converted.about.problem
    if converted is None or problem:
        if problem:
            _LOG.warning("%s does not run converted: %s", model.manifest.name, problem)
            problem = tr("The model cannot be converted: {problem}.", problem=problem.rstrip("."))
        return _with_torch(model, precision, sentences(before, problem))
    try:
        from desktop.embedding.runtime.converted_encoder import ConvertedEncoder

        return ConvertedEncoder(model, converted, precision)
    except (RuntimeError, ImportError, OSError) as error:
        _LOG.warning("%s does not run converted", model.manifest.name, exc_info=True)
        reason = str(error).partition("\n")[0].rstrip(".")
        problem = tr("The converted model does not run here: {problem}.", problem=reason)
        return _with_torch(model, precision, sentences(before, problem))


def _with_torch(model: InstalledModel, precision: str, before: str) -> Encoder:
    if not has_pytorch():
        raise not_without_pytorch(
            sentences(before, tr("PyTorch would run it, and this small edition comes without it."))
        )
    import torch

    from desktop.embedding.runtime import clip

    return clip.load_on(torch.device("cpu"), model, precision, before)
