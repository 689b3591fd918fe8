"""The demo model's architecture and its folder: written by training, read by benchmarks.

The folder holds everything that plain open_clip needs: `model.json` (the manifest that imported
models use too), `model.safetensors` and `merges.txt.gz`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from tests.demo_world.tokens import load_tokenizer, write_merges

NAME = "plantain-demo"
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo" / "model"
IMAGE_SIZE = 80
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
Prepare = Callable[[Image.Image], Tensor]
WEIGHTS, MERGES, MANIFEST = "model.safetensors", "merges.txt.gz", "model.json"


def make_config(vocab_size: int, context_length: int) -> dict[str, Any]:
    """The open_clip model config: a narrow ResNet and a two-layer text transformer."""
    return {
        "embed_dim": 512,
        "vision_cfg": {
            "image_size": IMAGE_SIZE,
            "layers": [1, 1, 2, 1],
            "width": 24,
            "head_width": 64,
        },
        "text_cfg": {
            "context_length": context_length,
            "vocab_size": vocab_size,
            "width": 128,
            "heads": 4,
            "layers": 2,
        },
    }


def build(config: dict[str, Any]) -> open_clip.CLIP:
    """A fresh model of `config`, the stock `open_clip.CLIP` class."""
    return open_clip.CLIP(**config)


def save(
    folder: Path, model: open_clip.CLIP, config: dict[str, Any], merges: list[tuple[str, str]]
) -> None:
    """Write weights (float16), merges and manifest; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in model.state_dict().items()
    }
    save_file(state, folder / (WEIGHTS + ".new"), metadata={"format": "pt", "name": NAME})
    (folder / (WEIGHTS + ".new")).chmod(0o644)  # safetensors writes for the owner alone
    digest = hashlib.sha256((folder / (WEIGHTS + ".new")).read_bytes()).hexdigest()
    write_merges(folder / (MERGES + ".new"), merges)
    manifest = {
        "format": 1,
        "name": "demo",
        "architecture": NAME,
        "config": config,
        "weights": WEIGHTS,
        "sha256": digest,
        "tokenizer_merges": MERGES,
        "preprocess": {
            "mean": list(MEAN),
            "std": list(STD),
            "interpolation": "bicubic",
            "resize_mode": "shortest",
        },
        "quickgelu": False,
        "licence": "Apache-2.0",
        "description": "A small CLIP that knows the eighteen things of Plantain's own sample "
        "pictures, in English and Chinese, and nothing else.",
        "languages": ["en", "zh"],
        "source": "trained by tests/demo_world/train.py on pictures drawn by tests/demo_world",
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / (MANIFEST + ".new")).write_text(text, encoding="utf-8")
    for name in (MERGES, WEIGHTS, MANIFEST):
        (folder / (name + ".new")).replace(folder / name)


def load(folder: Path = FOLDER) -> tuple[open_clip.CLIP, Prepare, SimpleTokenizer]:
    """The model in evaluation mode, its picture preprocessing and its tokenizer.

    Uses nothing but open_clip and the manifest.

    Raises:
        ValueError: the weights do not have the hash that the manifest names.
    """
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    weights = folder / manifest["weights"]
    if hashlib.sha256(weights.read_bytes()).hexdigest() != manifest["sha256"]:
        raise ValueError(f"{weights} is not the file that {MANIFEST} describes")
    model = build(manifest["config"]).eval()
    model.load_state_dict({k: v.to(torch.float32) if v.is_floating_point() else v
                           for k, v in load_file(weights).items()})  # fmt: skip
    options = manifest["preprocess"]
    prepare = open_clip.image_transform(
        manifest["config"]["vision_cfg"]["image_size"],
        is_train=False,
        mean=tuple(options["mean"]),
        std=tuple(options["std"]),
        interpolation=options["interpolation"],
        resize_mode=options["resize_mode"],
    )
    return model, cast("Prepare", prepare), load_tokenizer(folder / manifest["tokenizer_merges"])
