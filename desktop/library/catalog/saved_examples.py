"""Pictures that a saved search asks for, as text."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from desktop.core.query import Crop, Example
from desktop.files.checked_json import MalformedJson, decode_json

_Weight = Annotated[float, msgspec.Meta(ge=-10, le=10)]
"""Beside words, which count 1; the window offers 2 at most."""
_Side = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Length = Annotated[float, msgspec.Meta(gt=0, le=1)]
_Count = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    """An example as it is written; one that says more is of a newer Plantain, and another one."""

    weight: _Weight
    path: str | None = None
    picture: str | None = None
    crop: tuple[_Side, _Side, _Length, _Length] | None = None
    page: _Count | None = None
    position_ms: _Count | None = None


def dump_examples(examples: Sequence[Example]) -> str:
    """JSON, ASCII, so that any file name survives."""
    return json.dumps([_plain(example) for example in examples])


def load_examples(text: str) -> tuple[Example, ...]:
    """What ``dump_examples`` made a text of.

    Raises:
        MalformedJson: it is none, or says what this Plantain does not know.
    """
    return tuple(map(_example, decode_json(text, list[_Told], names={"path"})))


def _plain(example: Example) -> dict[str, Any]:
    told: dict[str, Any] = {"weight": example.weight}
    if isinstance(example.image, Path):
        told["path"] = os.fspath(example.image)
    else:
        told["picture"] = base64.b64encode(example.image).decode()
    if (crop := example.crop) is not None:
        told["crop"] = [crop.left, crop.top, crop.width, crop.height]
    if example.page is not None:
        told["page"] = example.page
    if example.position_ms is not None:
        told["position_ms"] = example.position_ms
    return told


def _example(told: _Told) -> Example:
    crop = None if told.crop is None else Crop(*told.crop)
    try:
        image = (
            base64.b64decode(told.picture or "", validate=True)
            if told.path is None
            else Path(told.path)
        )
    except ValueError as error:
        raise MalformedJson(str(error)) from error
    return Example(image, told.weight, crop, told.page, told.position_ms)
