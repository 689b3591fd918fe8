"""The written form of a failure: how its sentences were put together, as ASCII JSON."""

from __future__ import annotations

import json
from typing import Any, cast

from desktop.core.errors import Remedy
from desktop.core.failure import Failure
from desktop.core.retelling import kept, retold
from desktop.files.checked_json import MalformedJson, parse_json


def dump_failure(failure: Failure | None) -> str:
    """As ASCII JSON; empty for none."""
    if failure is None:
        return ""
    plain = {
        "kind": failure.kind,
        "message": kept(failure.message),
        "safe": kept(failure.safe),
        "next_step": kept(failure.next_step),
        "remedy": failure.remedy.value if failure.remedy else "",
        "page": failure.page,
        "details": failure.details,
    }
    said = {name: value for name, value in plain.items() if value}
    return json.dumps(said, default=float)  # numpy's numbers


def load_failure(text: str) -> Failure | None:
    """From ``dump_failure``. What is anything else is a sentence, as Plantain kept it before."""
    if not text:
        return None
    try:
        plain: Any = parse_json(text)
        if not isinstance(plain, dict):
            return Failure(message=text)
        fields = cast("dict[str, Any]", plain)
        remedy = fields.get("remedy")
        return Failure(
            str(fields.get("kind", "")),
            retold(fields.get("message", "")),
            retold(fields.get("safe", "")),
            retold(fields.get("next_step", "")),
            Remedy(remedy) if remedy in [each.value for each in Remedy] else None,
            str(fields.get("page", "")),
            str(fields.get("details", "")),
        )
    except (MalformedJson, ValueError):
        return Failure(message=text)
