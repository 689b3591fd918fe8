"""A checkpoint from anywhere becomes a model folder, after it proved to be a CLIP model."""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.errors import ModelError
from desktop.core.progress import Progress, ProgressSteps
from desktop.embedding import checkpoint, examining, installing
from desktop.embedding.checkpoint import StateDict, damaged
from desktop.embedding.manifest import (
    MANIFEST_NAME,
    InstalledModel,
    Manifest,
    read_manifest,
    same_model,
    write_manifest,
)


def import_model(
    source: Path,
    models_dir: Path,
    *,
    name: str,
    architecture: str,
    refuse: Callable[[Manifest], InstalledModel | None],
    cancel: CancelToken,
) -> ProgressSteps[InstalledModel]:
    """Install a checkpoint file or a model folder; all or nothing.

    Args:
        source: the file, or a folder with a ``model.json`` or with one checkpoint in it.
        name: what to call it; empty to take it from the file.
        architecture: see ``examining.examine``.
        refuse: asked before the folder becomes visible; returns the identical model that is
            already there, or raises when the name is taken by another.

    Raises:
        Cancelled, UsageError, ModelMissing, ModelDamaged, ModelError.
    """
    with installing.install_lock(models_dir), installing.importing_folder(models_dir) as folder:
        yield Progress("Reading the model", current=source.name, unit="MB")
        described = source if source.is_dir() else source.parent
        if (described / MANIFEST_NAME).is_file() and (
            source.is_dir() or read_manifest(described).weights_path == source
        ):
            manifest = yield from _copy_folder(read_manifest(described), folder, name, cancel)
        else:
            file = _only_checkpoint(source) if source.is_dir() else source
            manifest = yield from _convert(file, folder, name, architecture, cancel)
        cancel.raise_if_cancelled()
        if (present := refuse(manifest)) is not None:
            return present
        destination = models_dir / manifest.name
        with installing.disk_errors(models_dir):
            write_manifest(folder, manifest)
        installing.publish(folder, destination)
        return InstalledModel(destination, manifest)


def check_replacement(manifest: Manifest, present: InstalledModel) -> InstalledModel:
    """The model of that name that is installed, when it is the same one.

    Raises:
        ModelError: it is another model; it is never overwritten.
    """
    if same_model(manifest, present.manifest):
        return present
    raise ModelError(
        f'Another model is already installed under the name "{present.manifest.name}".',
        safe="The installed model is untouched; an index made with it keeps working.",
        next_step="Choose another name with --name.",
    )


def _copy_folder(
    model: InstalledModel, folder: Path, name: str, cancel: CancelToken
) -> ProgressSteps[Manifest]:
    manifest = replace(
        model.manifest,
        name=installing.checked_name(name or model.manifest.name),
        weights=installing.WEIGHTS_NAME,
    )
    examining.check_weights_file(model)
    with installing.disk_errors(folder.parent):
        sha256 = yield from installing.copy_hashed(
            model.weights_path, folder / manifest.weights, cancel, "Copying the model"
        )
        if model.merges_path is not None:
            (folder / model.merges_path.name).write_bytes(model.merges_path.read_bytes())
    if sha256 != manifest.sha256:
        raise damaged(model.weights_path, "its checksum is not the one in its model.json")
    checkpoint.check_numbers(model.weights_path, checkpoint.read_weights(folder / manifest.weights))
    return replace(manifest, size_bytes=(folder / manifest.weights).stat().st_size)


def _convert(
    path: Path, folder: Path, name: str, architecture: str, cancel: CancelToken
) -> ProgressSteps[Manifest]:
    examined = examining.examine(path, architecture)
    manifest = examined.manifest
    name = installing.checked_name(
        name or installing.name_from_file(path.stem, manifest.architecture)
    )
    cancel.raise_if_cancelled()
    installing.check_free_space(folder, path.stat().st_size)
    target = folder / installing.WEIGHTS_NAME
    with installing.disk_errors(folder.parent):
        if examined.is_verbatim:
            sha256 = yield from installing.copy_hashed(path, target, cancel, "Copying the model")
        else:
            yield Progress("Converting to safetensors", current=path.name, unit="MB")
            _save(examined.weights, target)
            sha256 = installing.hash_file(target)
        size = target.stat().st_size
    return replace(
        manifest,
        name=name,
        weights=target.name,
        sha256=sha256,
        size_bytes=size,
        source=f"imported from {path.name}",
    )


def _save(weights: StateDict, target: Path) -> None:
    from safetensors.torch import save_file

    # Views into one storage and transposed tensors are legal in checkpoints, not in safetensors.
    plain = {name: tensor.detach().clone().contiguous() for name, tensor in weights.items()}
    save_file(plain, target, metadata={"format": "pt"})
    installing.sync_file(target)


def _only_checkpoint(folder: Path) -> Path:
    files = sorted(
        file for file in folder.iterdir() if file.suffix.lower() in checkpoint.CHECKPOINT_SUFFIXES
    )
    safe = [file for file in files if file.suffix.lower() == ".safetensors"]
    chosen = safe or files
    if len(chosen) == 1:
        return chosen[0]
    found = "holds no checkpoint" if not chosen else f"holds {len(chosen)} checkpoints"
    raise ModelError(
        f"The folder {folder} {found}.",
        safe="Nothing was changed.",
        next_step="Import one file: `plantain model import FILE`.",
    )
