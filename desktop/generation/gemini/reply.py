"""From the JSON of ``generateContent`` to a result, or to the sentence that says why there is none.

Read as plain JSON rather than through the SDK's types: those warn about every block or finish
reason that Google adds later and fail as a whole over one broken part.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from desktop.core.errors import GenerationError, NoPicture, PromptBlocked, Remedy, ReplyUnreadable
from desktop.core.generation_record import Usage
from desktop.core.text import marked, sentences, tr
from desktop.files.checked_json import parse_json
from desktop.generation.gemini.harms import named_harms
from desktop.generation.generator import GenerationResult
from desktop.generation.wire.quoting import KEPT, one_line, readable

Json = Mapping[str, object]

MAX_PARTS = 1_000
"""Of one reply that are looked at; Gemini sends a handful."""
MAX_PICTURES = 16
"""Of one reply that are kept; Gemini sends one, seldom some."""
_NO_PICTURES = ("text/", "audio/", "video/")
"""How the MIME types of parts begin that are no pictures."""
_MAX_TEXT = 100_000
_MAX_NAME = 200
_MAX_TURN = 16_000_000
_MAX_TOKENS = 10**12

ANEW_FROM_PICTURE = marked("Start anew from the picture: use it as a base.")
REWORD = marked("Reword the prompt or change the references, then try again.")

_BLOCKED: dict[str, str] = {
    "SAFETY": marked("its safety rules"),
    "IMAGE_SAFETY": marked("its safety rules for pictures"),
    "PROHIBITED_CONTENT": marked("its rules on prohibited content"),
    "BLOCKLIST": marked("a word on its block list"),
    "OTHER": marked("a rule that it does not name"),
    "MODEL_ARMOR": marked("a filter of your organisation"),
    "JAILBREAK": marked("its rules against circumventing its limits"),
}
"""Why a prompt was declined before anything was made (``promptFeedback.blockReason``)."""

_DECLINED: dict[str, str] = {
    "SAFETY": marked("its safety rules"),
    "IMAGE_SAFETY": marked("its safety rules for pictures"),
    "PROHIBITED_CONTENT": marked("its rules on prohibited content"),
    "IMAGE_PROHIBITED_CONTENT": marked("its rules on prohibited pictures"),
    "RECITATION": marked("the answer coming too close to an existing work"),
    "IMAGE_RECITATION": marked("the picture coming too close to an existing one"),
    "BLOCKLIST": marked("a word on its block list"),
    "SPII": marked("personal data in the answer"),
    "LANGUAGE": marked("the language, which it does not support"),
    "ESCALATION": marked("its safety rules"),
    "MODEL_ARMOR": marked("a filter of your organisation"),
}
"""Why an answer was withheld on policy grounds (``candidates[].finishReason``)."""

_PICTURELESS: dict[str, tuple[str, str]] = {
    "": (
        marked("Gemini answered without a picture and gave no reason."),
        marked("Try again, or ask for a picture more plainly."),
    ),
    "STOP": (
        marked("Gemini answered without a picture."),
        marked("Ask for a picture more plainly, for example “A photo of …”."),
    ),
    "NO_IMAGE": (
        marked("Gemini answered without a picture."),
        marked("Ask for a picture more plainly, for example “A photo of …”."),
    ),
    "IMAGE_OTHER": (marked("Gemini could not finish the picture and does not say why."), REWORD),
    "OTHER": (marked("Gemini stopped before a picture was made and does not say why."), REWORD),
    "MAX_TOKENS": (
        marked("Gemini reached the longest answer it may give before a picture was made."),
        marked("Shorten the prompt or choose a smaller size."),
    ),
    "CONTINUATION": (
        marked("Gemini broke its answer off before a picture was made."),
        marked("Try again, or ask for less in one picture."),
    ),
    "MALFORMED_RESPONSE": (
        marked("Gemini could not finish its own answer."),
        marked("Try again."),
    ),
    "INTERNAL": (marked("Gemini could not finish its own answer."), marked("Try again.")),
    "TOO_MANY_TOOL_CALLS": (
        marked("Gemini lost itself in tools before a picture was made."),
        marked("Ask for a picture more plainly, for example “A photo of …”."),
    ),
    "MISSING_THOUGHT_SIGNATURE": (
        marked("Gemini misses the signature of an earlier turn, so it cannot go on from it."),
        ANEW_FROM_PICTURE,
    ),
    "PUP_LIMITED_DISABLED": (
        marked("Google has limited this account's use of Gemini."),
        marked("Look at the account in Google AI Studio, or use another key."),
    ),
}

_REMEDIES = {
    # The same request may well be answered the next time.
    **dict.fromkeys(("", "CONTINUATION", "MALFORMED_RESPONSE", "INTERNAL"), Remedy.TRY_AGAIN),
    "MISSING_THOUGHT_SIGNATURE": Remedy.USE_AS_BASE,
}


def read_content(body: bytes, asked_model: str) -> GenerationResult:
    """The pictures and words of one answer to ``generateContent``; never raises.

    Args:
        body: of an HTTP answer with status 200.
        asked_model: named in the result when the answer names no model version.
    """
    reply = parsed(body)
    if reply is None:
        return unreadable(asked_model)
    found, thought = Findings(), Findings()
    finish_reasons: list[str] = []
    message = ""
    for candidate in objects(reply.get("candidates")):
        finish_reasons.append(word(member(candidate, "finishReason")))
        said = quoted(member(candidate, "finishMessage"))
        harms = named_harms(objects(member(candidate, "safetyRatings")))
        message = message or sentences(harms, said)
        for part in objects(an_object(candidate.get("content")).get("parts")):
            # Thoughts are drafts: their pictures are not the answer, their words not for people.
            into = thought if part.get("thought") is True else found
            inline = an_object(member(part, "inlineData"))
            into.take_picture(inline.get("data"), member(inline, "mimeType"))
            into.take_text(part.get("text"))
    return GenerationResult(
        images=tuple(found.images),
        text=found.text,
        model=name(member(reply, "modelVersion")) or asked_model,
        usage=_usage(an_object(member(reply, "usageMetadata"))),
        response_id=name(member(reply, "responseId")),
        turn=without_pictures(reply.get("candidates")),
        thought_images=tuple(thought.images),
        thought_text=thought.text,
        problem=None
        if found.images
        else found.garbled or _why_no_picture(reply, finish_reasons, message, found.text),
    )


class Findings:
    """The pictures and words of an answer, as they are come across."""

    def __init__(self) -> None:
        self.images: list[bytes] = []
        self.garbled: ReplyUnreadable | None = None
        self._texts: list[str] = []
        self._parts = 0

    @property
    def text(self) -> str:
        return readable("\n".join(self._texts)[:_MAX_TEXT])

    def take_picture(self, data: object, mime_type: object) -> None:
        """One that is garbled costs itself alone: the others were paid for.

        Args:
            mime_type: None or one that says little passes, for the bytes tell what they are.
        """
        self._parts += 1
        if self._parts > MAX_PARTS or not data:
            return
        called = "" if mime_type is None else mime_type
        if not isinstance(called, str) or called.lower().startswith(_NO_PICTURES):
            return
        picture = _decoded(data)
        if picture is None:
            self.garbled = _unreadable(tr("Gemini sent a picture that arrived garbled."))
        elif len(self.images) < MAX_PICTURES:
            self.images.append(picture)
        else:  # the last one is the final one
            self.images[-1] = picture

    def take_text(self, text: object) -> None:
        if isinstance(text, str) and text.strip() and self._parts <= MAX_PARTS:
            self._texts.append(text.strip())


def unreadable(asked_model: str) -> GenerationResult:
    """The result of an answer that is none."""
    problem = _unreadable(tr("Gemini's answer is not in the form that its API promises."))
    return GenerationResult(model=asked_model, problem=problem)


def parsed(body: bytes) -> Json | None:
    """The JSON object of an answer; None where it is none."""
    reply = json_in(body)
    return cast(Json, reply) if isinstance(reply, dict) else None


def json_in(body: bytes) -> object:
    """What an answer says in JSON; None where it is none."""
    with contextlib.suppress(ValueError, RecursionError):
        return parse_json(body)
    return None


def _decoded(data: object) -> bytes | None:
    """None for what is no base64. The API writes the standard alphabet and accepts the URL-safe
    one; read either."""
    if not isinstance(data, str):
        return None
    padded = data.translate(_TO_STANDARD_ALPHABET) + "=" * (-len(data) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None


_TO_STANDARD_ALPHABET = str.maketrans("-_", "+/")


def without_pictures(turn: object) -> str:
    """What a next turn is asked with, as JSON: signatures and words unchanged; each picture's
    bytes are replaced by how many pictures came before it."""
    count = 0

    def copied(value: object) -> object:
        nonlocal count
        if isinstance(value, list):
            return [copied(item) for item in cast(list[object], value)]
        if not isinstance(value, dict):
            return value
        fields = cast(dict[str, object], value)
        if "data" in fields and ("mimeType" in fields or "mime_type" in fields):
            count += 1
            return {**fields, "data": count - 1}
        return {key: copied(item) for key, item in fields.items()}

    try:
        written = json.dumps(copied(turn)) if turn else ""
    except RecursionError:
        return ""
    return written if len(written) <= _MAX_TURN else ""


def _why_no_picture(
    reply: Json, finish_reasons: list[str], message: str, text: str
) -> GenerationError:
    feedback = an_object(member(reply, "promptFeedback"))
    block_reason = word(member(feedback, "blockReason"))
    if block_reason:
        rule = (
            tr(_BLOCKED[block_reason])
            if block_reason in _BLOCKED
            else tr("a rule it calls “{name}”", name=one_line(block_reason, 40))
        )
        said = quoted(member(feedback, "blockReasonMessage"))
        harms = named_harms(objects(member(feedback, "safetyRatings")))
        return PromptBlocked(
            sentences(tr("Gemini declined this prompt because of {rule}.", rule=rule), harms, said),
            safe=tr(KEPT),
            next_step=tr(REWORD),
        )
    reasons = [reason for reason in finish_reasons if reason]
    return why_picture_less(reasons, message, text)


def why_picture_less(reasons: Sequence[str], message: str, text: str) -> GenerationError:
    """The error for an answer without a picture.

    Args:
        reasons: in Google's words, upper case.
        message: what Google says of it, ready to be shown; may be empty.
        text: what came instead of a picture.
    """
    for reason in reasons:
        if reason in _DECLINED:
            return PromptBlocked(
                sentences(
                    tr(
                        "Gemini withheld the picture because of {rule}.", rule=tr(_DECLINED[reason])
                    ),
                    message,
                ),
                safe=tr(KEPT),
                next_step=tr(REWORD),
            )
    reason = next(iter(reasons), "")
    unknown = marked(
        "Gemini stopped before a picture was made, for a reason that it calls “{reason}”."
    )
    known, next_step = _PICTURELESS.get(reason, (unknown, REWORD))
    said = tr("It wrote: “{text}”", text=one_line(text, 200)) if text else ""
    return NoPicture(
        sentences(tr(known, reason=one_line(reason, 40)), message, said),
        safe=tr(KEPT),
        next_step=tr(next_step),
        remedy=_REMEDIES.get(reason),
        text=text,
    )


def _usage(metadata: Json) -> Usage:
    sent = tokens_by_modality(member(metadata, "promptTokensDetails"), "tokenCount")
    return Usage(
        prompt_tokens=count(member(metadata, "promptTokenCount")),
        output_tokens=count(member(metadata, "candidatesTokenCount")),
        thought_tokens=count(member(metadata, "thoughtsTokenCount")),
        total_tokens=count(member(metadata, "totalTokenCount")),
        image_tokens=tokens_by_modality(
            member(metadata, "candidatesTokensDetails"), "tokenCount"
        ).get("IMAGE"),
        prompt_text_tokens=sent.get("TEXT"),
        prompt_image_tokens=sent.get("IMAGE"),
        prompt_audio_tokens=sent.get("AUDIO"),
    )


def tokens_by_modality(told: object, field: str) -> dict[str, int]:
    """How many are words, pictures and sound, 0 included; empty where an answer does not say."""
    modalities = objects(told)
    found: dict[str, int] = dict.fromkeys(["TEXT", "IMAGE", "AUDIO"], 0) if modalities else {}
    for item in modalities:
        modality = word(item.get("modality"))
        if modality in found:
            found[modality] += count(member(item, field))
    return found


def member(fields: Json, name: str) -> object:
    """A field by its name in JSON (``inlineData``) or in the API's own definition
    (``inline_data``): Google reads and writes either."""
    value = fields.get(name)
    return fields.get(_CAPITAL.sub(r"_\g<0>", name).lower()) if value is None else value


_CAPITAL = re.compile("[A-Z]")


def an_object(value: object) -> Json:
    """The value as a JSON object; empty when it is null or something else."""
    return cast(Json, value) if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """The objects of a JSON list; empty when it is null or something else."""
    if not isinstance(value, list):
        return []
    return [an_object(item) for item in cast(list[object], value)]


def name(value: object) -> str:
    """A name of the service's; empty for what is none."""
    return one_line(value, _MAX_NAME) if isinstance(value, str) else ""


def word(value: object) -> str:
    """An enum member's name; the ``…_UNSPECIFIED`` members say as much as none at all."""
    if not isinstance(value, str) or value.upper().endswith("_UNSPECIFIED"):
        return ""
    return one_line(value, _MAX_NAME).upper()


def count(value: object) -> int:
    """A number of tokens; 0 for what cannot be one."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value <= _MAX_TOKENS else 0


def quoted(value: object) -> str:
    """What the service says, in a sentence of ours; empty for nothing."""
    return (
        tr("It says: “{text}”", text=one_line(value, 200))
        if isinstance(value, str) and value
        else ""
    )


def _unreadable(message: str) -> ReplyUnreadable:
    return ReplyUnreadable(
        message,
        safe=tr(KEPT),
        next_step=tr(
            "Try again; if it keeps happening, check whether a proxy changes the answers."
        ),
    )
