"""Finds out which model a checkpoint is, and whether a model folder is intact."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from desktop.core.system_errors import system_reason
from desktop.core.text import marked, sentences, tr
from desktop.embedding.models import architecture as architectures
from desktop.embedding.models import checkpoint
from desktop.embedding.models.checkpoint import StateDict, damaged
from desktop.embedding.models.manifest import (
    QUICKGELU_SUFFIX,
    SIDECAR_NAME,
    TOKENIZER_NAME,
    InstalledModel,
    Manifest,
    Preprocess,
    parse_preprocess,
)
from desktop.embedding.pytorch import require_pytorch
from desktop.files.checked_json import parse_json
from desktop.files.content_hash import sha256_of
from desktop.files.regular_file import read_guarded

_HASHED_ON_LOAD_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class ProbedCheckpoint:
    """A checkpoint that was read and found to be a complete CLIP model.

    Attributes:
        manifest: without the hash of the stored weights, named after the file.
        weights: exactly as the model takes them.
        is_verbatim: the file can be stored as it is.
    """

    manifest: Manifest
    weights: StateDict
    is_verbatim: bool


def probe(path: Path, architecture: str = "") -> ProbedCheckpoint:
    """Read a checkpoint file in full and find out which model it is.

    Args:
        path: safetensors or a PyTorch checkpoint; ``open_clip_config.json`` beside it is read too.
        architecture: open_clip's name for it; empty to recognise it by its shapes.

    Raises:
        ModelMissing, ModelDamaged, ModelError: the file is not a model that can be used.
    """
    kind = checkpoint.identify(path)
    require_pytorch(path.name)
    weights = checkpoint.read_weights(path)
    manifest = _described(path, {n: tuple(t.shape) for n, t in weights.items()}, architecture)
    config = architectures.config_of(manifest)
    fitted = architectures.fitted(path, weights, architectures.expected_shapes(config))
    checkpoint.check_numbers(path, fitted)
    is_verbatim = kind == "safetensors" and checkpoint.read_shapes(path) == {
        name: tuple(tensor.shape) for name, tensor in fitted.items()
    }
    return ProbedCheckpoint(manifest, fitted, is_verbatim)


def model_in_place(path: Path) -> InstalledModel:
    """A model used straight from a checkpoint file, without installing it. Hashes the file."""
    found = probe(path)
    manifest = replace(
        found.manifest,
        weights=path.name,
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        source=f"used in place: {path.name}",
    )
    return InstalledModel(path.parent, manifest)


def check_weights_file(model: InstalledModel) -> None:
    """As ``check_weights_size``; also refuse weights that do not fit the model's config, as their
    header says.

    Raises:
        ModelDamaged, ModelError.
    """
    check_weights_size(model)
    path = model.weights_path
    if checkpoint.identify(path) == "safetensors":
        config = architectures.config_of(model.manifest)
        shapes = checkpoint.read_shapes(path)
        expected = architectures.expected_shapes(config)
        architectures.check_shapes(path, shapes, expected)


def check_weights_size(model: InstalledModel) -> None:
    """Refuse a model folder whose weights are gone or of another size; imports nothing heavy.

    A file of at most 50 MB is also compared with its SHA-256 (600 MB would add half a second to
    every start).

    Raises:
        ModelDamaged.
    """
    path, manifest = model.weights_path, model.manifest
    try:
        size = path.stat().st_size
    except OSError as error:
        raise damaged(
            path,
            tr(
                "its model.json is there but the weights cannot be read ({reason})",
                reason=system_reason(error),
            ),
            next_step=tr(
                "Delete the folder {folder} and install the model again.", folder=model.folder
            ),
        ) from error
    if manifest.size_bytes and size != manifest.size_bytes:
        raise damaged(
            path,
            tr(
                "it has {size} bytes instead of {size_bytes}",
                size=size,
                size_bytes=manifest.size_bytes,
            ),
        )
    if size <= _HASHED_ON_LOAD_BYTES and sha256_of(path) != manifest.sha256:
        raise damaged(path, tr("its checksum is not the one in its model.json"))


def _described(path: Path, shapes: architectures.Shapes, architecture: str) -> Manifest:
    """A manifest from, in this order, the person's word, the sidecar, and the shapes."""
    sidecar = _sidecar(path)
    if architecture:
        found = architectures.known_name(architecture)
        if found is None:
            architectures.full_config(architecture, None, quickgelu=False)  # raises ModelError
        config = None
        note = tr("Architecture {name} as given.", name=found)
        architecture = cast("str", found)
        quickgelu = architecture.endswith(QUICKGELU_SUFFIX)
    elif sidecar.config is not None:
        config = sidecar.config
        quickgelu = bool(config.get("quick_gelu", False))
        architecture = _name_of(config) or "custom"
        config = None if architecture != "custom" else config
        note = tr("Architecture from {file}.", file=SIDECAR_NAME)
    else:
        config = None
        architecture = architectures.detect(path, shapes)
        quickgelu = architectures.hints_at_quickgelu(path.name)
        note = tr("{name} recognised by its shapes.", name=architecture)
        variant = architectures.known_name(architecture + QUICKGELU_SUFFIX)
        if quickgelu and variant is not None:
            architecture = variant
    activation = (
        tr("QuickGELU activation assumed; --architecture chooses another.")
        if quickgelu
        else tr(
            "Standard GELU activation, not OpenAI's QuickGELU, assumed; --architecture chooses "
            "another."
        )
    )
    return Manifest(
        name=path.stem,
        architecture=architecture,
        weights=path.name,
        sha256="",
        config=config,
        tokenizer_file=_tokenizer_beside(path, architecture, config),
        preprocess=sidecar.preprocess,
        quickgelu=quickgelu,
        licence=marked("unknown; see where the file came from"),
        description=sentences(tr("Imported."), note, activation),
    )


