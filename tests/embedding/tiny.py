"""Small CLIP models with random weights, made here, so that no test needs a download."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file

from desktop.embedding.models.known_models import KnownModel

MERGES = ("t h", "th e</w>", "a n", "r e", "c a", "ca t</w>")

# CLIP's own vocabulary, towers as narrow as they can be: 3.4 MB.
CONFIG: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16},
    "text_cfg": {
        "context_length": 16,
        "vocab_size": 49408,
        "width": 16,
        "heads": 1,
        "layers": 2,
    },
}

# The same with a vocabulary of its own: 256 bytes, as many word ends, the merges, start and end.
OWN_WORDS_CONFIG: dict[str, Any] = {
    **CONFIG,
    "text_cfg": {**CONFIG["text_cfg"], "vocab_size": 512 + len(MERGES) + 2},
}

KNOWN = KnownModel(
    name="tiny",
    repository="plantain/tiny",
    file="open_clip_model.safetensors",
    architecture="plantain-tiny",
    quickgelu=False,
    licence="Apache-2.0",
    languages=("en",),
    approximate_bytes=3_400_000,
    description="A tiny model for tests.",
    config=CONFIG,
)


def make_model(config: dict[str, Any] = CONFIG, seed: int = 1) -> open_clip.CLIP:
    """A CLIP of that config with random weights, in evaluation mode."""
    torch.manual_seed(seed)
    model = open_clip.CLIP(**json.loads(json.dumps(config)))
    # Fresh biases and projections are so small that all vectors look alike.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return model.eval()


def weights_of(config: dict[str, Any] = CONFIG, seed: int = 1) -> dict[str, torch.Tensor]:
    return {name: t.clone() for name, t in make_model(config, seed).state_dict().items()}


def save_with_sidecar(folder: Path, config: dict[str, Any] = CONFIG, seed: int = 1) -> Path:
    """Weights as a Hugging Face repository holds them, with ``open_clip_config.json`` beside."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "open_clip_model.safetensors"
    save_file(weights_of(config, seed), path)
    write_sidecar(folder, config)
    return path


def write_sidecar(folder: Path, config: dict[str, Any] = CONFIG) -> None:
    text = json.dumps({"model_cfg": config, "preprocess_cfg": {"mean": [0.5, 0.5, 0.5]}})
    (folder / "open_clip_config.json").write_text(text, encoding="utf-8")


def manifest_of(weights: Path, **changes: object) -> dict[str, object]:
    """A ``model.json`` as a program of its own would write it, for weights in the same folder."""
    data: dict[str, object] = {
        "format": 1,
        "name": "own-words",
        "architecture": "plantain-tiny",
        "config": OWN_WORDS_CONFIG,
        "weights": weights.name,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "tokenizer_merges": "merges.txt",
        "preprocess": {
            "mean": [0.4, 0.5, 0.6],
            "std": [0.2, 0.25, 0.3],
            "interpolation": "bicubic",
            "resize_mode": "shortest",
        },
        "quickgelu": False,
        "licence": "Apache-2.0",
        "description": "A model with words of its own.",
        "languages": ["en", "zh"],
        "source": "made for a test",
    }
    return {**data, **changes}


def make_folder(folder: Path, *, is_packed: bool = False, **changes: object) -> Path:
    """A model folder with its own merges (plain or gzip), as the demo model has."""
    folder.mkdir(parents=True)
    weights = folder / "model.safetensors"
    save_file(weights_of(OWN_WORDS_CONFIG), weights)
    content = "\n".join(["#version: 0.2", *MERGES]).encode()
    (folder / "merges.txt").write_bytes(gzip.compress(content) if is_packed else content)
    text = json.dumps(manifest_of(weights, **changes))
    (folder / "model.json").write_text(text, encoding="utf-8")
    return folder
