"""``model.json``: what a model folder holds and how its pictures and words must be prepared.

A model folder is complete when its manifest is: the weights are written first, the manifest last,
and the folder takes its final name only then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from msgspec import Meta

from desktop.core.errors import ModelDamaged, ModelMissing
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.regular_file import read_guarded

MANIFEST_NAME = "model.json"
SIDECAR_NAME = "open_clip_config.json"
"""What open_clip puts beside the weights on the hub."""
TOKENIZER_NAME = "tokenizer.json"
"""What Hugging Face's tokenizers put there."""
CONVERTED_NAME = "converted"
"""The folder of a model's converted form, beside its weights."""
FORMAT = 1
QUICKGELU_SUFFIX = "-quickgelu"
_LARGEST_MANIFEST_BYTES = 1_000_000
_HEX_DIGITS = frozenset("0123456789abcdef")

_Mean = Annotated[float, Meta(gt=-1e6, lt=1e6)]
_Deviation = Annotated[float, Meta(gt=0, lt=1e6)]
_Size = Annotated[int, Meta(ge=0)]
_Words = Annotated[str, Meta(pattern=r"\S")]
# A manifest may come from anywhere; it must not reach outside its folder.
_FileName = Annotated[str, Meta(pattern=r"\A(?!\.\.?\Z)(?=.*\S)[^/\\:\0]+\Z")]

ResizeMode = Literal["shortest", "longest", "squash"]
Interpolation = Literal["bicubic", "bilinear"]

# OpenAI's channel statistics; open_clip's constants.py, used by every CLIP trained since.
OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class Preprocess:
    """How pixels become the model's input.

    Attributes:
        mean: subtracted from each RGB channel scaled to 0–1.
        std: divides each channel afterwards.
        interpolation: resampling filter of the resize.
        resize_mode: see ``core.pixels.PixelSpec``.
    """

    mean: tuple[_Mean, _Mean, _Mean] = OPENAI_MEAN
    std: tuple[_Deviation, _Deviation, _Deviation] = OPENAI_STD
    interpolation: Interpolation = "bicubic"
    resize_mode: ResizeMode = "shortest"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of one ``model.json``.

    Attributes:
        name: the model's name in the registry.
        architecture: open_clip's architecture name, or the maker's own when ``config`` is set.
        config: open_clip model config (embed_dim, vision_cfg, text_cfg); None when open_clip knows
            ``architecture`` by name.
        weights: file name of the weights inside the folder.
        sha256: hex digest of the weights file.
        size_bytes: its size; 0 when the manifest does not say.
        tokenizer_merges: file name of the model's own byte-pair merges; None for CLIP's.
        tokenizer_file: file name of a whole tokenizer, as Hugging Face's library writes one
            ("tokenizer.json"); then there are no merges.
        preprocess: how pixels are prepared.
        quickgelu: whether the model was trained with OpenAI's QuickGELU activation.
        licence: of the weights.
        description: one sentence for people.
        languages: ISO codes of the languages of the training captions.
        source: where the weights came from.
    """

    name: _Words
    architecture: _Words
    weights: _FileName
    sha256: str
    config: Mapping[str, Any] | None = None
    size_bytes: _Size = 0
    tokenizer_merges: _FileName | None = None
    tokenizer_file: _FileName | None = None
    preprocess: Preprocess = field(default_factory=Preprocess)
    quickgelu: bool = False
    licence: str = ""
    description: str = ""
    languages: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that can be loaded: a folder and what its manifest says."""

    folder: Path
    manifest: Manifest

    @property
    def weights_path(self) -> Path:
        return self.folder / self.manifest.weights

    @property
    def architecture(self) -> str:
        """The architecture's name, telling QuickGELU apart: the same weights give other vectors."""
        manifest = self.manifest
        is_quick = manifest.quickgelu or bool((manifest.config or {}).get("quick_gelu"))
        is_named = manifest.architecture.endswith(QUICKGELU_SUFFIX)
        return manifest.architecture + (QUICKGELU_SUFFIX if is_quick and not is_named else "")

    @property
    def weights_hash(self) -> str:
        """First 12 hex digits of the SHA-256 of the weights."""
        return self.manifest.sha256[:12]

    @property
    def identity(self) -> str:
        """What ``EncoderInfo.identity`` of the loaded model will be."""
        return f"{self.architecture}@{self.weights_hash}"

    @property
    def merges_path(self) -> Path | None:
        merges = self.manifest.tokenizer_merges
        return None if merges is None else self.folder / merges

    @property
    def tokenizer_path(self) -> Path | None:
        name = self.manifest.tokenizer_file
        return None if name is None else self.folder / name


