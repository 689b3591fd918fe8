"""Finds out what a checkpoint is, and whether a model folder still is what it says."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from desktop.embedding import architecture as architectures
from desktop.embedding import checkpoint, installing
from desktop.embedding.checkpoint import StateDict, damaged
from desktop.embedding.manifest import (
    QUICKGELU_SUFFIX,
    InstalledModel,
    Manifest,
    Preprocess,
    parse_preprocess,
)

_SIDECAR = "open_clip_config.json"  # what open_clip puts beside the weights on the hub
_HASHED_ON_LOAD_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Examined:
    """A checkpoint that was read and found to be a complete CLIP model.

    Attributes:
        manifest: without the hash of the stored weights, named after the file.
        weights: exactly as the model takes them.
        is_verbatim: the file can be stored as it is.
    """

    manifest: Manifest
    weights: StateDict
    is_verbatim: bool


def examine(path: Path, architecture: str = "") -> Examined:
    """Read a checkpoint file in full and find out which model it is.

    Args:
        path: safetensors or a PyTorch checkpoint; an ``open_clip_config.json`` beside it is heeded.
        architecture: open_clip's name for it; empty to recognise it by its shapes.

    Raises:
        ModelMissing, ModelDamaged, ModelError: in words for people, naming the file.
    """
    kind = checkpoint.identify(path)
    weights = checkpoint.read_weights(path)
    manifest = _described(path, {n: tuple(t.shape) for n, t in weights.items()}, architecture)
    config = architectures.full_config(
        manifest.architecture, manifest.config, quickgelu=manifest.quickgelu
    )
    fitted = architectures.fitted(path, weights, architectures.expected_shapes(config))
    checkpoint.check_numbers(path, fitted)
    is_verbatim = kind == "safetensors" and checkpoint.read_shapes(path) == {
        name: tuple(tensor.shape) for name, tensor in fitted.items()
    }
    return Examined(manifest, fitted, is_verbatim)


def examine_in_place(path: Path) -> InstalledModel:
    """A model used straight from a checkpoint file, without installing it. Hashes the file."""
    examined = examine(path)
    manifest = replace(
        examined.manifest,
        weights=path.name,
        sha256=installing.hash_file(path),
        size_bytes=path.stat().st_size,
        source=f"used in place: {path.name}",
    )
    return InstalledModel(path.parent, manifest)


def check_weights_file(model: InstalledModel) -> None:
    """Refuse a model folder whose weights are gone, of another size, or do not fit its config.

    Reads the header of the weights only; a file of at most 50 MB is also compared with its
    SHA-256 (600 MB would add half a second to every start).

    Raises:
        ModelDamaged, ModelError.
    """
    path, manifest = model.weights_path, model.manifest
    try:
        size = path.stat().st_size
    except OSError as error:
        raise damaged(
            path,
            f"its model.json is there but the weights cannot be read ({error.strerror})",
            next_step=f"Delete the folder {model.folder} and install the model again.",
        ) from error
    if manifest.size_bytes and size != manifest.size_bytes:
        raise damaged(path, f"it has {size} bytes instead of {manifest.size_bytes}")
    if size <= _HASHED_ON_LOAD_BYTES and installing.hash_file(path) != manifest.sha256:
        raise damaged(path, "its checksum is not the one in its model.json")
    if checkpoint.identify(path) == "safetensors":
        config = architectures.full_config(
            manifest.architecture, manifest.config, quickgelu=manifest.quickgelu
        )
        shapes = checkpoint.read_shapes(path)
        expected = architectures.expected_shapes(config)
        architectures.check_shapes(path, shapes, expected)


def _described(path: Path, shapes: architectures.Shapes, architecture: str) -> Manifest:
    """A manifest from, in this order, the person's word, the sidecar, and the shapes."""
    sidecar = _sidecar(path)
    if architecture:
        found = architectures.known_name(architecture)
        if found is None:
            architectures.full_config(architecture, None, quickgelu=False)  # raises in words
        config = None
        note = f"Architecture {found} as given."
        architecture = cast("str", found)
        quickgelu = architecture.endswith(QUICKGELU_SUFFIX)
    elif sidecar.config is not None:
        config = sidecar.config
        quickgelu = bool(config.get("quick_gelu", False))
        architecture = _name_of(config) or "custom"
        config = None if architecture != "custom" else config
        note = f"Architecture from {_SIDECAR}."
    else:
        config = None
        architecture = architectures.detect(path, shapes)
        quickgelu = architectures.hints_at_quickgelu(path.name)
        note = f"{architecture} recognised by its shapes."
        variant = architectures.known_name(architecture + QUICKGELU_SUFFIX)
        if quickgelu and variant is not None:
            architecture = variant
    activation = (
        "QuickGELU activation" if quickgelu else "Standard GELU activation, not OpenAI's QuickGELU"
    )
    return Manifest(
        name=path.stem,
        architecture=architecture,
        weights=path.name,
        sha256="",
        config=config,
        preprocess=sidecar.preprocess,
        quickgelu=quickgelu,
        licence="unknown; see where the file came from",
        description=f"Imported. {note} {activation} assumed; --architecture chooses another.",
    )


@dataclass(frozen=True, slots=True)
class _Sidecar:
    config: dict[str, Any] | None
    preprocess: Preprocess


def _sidecar(path: Path) -> _Sidecar:
    """What ``open_clip_config.json`` beside the checkpoint says; nothing when there is none."""
    file = path.with_name(_SIDECAR)
    try:
        data: object = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _Sidecar(None, Preprocess())
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(file, "it is not valid JSON") from error
    whole = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    config, preprocess = whole.get("model_cfg"), whole.get("preprocess_cfg") or {}
    if not isinstance(config, Mapping) or not isinstance(preprocess, Mapping):
        raise damaged(file, "it holds no model_cfg")
    model_config = dict(cast("Mapping[str, Any]", config))
    if not all(isinstance(model_config.get(part), Mapping) for part in ("vision_cfg", "text_cfg")):
        raise damaged(file, "its model_cfg lacks vision_cfg or text_cfg")
    return _Sidecar(model_config, parse_preprocess(cast("Mapping[str, Any]", preprocess), file))


def _name_of(config: Mapping[str, Any]) -> str | None:
    """open_clip's own name for a config, when it has one."""
    import open_clip

    for name in cast("list[str]", open_clip.list_models()):
        if open_clip.get_model_config(name) == config:
            return name
    return None
