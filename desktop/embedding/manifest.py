"""``model.json``: what a model folder holds and how its pictures and words must be prepared.

A model folder is complete when its manifest is: the weights are written first, the manifest last,
and the folder takes its final name only then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from desktop.core.errors import ModelDamaged, ModelMissing

MANIFEST_NAME = "model.json"
FORMAT = 1
QUICKGELU_SUFFIX = "-quickgelu"
_LARGEST_MANIFEST_BYTES = 1_000_000
_HEX_DIGITS = frozenset("0123456789abcdef")

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

    mean: tuple[float, float, float] = OPENAI_MEAN
    std: tuple[float, float, float] = OPENAI_STD
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
        preprocess: how pixels are prepared.
        quickgelu: whether the model was trained with OpenAI's QuickGELU activation.
        licence: of the weights.
        description: one sentence for people.
        languages: ISO codes of the languages of the training captions.
        source: where the weights came from.
    """

    name: str
    architecture: str
    weights: str
    sha256: str
    config: Mapping[str, Any] | None = None
    size_bytes: int = 0
    tokenizer_merges: str | None = None
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
    def fingerprint(self) -> str:
        """First 12 hex digits of the SHA-256 of the weights."""
        return self.manifest.sha256[:12]

    @property
    def identity(self) -> str:
        """What ``EncoderInfo.identity`` of the loaded model will be."""
        return f"{self.architecture}@{self.fingerprint}"

    @property
    def merges_path(self) -> Path | None:
        merges = self.manifest.tokenizer_merges
        return None if merges is None else self.folder / merges


