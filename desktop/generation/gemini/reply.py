"""From Gemini's JSON to a result, or to the sentence that says why there is none.

Read as plain JSON rather than through the SDK's types: those warn about every block or finish
reason that Google adds later and fail as a whole over one broken part.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Mapping
from typing import cast

from desktop.core.errors import NoPicture, PromptBlocked, ReplyUnreadable
from desktop.generation.gemini.quoting import KEPT, one_line
from desktop.generation.request import GenerationResult, Usage

Json = Mapping[str, object]

_REWORD = "Reword the prompt or change the references, then try again."

_BLOCKED: dict[str, str] = {
    "SAFETY": "its safety rules",
    "IMAGE_SAFETY": "its safety rules for pictures",
    "PROHIBITED_CONTENT": "its rules on prohibited content",
    "BLOCKLIST": "a word on its block list",
    "OTHER": "a rule that it does not name",
    "MODEL_ARMOR": "a filter of your organisation",
    "JAILBREAK": "its rules against circumventing its limits",
}
"""Why a prompt was declined before anything was made (``promptFeedback.blockReason``)."""

_DECLINED: dict[str, str] = {
    "SAFETY": "its safety rules",
    "IMAGE_SAFETY": "its safety rules for pictures",
    "PROHIBITED_CONTENT": "its rules on prohibited content",
    "IMAGE_PROHIBITED_CONTENT": "its rules on prohibited pictures",
    "RECITATION": "the answer coming too close to an existing work",
    "IMAGE_RECITATION": "the picture coming too close to an existing one",
    "BLOCKLIST": "a word on its block list",
    "SPII": "personal data in the answer",
    "LANGUAGE": "the language, which it does not support",
    "ESCALATION": "its safety rules",
    "MODEL_ARMOR": "a filter of your organisation",
}
"""Why an answer was withheld on policy grounds (``candidates[].finishReason``)."""

_PICTURELESS: dict[str, tuple[str, str]] = {
    "": (
        "Gemini answered without a picture and gave no reason.",
        "Try again, or ask for a picture more plainly.",
    ),
    "STOP": (
        "Gemini answered without a picture.",
        "Ask for a picture more plainly, for example “A photo of …”.",
    ),
    "NO_IMAGE": (
        "Gemini was asked for a picture and made none.",
        "Ask for a picture more plainly, for example “A photo of …”.",
    ),
    "IMAGE_OTHER": ("Gemini could not finish the picture and does not say why.", _REWORD),
    "OTHER": ("Gemini stopped before a picture was made and does not say why.", _REWORD),
    "MAX_TOKENS": (
        "Gemini reached the longest answer it may give before a picture was made.",
        "Shorten the prompt or choose a smaller size.",
    ),
    "PUP_LIMITED_DISABLED": (
        "Google has limited this account's use of Gemini.",
        "Look at the account in Google AI Studio, or use another key.",
    ),
}


def read_reply(body: str, asked_model: str) -> GenerationResult:
    """The pictures and words of one answer.

    Args:
        body: the HTTP body of a 200 reply to ``generateContent``.
        asked_model: named in the result when the answer names no model version.

    Raises:
        ReplyUnreadable: it is not JSON, not an object, or a picture is not base64.
        PromptBlocked: the prompt or the answer was declined for policy reasons.
        NoPicture: a valid answer without a picture.
    """
    reply = _parse(body)
    images: list[bytes] = []
    texts: list[str] = []
    finish_reasons: list[str] = []
    for candidate in _objects(reply.get("candidates")):
        finish_reasons.append(_word(candidate.get("finishReason")))
        for part in _objects(_object(candidate.get("content")).get("parts")):
            # Thoughts are drafts: their pictures are not the answer, their words not for people.
            if part.get("thought") is True:
                continue
            picture = _picture(part)
            if picture:
                images.append(picture)
            text = part.get("text")
            if isinstance(text, str) and text.strip():
                texts.append(text.strip())
    text = "\n".join(texts)
    if not images:
        raise _why_no_picture(reply, finish_reasons, text)
    version = reply.get("modelVersion")
    return GenerationResult(
        images=tuple(images),
        text=text,
        model=version if isinstance(version, str) and version else asked_model,
        usage=_usage(_object(reply.get("usageMetadata"))),
    )


def _parse(body: str) -> Json:
    reply: object = None
    # Refused below, outside any handler, so that our error carries no foreign one along.
    with contextlib.suppress(ValueError, RecursionError):
        reply = json.loads(body)
    if not isinstance(reply, dict):
        raise _unreadable("Gemini's answer is not in the form that its API promises.")
    return cast(Json, reply)


def _picture(part: Json) -> bytes:
    """The bytes of an image part; empty when the part holds none."""
    inline = _object(part.get("inlineData"))
    data = inline.get("data")
    mime_type = inline.get("mimeType", "image/")
    if not data or not (isinstance(mime_type, str) and mime_type.startswith("image/")):
        return b""
    picture: bytes | None = None
    if isinstance(data, str):
        # The API writes the standard alphabet and accepts the URL-safe one; read either.
        padded = data.translate(_TO_STANDARD_ALPHABET) + "=" * (-len(data) % 4)
        try:
            picture = base64.b64decode(padded, validate=True)
        except (binascii.Error, ValueError):
            picture = None
    if picture is None:
        raise _unreadable("Gemini sent a picture that arrived garbled.")
    return picture


_TO_STANDARD_ALPHABET = str.maketrans("-_", "+/")


def _why_no_picture(reply: Json, finish_reasons: list[str], text: str) -> Exception:
    feedback = _object(reply.get("promptFeedback"))
    block_reason = _word(feedback.get("blockReason"))
    if block_reason:
        rule = _BLOCKED.get(block_reason, f"a rule it calls “{one_line(block_reason, 40)}”")
        said = _quoted(feedback.get("blockReasonMessage"))
        return PromptBlocked(
            f"Gemini declined this prompt because of {rule}.{said}", safe=KEPT, next_step=_REWORD
        )
    for reason in finish_reasons:
        if reason in _DECLINED:
            return PromptBlocked(
                f"Gemini withheld the picture because of {_DECLINED[reason]}.",
                safe=KEPT,
                next_step=_REWORD,
            )
    reason = next((reason for reason in finish_reasons if reason), "")
    message, next_step = _PICTURELESS.get(
        reason,
        (
            "Gemini stopped before a picture was made, for a reason that it calls"
            f" “{one_line(reason, 40)}”.",
            _REWORD,
        ),
    )
    if text:
        message = f"{message} It wrote: “{one_line(text, 200)}”"
    return NoPicture(message, safe=KEPT, next_step=next_step, text=text)


def _usage(metadata: Json) -> Usage:
    return Usage(
        prompt_tokens=_count(metadata.get("promptTokenCount")),
        output_tokens=_count(metadata.get("candidatesTokenCount")),
        thought_tokens=_count(metadata.get("thoughtsTokenCount")),
        total_tokens=_count(metadata.get("totalTokenCount")),
    )


def _object(value: object) -> Json:
    """The value as a JSON object; empty when it is null or something else."""
    return cast(Json, value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    """The objects of a JSON list; empty when it is null or something else."""
    if not isinstance(value, list):
        return []
    return [_object(item) for item in cast(list[object], value)]


def _word(value: object) -> str:
    """An enum member's name; the ``…_UNSPECIFIED`` members say as much as none at all."""
    if not isinstance(value, str) or value.endswith("_UNSPECIFIED"):
        return ""
    return value.upper()


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _quoted(value: object) -> str:
    return f" It says: “{one_line(value, 200)}”" if isinstance(value, str) and value else ""


def _unreadable(message: str) -> ReplyUnreadable:
    return ReplyUnreadable(
        message,
        safe=KEPT,
        next_step="Try again; if it keeps happening, check whether a proxy changes the answers.",
    )
