"""Earlier turns of a talk as each of Google's APIs takes them back: as they came, not written anew.

A model refuses to go on where a signature of its own is missing or another.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from desktop.generation.gemini.reply import Json, an_object, objects, parsed
from desktop.generation.generator import ReferenceImage, Turn


def earlier_contents(
    history: Sequence[Turn], text: str, references: Sequence[ReferenceImage]
) -> list[Json]:
    """``contents`` of ``generateContent``: all turns, this one last."""
    contents: list[Json] = []
    for turn in history:
        contents.append(_said_by_person(turn.text, turn.references))
        candidates = objects((parsed(turn.answer) or {}).get("candidates"))[:1]
        contents += [{"role": "model", **an_object(each.get("content"))} for each in candidates]
    return [*contents, _said_by_person(text, references)]


def earlier_steps(
    history: Sequence[Turn], text: str, references: Sequence[ReferenceImage]
) -> list[Json]:
    """``input`` of an interaction that is stored nowhere: all steps, this one last."""
    steps: list[Json] = []
    for turn in history:
        steps.append(_step(turn.text, turn.references))
        steps += objects((parsed(turn.answer) or {}).get("steps"))
    return [*steps, _step(text, references)]


def interaction_content(text: str, references: Sequence[ReferenceImage]) -> list[Json]:
    """What a person says, as the Interactions API takes it."""
    content: list[Json] = [{"type": "text", "text": text}]
    for picture in references:
        if picture.caption:
            content.append({"type": "text", "text": picture.caption})
        data = base64.b64encode(picture.data).decode("ascii")
        content.append({"type": "image", "mime_type": picture.mime_type, "data": data})
    return content


def _step(text: str, references: Sequence[ReferenceImage]) -> Json:
    return {"type": "user_input", "content": interaction_content(text, references)}


def _said_by_person(text: str, references: Sequence[ReferenceImage]) -> Json:
    parts: list[Json] = [{"text": text}]
    for picture in references:
        if picture.caption:
            parts.append({"text": picture.caption})
        data = base64.urlsafe_b64encode(picture.data).decode("ascii")
        parts.append({"inlineData": {"mime_type": picture.mime_type, "data": data}})
    return {"role": "user", "parts": parts}