def _tokenizer_beside(
    path: Path, architecture: str, config: Mapping[str, Any] | None
) -> str | None:
    """The file of the model's own tokenizer, where it has one; CLIP's are part of open_clip."""
    config = architectures.known_config(architecture) if config is None else config
    has_own = bool((config or {}).get("text_cfg", {}).get("hf_tokenizer_name"))
    is_there = has_own and path.with_name(TOKENIZER_NAME).is_file()
    return TOKENIZER_NAME if is_there else None


@dataclass(frozen=True, slots=True)
class _Sidecar:
    config: dict[str, Any] | None
    preprocess: Preprocess


def _sidecar(path: Path) -> _Sidecar:
    """What ``open_clip_config.json`` beside the checkpoint says; nothing when there is none."""
    file = path.with_name(SIDECAR_NAME)
    try:
        data = parse_json(read_guarded(file))
    except FileNotFoundError:
        return _Sidecar(None, Preprocess())
    except (OSError, ValueError) as error:
        raise damaged(file, tr("it is not valid JSON")) from error
    whole = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    config, preprocess = whole.get("model_cfg"), whole.get("preprocess_cfg") or {}
    if not isinstance(config, Mapping) or not isinstance(preprocess, Mapping):
        raise damaged(file, tr("it holds no model_cfg"))
    model_config = dict(cast("Mapping[str, Any]", config))
    if not all(isinstance(model_config.get(part), Mapping) for part in ("vision_cfg", "text_cfg")):
        raise damaged(file, tr("its model_cfg lacks vision_cfg or text_cfg"))
    return _Sidecar(model_config, parse_preprocess(cast("Mapping[str, Any]", preprocess), file))


def _name_of(config: Mapping[str, Any]) -> str | None:
    """open_clip's own name for a config, when it has one."""
    import open_clip

    for name in cast("list[str]", open_clip.list_models()):
        if open_clip.get_model_config(name) == config:
            return name
    return None
