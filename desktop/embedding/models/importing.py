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
from desktop.core.text import ngettext, tr
from desktop.embedding.models import checkpoint, checkpoint_probe, installing
from desktop.embedding.models.checkpoint import StateDict, damaged
from desktop.embedding.models.manifest import (
    CONVERTED_NAME,
    MANIFEST_NAME,
    InstalledModel,
    Manifest,
    read_manifest,
    same_model,
    write_manifest,
)
from desktop.embedding.pytorch import has_pytorch, require_pytorch
from desktop.files.atomic import sync_file
from desktop.files.content_hash import sha256_of
from desktop.files.regular_file import read_guarded


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
        architecture: see ``checkpoint_probe.probe``.
        refuse: asked before the folder becomes visible; returns the identical model that is
            already there, or raises when the name is taken by another.

    Raises:
        Cancelled, UsageError, ModelMissing, ModelDamaged, ModelError.
    """
    with installing.install_lock(models_dir), installing.importing_folder(models_dir) as folder:
        yield Progress(tr("Reading the model"), current=source.name, unit=tr("MB"))
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
        tr(
            'Another model is already installed under the name "{name}".',
            name=present.manifest.name,
        ),
        safe=tr("The installed model is untouched; an index made with it keeps working."),
        next_step=tr("Give the file another name: the model is called as it is."),
        at_terminal=tr("Choose another name with --name."),
    )


def _copy_folder(
    model: InstalledModel, folder: Path, name: str, cancel: CancelToken
) -> ProgressSteps[Manifest]:
    manifest = replace(
        model.manifest,
        name=installing.checked_name(name or model.manifest.name),
        weights=installing.WEIGHTS_NAME,
    )
    converted = sorted(model.folder.glob(f"{CONVERTED_NAME}/*/*"))
    if not converted:
        require_pytorch(model.weights_path.name)
    if has_pytorch():
        checkpoint_probe.check_weights_file(model)
    with installing.disk_errors(folder.parent):
        sha256 = yield from installing.copy_hashed(
            model.weights_path, folder / manifest.weights, cancel, tr("Copying the model")
        )
        for words in filter(None, (model.merges_path, model.tokenizer_path)):
            (folder / words.name).write_bytes(read_guarded(words))
        # Whether it is whole and of this version is told when it is used.
        for file in converted:
            copy = folder / file.relative_to(model.folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            yield from installing.copy_hashed(file, copy, cancel, tr("Copying the model"))
    if sha256 != manifest.sha256:
        raise damaged(model.weights_path, tr("its checksum is not the one in its model.json"))
    if has_pytorch():
        weights = checkpoint.read_weights(folder / manifest.weights)
        checkpoint.check_numbers(model.weights_path, weights)
    return replace(manifest, size_bytes=(folder / manifest.weights).stat().st_size)


def _convert(
    path: Path, folder: Path, name: str, architecture: str, cancel: CancelToken
) -> ProgressSteps[Manifest]:
    found = checkpoint_probe.probe(path, architecture)
    manifest = found.manifest
    name = installing.checked_name(
        name or installing.name_from_file(path.stem, manifest.architecture)
    )
    cancel.raise_if_cancelled()
    installing.check_free_space(folder, path.stat().st_size)
    target = folder / installing.WEIGHTS_NAME
    with installing.disk_errors(folder.parent):
        if found.is_verbatim:
            sha256 = yield from installing.copy_hashed(
                path, target, cancel, tr("Copying the model")
            )
        else:
            yield Progress(tr("Converting to safetensors"), current=path.name, unit=tr("MB"))
            _save(found.weights, target)
            sha256 = sha256_of(target)
        if manifest.tokenizer_file is not None:
            words = read_guarded(path.with_name(manifest.tokenizer_file))
            (folder / manifest.tokenizer_file).write_bytes(words)
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
    sync_file(target)


def _only_checkpoint(folder: Path) -> Path:
    files = sorted(
        file for file in folder.iterdir() if file.suffix.lower() in checkpoint.CHECKPOINT_SUFFIXES
    )
    safe = [file for file in files if file.suffix.lower() == ".safetensors"]
    chosen = safe or files
    if len(chosen) == 1:
        return chosen[0]
    raise ModelError(
        ngettext(
            "The folder {folder} holds {count} checkpoint.",
            "The folder {folder} holds {count} checkpoints.",
            len(chosen),
            folder=folder,
        )
        if chosen
        else tr("The folder {folder} holds no checkpoint.", folder=folder),
        safe=tr("Nothing was changed."),
        next_step=tr("Choose one file of it."),
    )
