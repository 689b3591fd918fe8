"""A generated picture whose program was killed between saving it and writing it down.

Its lineage is inside the file, so nothing is lost: the next scan finds the file and reads it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from desktop.core.asset import Asset, displayable
from desktop.core.errors import FileError
from desktop.library.lineage import LineageBook, LineageRecord, LineageReference
from desktop.media.metadata import embed_lineage, read_lineage

_LOG = logging.getLogger(__name__)


def describe(data: bytes, record: LineageRecord) -> bytes:
    """The picture with its lineage inside; as it came where the format has no room for so much.

    References are named, never by their full paths: the file may be given away.
    """
    fields = {
        "prompt": record.prompt,
        "generator": record.generator,
        "model": record.model,
        "settings": json.dumps(dict(record.settings), ensure_ascii=False),
        "references": json.dumps(
            [displayable(reference.path.name) for reference in record.references],
            ensure_ascii=False,
        ),
        "text": record.text,
        "usage": json.dumps(dict(record.usage)),
    }
    try:
        return embed_lineage(data, fields)
    except FileError as error:
        _LOG.warning("lineage is kept in the catalogue only: %s", error)
        return data


class Homecoming:
    """Writes down the lineage of generated pictures that a scan has found."""

    def __init__(self, lineage: LineageBook) -> None:
        self._lineage = lineage

    def adopt(self, assets: Sequence[Asset]) -> None:
        """Take the lineage out of each file that is new in the folder of generated pictures."""
        for asset in assets:
            try:
                fields = read_lineage(asset.path)
            except FileError:
                continue  # reading the picture itself will say what is wrong with it
            if fields is None:
                continue
            self._lineage.record(asset.id, _record(fields))


def _record(fields: Mapping[str, str]) -> LineageRecord:
    usage = _object(fields.get("usage", ""))
    return LineageRecord(
        prompt=fields.get("prompt", ""),
        generator=fields.get("generator", ""),
        model=fields.get("model", ""),
        settings={key: str(value) for key, value in _object(fields.get("settings", "")).items()},
        text=fields.get("text", ""),
        usage={key: value for key, value in usage.items() if isinstance(value, int)},
        references=[
            LineageReference(Path(str(name)), None, None, "named in the file")
            for name in _list(fields.get("references", ""))
        ],
    )


def _object(text: str) -> dict[str, Any]:
    value = _parsed(text)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(text: str) -> list[Any]:
    value = _parsed(text)
    return cast("list[Any]", value) if isinstance(value, list) else []


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
