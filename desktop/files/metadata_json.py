"""The written form of what a file says about its picture: JSON of what is said, and no more."""

from __future__ import annotations

import json
from dataclasses import fields

from desktop.core.metadata import NO_METADATA, Metadata
from desktop.files.checked_json import MalformedJson, checked, parse_json


def dump_metadata(told: Metadata) -> str:
    """JSON; empty where nothing is said."""
    said = {
        field.name: value
        for field in fields(Metadata)
        if (value := getattr(told, field.name)) != field.default
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def load_metadata(text: str) -> Metadata:
    """From ``dump_metadata``, or from a newer one, whose further fields are passed over; nothing
    from what is something else, as the file says it again when it is next read."""
    try:
        return checked(parse_json(text), Metadata) if text else NO_METADATA
    except MalformedJson:
        return NO_METADATA
