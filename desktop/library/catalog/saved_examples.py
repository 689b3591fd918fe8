"""Pictures that a saved search asks for, as text."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from desktop.core.query import Crop, Example
from desktop.files.checked_json import MalformedJson, parse_json


def dump_examples(examples: Sequence[Example]) -> str:
    """JSON, ASCII, so that any file name survives."""
    return json.dumps([_plain(example) for example in examples])


def load_examples(text: str) -> tuple[Example, ...]:
    """What ``dump_examples`` made a text of. Raises: MalformedJson."""
    try:
        return tuple(_example(told) for told in cast("list[dict[str, Any]]", parse_json(text)))
    except (TypeError, LookupError, AttributeError, ValueError) as error:
        raise MalformedJson(str(error)) from error


def _plain(example: Example) -> dict[str, Any]:
    told: dict[str, Any] = {"weight": example.weight}
    if isinstance(example.image, Path):
        told["path"] = os.fspath(example.image)
    else:
        told["picture"] = base64.b64encode(example.image).decode()
    if (crop := example.crop) is not None:
        told["crop"] = [crop.left, crop.top, crop.width, crop.height]
    return told


def _example(told: dict[str, Any]) -> Example:
    return Example(
        Path(told["path"]) if "path" in told else base64.b64decode(told["picture"], validate=True),
        float(told["weight"]),
        Crop(*map(float, told["crop"])) if "crop" in told else None,
    )
