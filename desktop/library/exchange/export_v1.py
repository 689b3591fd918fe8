"""How a picture was made, as exports of version 1 said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.core.generation_record import GenerationRecord, Reference
from desktop.files.checked_json import checked
from desktop.files.record_json import PATH_KEYS, record_of_parts


@dataclass(frozen=True, slots=True)
class _Reference:
    path: Path
    content: str
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Lineage:
    prompt: str
    generator: str
    model: str
    settings: Mapping[str, str]
    text: str
    usage: Mapping[str, int]
    references: tuple[_Reference, ...]
    created_at: float


def record_from_v1(raw: object) -> GenerationRecord:
    """The record of one picture. Raises: MalformedJson."""
    made = checked(raw, _Lineage, names=PATH_KEYS)
    return record_of_parts(
        prompt=made.prompt,
        generator=made.generator,
        model=made.model,
        settings=made.settings,
        text=made.text,
        usage=made.usage,
        references=[
            Reference(r.path, score=r.score, reason=r.reason, content_hash=r.content)
            for r in made.references
        ],
        created_at=made.created_at,
    )
