"""How generated pictures were made, as the catalogue kept it up to version 3: in columns."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, cast

from desktop.core.generation_record import Reference
from desktop.files.checked_json import MalformedJson, decode_json, parse_json
from desktop.files.record_json import dump_record, record_of_parts

RECORDS_OF_V3 = """
SELECT asset_id, generation_record(
    prompt, generator, model, settings, text, usage, created_at, (
        SELECT json_group_array(json_array(hex(path), score, reason)) FROM (
            SELECT path, score, reason FROM lineage_references
            WHERE lineage_references.asset_id = lineage.asset_id ORDER BY position
        )
    )
) FROM lineage ORDER BY asset_id
"""
"""Every record of a catalogue of version 1 to 3; ``generation_record`` is ``record_of_v3``."""


def record_of_v3(
    prompt: str,
    generator: str,
    model: str,
    settings: str,
    text: str,
    usage: str,
    created_at: float,
    references: str,
) -> str:
    """The columns of one row of ``lineage`` as a record in JSON.

    Nothing in them stops a library from opening: what is not as it was written is kept as it is.

    Args:
        references: JSON list of path (hex), score and reason, in order.
    """
    rows = cast("list[tuple[str, float | None, str]]", parse_json(references))
    return dump_record(
        record_of_parts(
            prompt=prompt,
            generator=generator,
            model=model,
            settings=_kept(settings),
            text=text,
            usage=_kept(usage),
            references=[
                # A zero byte ends a path; the catalogue puts its own marks behind one.
                Reference(
                    Path(os.fsdecode(bytes.fromhex(path).partition(b"\0")[0])),
                    score=None if score is None or not math.isfinite(score) else score,
                    reason=reason,
                )
                for path, score, reason in rows
            ],
            created_at=created_at if math.isfinite(created_at) else 0.0,
        )
    )


def _kept(text: str) -> object:
    try:
        return decode_json(text, dict[str, Any])
    except MalformedJson:
        return text