def read_manifest(folder: Path) -> InstalledModel:
    """Read and check the manifest of a model folder. Unknown keys are ignored.

    Raises:
        ModelMissing: the folder has no manifest.
        ModelDamaged: the manifest cannot be used; the message names the file.
    """
    path = folder / MANIFEST_NAME
    try:
        if path.stat().st_size > _LARGEST_MANIFEST_BYTES:
            raise _damaged(path, "it is far too large for a model description")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ModelMissing(
            f"{folder} is not a model folder: it has no {MANIFEST_NAME}.",
            next_step="Import a checkpoint with `plantain model import FILE`.",
        ) from None
    except OSError as error:
        raise _damaged(path, f"it cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "it is not valid JSON") from error
    return InstalledModel(folder, _Reader(path, data).manifest())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``model.json`` into the folder (which nobody else sees yet)."""
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
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")


def same_model(one: Manifest, other: Manifest) -> bool:
    """Whether both give the same vectors: everything but the names and the prose is equal."""
    blank = {"name": "", "licence": "", "description": "", "languages": (), "source": ""}
    blank |= {"size_bytes": 0, "weights": "", "tokenizer_merges": None}
    return replace(one, **blank) == replace(other, **blank)


def _damaged(path: Path, why: str) -> ModelDamaged:
    return ModelDamaged(
        f"The model description {path} cannot be used: {why}.",
        safe="Your pictures and the index are untouched.",
        next_step="Delete that folder and install the model again with "
        "`plantain model download NAME` or `plantain model import FILE`.",
    )


class _Reader:
    """Takes typed values out of parsed JSON; every complaint names the file and the key."""

    def __init__(self, path: Path, data: object) -> None:
        self._path = path
        if not isinstance(data, dict):
            raise _damaged(path, "it does not hold a JSON object")
        self._data = cast("dict[str, Any]", data)

    def manifest(self) -> Manifest:
        self._check_format()
        sha256 = self._text("sha256", required=True).lower()
        if len(sha256) != 64 or not _HEX_DIGITS.issuperset(sha256):
            raise _damaged(self._path, '"sha256" is not a SHA-256 in hex')
        merges = self._data.get("tokenizer_merges")
        return Manifest(
            name=self._text("name", required=True),
            architecture=self._text("architecture", required=True),
            config=self._config(),
            weights=self._file_name("weights"),
            sha256=sha256,
            size_bytes=self._size(),
            tokenizer_merges=None if merges is None else self._file_name("tokenizer_merges"),
            preprocess=self._preprocess(),
            quickgelu=self._flag("quickgelu"),
            licence=self._text("licence"),
            description=self._text("description"),
            languages=self._languages(),
            source=self._text("source"),
        )

    def _check_format(self) -> None:
        version = self._data.get("format")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise _damaged(self._path, '"format" is not a number')
        if version > FORMAT:
            raise ModelDamaged(
                f"The model in {self._path.parent} was described by a newer Plantain "
                f"(format {version}, this one reads {FORMAT}).",
                safe="Nothing was changed.",
                next_step="Update Plantain, or choose another model with --model.",
            )

    def _text(self, key: str, *, required: bool = False) -> str:
        value = self._data.get(key)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            raise _damaged(self._path, f'"{key}" is not a text')
        return value

    def _file_name(self, key: str) -> str:
        value = self._text(key, required=True)
        # A manifest may come from anywhere; it must not reach outside its folder.
        if value in {".", ".."} or any(mark in value for mark in "/\\:\0"):
            raise _damaged(self._path, f'"{key}" is not a plain file name')
        return value

    def _flag(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            raise _damaged(self._path, f'"{key}" is neither true nor false')
        return value

    def _size(self) -> int:
        value = self._data.get("size_bytes", 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise _damaged(self._path, '"size_bytes" is not a size')
        return value

    def _config(self) -> dict[str, Any] | None:
        value = self._data.get("config")
        if value is None:
            return None
        if not isinstance(value, dict):
            raise _damaged(self._path, '"config" is not an object')
        config = cast("dict[str, Any]", value)
        embed_dim = config.get("embed_dim")
        if not isinstance(embed_dim, int) or not all(
            isinstance(config.get(tower), dict) for tower in ("vision_cfg", "text_cfg")
        ):
            raise _damaged(self._path, '"config" lacks embed_dim, vision_cfg or text_cfg')
        return config

    def _languages(self) -> tuple[str, ...]:
        value = self._data.get("languages")
        if value is None:
            return ()
        if not isinstance(value, list):
            raise _damaged(self._path, '"languages" is not a list of texts')
        items = cast("list[object]", value)
        if not all(isinstance(item, str) for item in items):
            raise _damaged(self._path, '"languages" is not a list of texts')
        return tuple(cast("list[str]", items))

    def _preprocess(self) -> Preprocess:
        value = self._data.get("preprocess")
        if value is None:
            return Preprocess()
        if not isinstance(value, dict):
            raise _damaged(self._path, '"preprocess" is not an object')
        return parse_preprocess(cast("dict[str, Any]", value), self._path)


def parse_preprocess(data: Mapping[str, Any], path: Path) -> Preprocess:
    """Read mean, std, interpolation and resize mode; what is left out takes OpenAI's value.

    Raises:
        ModelDamaged: a value cannot be used; the message names ``path``.
    """
    default = Preprocess()
    interpolation = data.get("interpolation", default.interpolation)
    if interpolation not in ("bicubic", "bilinear"):
        raise _damaged(path, f'"interpolation" is {interpolation!r}, not bicubic or bilinear')
    resize_mode = data.get("resize_mode", default.resize_mode)
    if resize_mode not in ("shortest", "longest", "squash"):
        raise _damaged(path, f'"resize_mode" is {resize_mode!r}, not shortest, longest or squash')
    mean = _channels(data.get("mean", default.mean), "mean", path)
    std = _channels(data.get("std", default.std), "std", path)
    if min(std) <= 0:
        raise _damaged(path, '"std" must be above zero')
    return Preprocess(mean, std, interpolation, resize_mode)


def _channels(value: object, key: str, path: Path) -> tuple[float, float, float]:
    if isinstance(value, list | tuple):
        items = list(cast("Sequence[object]", value))
        numbers = [
            float(item)
            for item in items
            if isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e6
        ]
        if len(items) == len(numbers) == 3:
            return numbers[0], numbers[1], numbers[2]
    raise _damaged(path, f'"{key}" is not three numbers')