def read_manifest(folder: Path) -> InstalledModel:
    """Read and check the manifest of a model folder. Unknown keys are ignored.

    Raises:
        ModelMissing: the folder has no manifest.
        ModelDamaged: the manifest cannot be used; the message names the file.
    """
    path = folder / MANIFEST_NAME
    try:
        if path.stat().st_size > _LARGEST_MANIFEST_BYTES:
            raise _damaged(path, tr("it is far too large for a model description"))
        data = parse_json(read_guarded(path))
    except (FileNotFoundError, NotADirectoryError):
        raise ModelMissing(
            tr(
                "{folder} is not a model folder: it has no {manifest_name}.",
                folder=folder,
                manifest_name=MANIFEST_NAME,
            ),
            next_step=tr("Choose a model file in “Models…” of the window's menu."),
            at_terminal=tr(
                "Import a checkpoint: “Models…” in the window's menu, or `plantain model import "
                "FILE`."
            ),
        ) from None
    except OSError as error:
        raise _damaged(
            path, tr("it cannot be read ({reason})", reason=system_reason(error))
        ) from error
    except MalformedJson as error:
        raise _damaged(path, tr("it is not valid JSON")) from error
    return InstalledModel(folder, _manifest(path, data))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``model.json`` into the folder (which is not visible yet)."""
    (folder / MANIFEST_NAME).write_bytes(manifest_json(manifest))


def manifest_json(manifest: Manifest) -> bytes:
    """What stands in a ``model.json``."""
    preprocess = manifest.preprocess
    data = {
        "format": FORMAT,
        "name": manifest.name,
        "architecture": manifest.architecture,
        "config": manifest.config,
        "weights": manifest.weights,
        "sha256": manifest.sha256,
        "size_bytes": manifest.size_bytes,
        "tokenizer_merges": manifest.tokenizer_merges,
        "tokenizer_file": manifest.tokenizer_file,
        "preprocess": {
            "mean": list(preprocess.mean),
            "std": list(preprocess.std),
            "interpolation": preprocess.interpolation,
            "resize_mode": preprocess.resize_mode,
        },
        "quickgelu": manifest.quickgelu,
        "licence": manifest.licence,
        "description": manifest.description,
        "languages": list(manifest.languages),
        "source": manifest.source,
    }
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def same_model(one: Manifest, other: Manifest) -> bool:
    """Whether both give the same vectors: everything but the names and the prose is equal."""
    blank = {"name": "", "licence": "", "description": "", "languages": (), "source": ""}
    blank |= {"size_bytes": 0, "weights": "", "tokenizer_merges": None, "tokenizer_file": None}
    return replace(one, **blank) == replace(other, **blank)


def _damaged(path: Path, why: str) -> ModelDamaged:
    return ModelDamaged(
        tr("The model description {path} cannot be used: {why}.", path=path, why=why),
        safe=tr("Your pictures and the index are untouched."),
        next_step=tr(
            "Delete that folder and install the model again: “Models…” in the window's menu."
        ),
        at_terminal=tr(
            "Delete that folder and install the model again: “Models…” in the window's menu, or "
            "`plantain model download NAME` or `plantain model import FILE`."
        ),
    )


def _manifest(path: Path, raw: object) -> Manifest:
    if not isinstance(raw, dict):
        raise _damaged(path, tr("it does not hold a JSON object"))
    data = cast("dict[str, Any]", raw)
    version = data.get("format")
    if type(version) is not int or version < 1:
        raise _damaged(path, tr('"format" is not a number'))
    if version > FORMAT:
        raise ModelDamaged(
            tr(
                "The model in {parent} was described by a newer Plantain (format "
                "{version}, this one reads {format}).",
                parent=path.parent,
                version=version,
                format=FORMAT,
            ),
            safe=tr("Nothing was changed."),
            next_step=tr("Update Plantain, or choose another model."),
            at_terminal=tr("Update Plantain, or choose another model with --model."),
        )
    try:
        manifest = checked({k: v for k, v in data.items() if v is not None}, Manifest)
    except MalformedJson as error:
        raise _damaged(path, str(error)) from error
    sha256 = manifest.sha256.lower()
    if len(sha256) != 64 or not _HEX_DIGITS.issuperset(sha256):
        raise _damaged(path, tr('"sha256" is not a SHA-256 in hex'))
    config = manifest.config
    if config is not None and not (
        isinstance(config.get("embed_dim"), int)
        and all(isinstance(config.get(tower), dict) for tower in ("vision_cfg", "text_cfg"))
    ):
        raise _damaged(path, tr('"config" lacks embed_dim, vision_cfg or text_cfg'))
    return replace(manifest, sha256=sha256)


def parse_preprocess(data: Mapping[str, Any], path: Path) -> Preprocess:
    """Read mean, std, interpolation and resize mode; what is left out takes OpenAI's value.

    Raises:
        ModelDamaged: a value cannot be used; the message names ``path``.
    """
    known = {field.name for field in fields(Preprocess)}
    try:
        return checked({k: v for k, v in data.items() if k in known}, Preprocess)
    except MalformedJson as error:
        raise _damaged(path, str(error)) from error
