"""The written form of the last changes of an asset's fields, as a team sends them."""

from __future__ import annotations

import contextlib
import json
from typing import Any, cast

from desktop.core.team import FieldEdit, FieldEdits
from desktop.files.checked_json import MalformedJson, checked, parse_json

_Edit = tuple[bool | int | str, float, str]
_TagEdit = tuple[bool, float, str, str]
"""Value, time, editor; of a tag its name too."""


def dump_edits(edits: FieldEdits) -> str:
    """As JSON, the same text for the same edits."""
    return json.dumps(
        {
            name: [edit.value, edit.edited_at, edit.editor, *([edit.name] if edit.name else [])]
            for name, edit in sorted(edits.items())
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load_edits(text: str) -> dict[str, FieldEdit]:
    """From ``dump_edits``; what is not of its form is left out."""
    found: dict[str, FieldEdit] = {}
    with contextlib.suppress(MalformedJson):
        raw = parse_json(text or "{}")
        for name, values in cast("dict[str, Any]", raw if isinstance(raw, dict) else {}).items():
            with contextlib.suppress(MalformedJson):
                found[name] = _edit({name: values}, name)
    return found


def _edit(raw: dict[str, Any], name: str) -> FieldEdit:
    """Raises: MalformedJson."""
    if isinstance(raw[name], list) and len(cast("list[Any]", raw[name])) == 4:
        has, at, editor, tag = checked(raw, dict[str, _TagEdit])[name]
        return FieldEdit(has, at, editor, tag)
    value, at, editor = checked(raw, dict[str, _Edit])[name]
    return FieldEdit(value, at, editor)
