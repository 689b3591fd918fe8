"""Models for the benchmarks: the demo's, which is trained, and full-size ones with random weights.

Random ones are as fast as trained ones, and there is nothing to download.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file

from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.embedding.models import architecture, checkpoint
from desktop.embedding.models.manifest import InstalledModel, read_manifest
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.tokenizer import load_tokenizer
from tests.benchmarks.photographs import SEED, cache_folder
from tests.demo_world import model as demo

FOLDER = cache_folder() / "models"


def demo_model() -> InstalledModel:
    return read_manifest(demo.FOLDER)


def random_model(architecture_name: str, seed: int = SEED) -> InstalledModel:
    """A model of open_clip's, installed the product's own way; kept between runs."""
    registry = ModelRegistry(FOLDER)
    name = f"{architecture_name}-random-{seed}"
    for model in registry.installed():
        if model.manifest.name == name:
            return model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "open_clip_model.safetensors")
        save_file(_random_weights(architecture_name, seed), path)
        finish(
            registry.import_file(
                path, name=name, architecture=architecture_name, cancel=CancelToken()
            )
        )
    return registry.resolve(name)


def network_of(model: InstalledModel) -> Any:
    """The network as open_clip builds and runs it, in float32: the baseline of every encoder."""
    network = architecture.build(architecture.config_of(model.manifest))
    weights = checkpoint.read_weights(model.weights_path)
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    network.load_state_dict(architecture.fitted(model.weights_path, weights, shapes))
    return network.eval()


def tokenizer_of(model: InstalledModel) -> Any:
    """Texts to (n, context length) tokens, padded as open_clip does."""
    tokenizer = load_tokenizer(model, architecture.config_of(model.manifest))
    return lambda texts: torch.from_numpy(tokenizer(texts))


def _random_weights(architecture_name: str, seed: int) -> dict[str, torch.Tensor]:
    """Those of a network that tells pictures apart; fresh ones hardly do."""
    torch.manual_seed(seed)
    network = open_clip.create_model(architecture_name)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    return {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
