"""From the JSON of the Interactions API to a result, or to why there is none.

``{"id", "status", "model", "steps": [{"type": "thought", "signature", …}, {"type": "model_output",
"content": [{"type": "text", "text"}, {"type": "image", "mime_type", "data"}]}], "usage": {…}}``
"""

from __future__ import annotations

from desktop.core.errors import GenerationError, PromptBlocked
from desktop.core.generation_record import Usage
from desktop.core.text import sentences, tr
from desktop.generation.gemini.reply import (
    REWORD,
    Findings,
    Json,
    an_object,
    count,
    name,
    objects,
    parsed,
    quoted,
    tokens_by_modality,
    unreadable,
    why_picture_less,
    without_pictures,
    word,
)
from desktop.generation.generator import GenerationResult
from desktop.generation.wire.quoting import KEPT

_PICTURE_RULES = ("safety", "blocked", "prohibited", "policy", "recitation")
"""Words by which a failed interaction is known to have been declined."""

_REASONS = {
    "INCOMPLETE": "MAX_TOKENS",
    "COMPLETED": "STOP",
    "REQUIRES_CONTINUATION": "CONTINUATION",
    "IN_PROGRESS": "CONTINUATION",
    "QUEUED": "CONTINUATION",
}
"""What a status without a reason comes to, in the words of the other API."""


def read_interaction(body: bytes, asked_model: str) -> GenerationResult:
    """The pictures and words of one interaction; never raises.

    Args:
        body: of an HTTP answer with status 200.
        asked_model: named in the result when the answer names no model.
    """
    reply = parsed(body)
    if reply is None:
        return unreadable(asked_model)
    found, thought = Findings(), Findings()
    for step in objects(reply.get("steps")):
        # What is no output is thoughts, and calls of tools.
        into = found if step.get("type") == "model_output" else thought
        for part in objects(step.get("content")):
            if part.get("type") == "image":
                into.take_picture(part.get("data"), part.get("mime_type"))
            else:
                into.take_text(part.get("text"))
    return GenerationResult(
        images=tuple(found.images),
        text=found.text,
        model=name(reply.get("model")) or asked_model,
        usage=_usage(an_object(reply.get("usage"))),
        response_id=name(reply.get("id")),
        turn=without_pictures(reply.get("steps")),  # signatures included
        thought_images=tuple(thought.images),
        thought_text=thought.text,
        problem=None if found.images else found.garbled or _why_no_picture(reply, found.text),
    )


def _why_no_picture(reply: Json, text: str) -> GenerationError:
    problems = [*objects(reply.get("errors")), an_object(reply.get("error"))]
    said = next((line for problem in problems if (line := quoted(problem.get("message")))), "")
    codes = [
        word(problem.get(field)) for problem in problems for field in ("code", "reason", "status")
    ]
    codes += [word(reply.get("finish_reason")), word(reply.get("incomplete_reason"))]
    reasons = [code.rpartition("/")[2] for code in codes if code]
    status = word(reply.get("status"))
    if not reasons and status == "FAILED" and any(rule in said.lower() for rule in _PICTURE_RULES):
        return PromptBlocked(
            sentences(tr("Gemini declined this prompt."), said),
            safe=tr(KEPT),
            next_step=tr(REWORD),
        )
    if not reasons and status:
        reasons = [_REASONS.get(status, status)]
    return why_picture_less(reasons, said, text)


def _usage(usage: Json) -> Usage:
    sent = tokens_by_modality(usage.get("input_tokens_by_modality"), "tokens")
    made = tokens_by_modality(usage.get("output_tokens_by_modality"), "tokens")
    return Usage(
        prompt_tokens=count(usage.get("total_input_tokens")),
        output_tokens=count(usage.get("total_output_tokens")),
        thought_tokens=count(usage.get("total_thought_tokens")),
        total_tokens=count(usage.get("total_tokens")),
        image_tokens=made.get("IMAGE"),
        prompt_text_tokens=sent.get("TEXT"),
        prompt_image_tokens=sent.get("IMAGE"),
        prompt_audio_tokens=sent.get("AUDIO"),
    )
