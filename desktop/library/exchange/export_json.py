"""An export as JSON."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import replace
from typing import Any, cast

from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.record_json import plain_record
from desktop.library.exchange.exported import (
    FORMAT,
    VERSION,
    Exported,
    ExportedAsset,
    known_version,
)

_PARTS = ("roots", "ignore_rules", "boards", "assets")
_NEWER_PARTS = ("folders", "searches", "tags")
"""That a file of an older Plantain has not."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def to_json(exported: Exported) -> bytes:
    """UTF-8, readable as it is."""
    assets = [
        {**dataclasses.asdict(replace(asset, made=None)), "made": _plain_made(asset)}
        for asset in exported.assets
    ]
    document: dict[str, Any] = {
        **{"format": FORMAT, "version": VERSION},
        **dataclasses.asdict(replace(exported, assets=())),
        "assets": assets,
    }
    del document["problems"]
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    # A lone surrogate is not UTF-8; JSON has another way to write it.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"


def raw_json(data: str) -> tuple[dict[str, Any], int]:
    """The document and its version. Raises: MalformedJson; LibraryError: as ``known_version``."""
    parsed = parse_json(data)
    if not isinstance(parsed, dict):
        raise MalformedJson(tr("It is another program's."))
    raw = cast("dict[str, Any]", parsed)
    if raw.get("format") != FORMAT:
        raise MalformedJson(tr("It is another program's."))
    version = known_version(checked(raw.get("version"), int))
    if missing := {*_PARTS} - raw.keys():
        raise MalformedJson(tr("It has no “{key}”.", key=min(missing)))
    if wrong := [key for key in _PARTS if not isinstance(raw[key], list)]:
        raise MalformedJson(tr("“{key}” is no list.", key=wrong[0]))
    raw["problems"] = []
    for key in _NEWER_PARTS:
        if not isinstance(raw.setdefault(key, []), list):
            raise MalformedJson(tr("“{key}” is no list.", key=key))
    return raw, version


def _plain_made(asset: ExportedAsset) -> dict[str, Any] | None:
    return None if asset.made is None else plain_record(asset.made)
