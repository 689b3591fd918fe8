"""The written form of a generation's record: canonical JSON, the same in SQL, XMP and exports.

Keys are sorted, empty values are left out, and everything is ASCII: any text, undecodable file
names included, passes through SQL and XML as it is, and the same record is the same text. A record
of a newer Plantain is read with what is known of it; the rest is kept in ``extra`` and written
back. Only where it says something known in another form it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, cast

from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference, Usage
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, checked, parse_json, path_text

PATH_KEYS = frozenset({"path"})
"""Keys of a record whose text is a file name, see ``checked``."""

_USAGE = {field.name for field in fields(Usage)} - {"extra"}


def dump_record(record: GenerationRecord) -> str:
    """A record as canonical JSON, ASCII."""
    return json.dumps(plain_record(record), sort_keys=True, separators=(",", ":"), allow_nan=False)


def load_record(data: bytes | str) -> GenerationRecord:
    """From ``dump_record``, or from a newer one.

    Raises:
        MalformedJson: it is no record, or known fields of it have another form.
    """
    return record_from(parse_json(data))


def plain_record(record: GenerationRecord) -> dict[str, Any]:
    """A record as JSON's own types, to stand in a larger document."""
    return cast("dict[str, Any]", _plain(record))


def record_from(raw: object) -> GenerationRecord:
    """From ``plain_record``; raises as ``load_record``."""
    outer = _sorted_out(raw, GenerationRecord)
    request = outer["request"] = _sorted_out(outer.get("request"), GenerationRequest)
    references = request.get("references", [])
    if isinstance(references, list):
        request["references"] = [
            _sorted_out(reference, Reference) for reference in cast("list[object]", references)
        ]
    if "usage" in outer:
        outer["usage"] = _sorted_out(outer["usage"], Usage)
    return checked(outer, GenerationRecord, names=PATH_KEYS)


def record_of_parts(
    *,
    prompt: str,
    generator: str,
    model: str,
    settings: object,
    text: str,
    usage: object,
    references: Sequence[Reference],
    created_at: float,
) -> GenerationRecord:
    """What Plantain kept up to version 3 of the catalogue, in parts, as one record.

    Args:
        model: the one that answered; which one was asked was not kept.
        settings: aspect ratio and image size by name. What else it holds, or what it is instead of
            an object, is kept in ``request.extra``.
        usage: tokens by kind; other kinds are kept in ``usage.extra``.
    """
    chosen: dict[str, Any] = {}
    rest = settings
    if isinstance(settings, Mapping):
        items = cast("Mapping[str, object]", settings)
        chosen = {
            name: items[name]
            for name in ("aspect_ratio", "image_size")
            if isinstance(items.get(name), str)
        }
        rest = {name: value for name, value in items.items() if name not in chosen}
    counts: Mapping[str, object] = {}
    if isinstance(usage, Mapping):
        counts = cast("Mapping[str, object]", usage)
    known = {name: count for name in _USAGE if type(count := counts.get(name)) is int}
    others = {name: count for name, count in counts.items() if name not in known}
    if not isinstance(usage, Mapping) and usage:
        others = {"usage": usage}
    return GenerationRecord(
        GenerationRequest(
            prompt,
            tuple(references),
            generator,
            model,
            **chosen,
            extra={"settings": rest} if rest else {},
        ),
        model=model,
        text=text,
        usage=Usage(**known, extra=others),
        created_at=created_at,
    )


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return path_text(value)
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, object]", value))
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    if not is_dataclass(value):
        return value
    written: dict[str, object] = dict(cast("Any", value).extra)
    for field in fields(value):
        content: object = getattr(value, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        is_empty = content is None or content == "" or content == () or content == {}
        if field.name != "extra" and not (is_empty and content == default):
            written[field.name] = _plain(content)
    return written


def _sorted_out(raw: object, kind: type) -> dict[str, Any]:
    """``raw`` with what ``kind`` has no field for in ``extra``. Raises: MalformedJson."""
    if not isinstance(raw, dict):
        raise MalformedJson(tr("It is no record of a generation."))
    known = {field.name for field in fields(kind)} - {"extra"}
    items = cast("dict[str, Any]", raw).items()
    sorted_out = {name: value for name, value in items if name in known}
    if extra := {name: value for name, value in items if name not in known}:
        sorted_out["extra"] = extra
    return sorted_out
