"""What a model's pictures look like, told without loading it: neither torch nor open_clip is."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from desktop.core.errors import ModelError
from desktop.core.pixels import PixelSpec
from desktop.core.text import tr
from desktop.embedding.models.manifest import InstalledModel, Manifest


def pixel_spec(model: InstalledModel) -> PixelSpec:
    """The input of the model's encoder; what ``EncoderInfo.pixels`` will be.

    Raises:
        ModelError: the model takes no square pictures, or nothing is known about it.
    """
    manifest = model.manifest
    preprocess = manifest.preprocess
    return PixelSpec(
        _square_size(manifest.name, model_config(manifest)),
        preprocess.resize_mode,
        preprocess.interpolation,
    )


def model_config(manifest: Manifest) -> Mapping[str, Any]:
    """The model's own open_clip config, or that of its architecture.

    Raises:
        ModelError: open_clip does not know the architecture.
    """
    config = manifest.config
    return _open_clips_config(manifest.architecture) if config is None else config


def _square_size(name: str, config: Mapping[str, Any]) -> int:
    """Side of the input in pixels, from an open_clip config.

    Args:
        name: of the model, for the error.

    Raises:
        ModelError: it is not square.
    """
    size: object = config["vision_cfg"].get("image_size", 224)
    if isinstance(size, list | tuple):
        sides = list(cast("Sequence[object]", size))
        size = sides[0] if sides and all(side == sides[0] for side in sides) else None
    if not isinstance(size, int) or size < 1:
        raise ModelError(
            tr("The model {name} does not take square pictures; Plantain needs that.", name=name),
            next_step=tr("Choose another model."),
        )
    return size


def _open_clips_config(architecture: str) -> Mapping[str, Any]:
    """open_clip's own config of an architecture (any case), read from the files that it brings."""
    package = importlib.util.find_spec("open_clip")  # finds the package, does not run it
    for place in (package.submodule_search_locations or ()) if package else ():
        for path in Path(place, "model_configs").glob("*.json"):
            if path.stem.casefold() == architecture.casefold():
                return cast("Mapping[str, Any]", json.loads(path.read_text(encoding="utf-8")))
    raise ModelError(
        tr('open_clip knows no architecture called "{architecture}".', architecture=architecture),
        next_step=tr("Install the model again, or choose another one."),
    )
