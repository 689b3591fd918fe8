"""What the stand-in for Gemini says: pictures, answers and failures on the wire.

Kept apart from the server so that each failure can be read as the JSON it puts on the wire.
"""

from __future__ import annotations

import base64
import hashlib
import io
import math
from collections.abc import Sequence
from enum import Enum

from PIL import Image, ImageDraw

Json = dict[str, object]

LONG_SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
THOUGHT = "I will arrange the references on one ground."
ANSWER = "Here is your picture."
WORDS_ONLY = "I can describe it instead: a kettle on a table."


class Failure(Enum):
    """Ways to go wrong, as ``--fail`` spells them."""

    BAD_KEY = "bad-key"
    KEY_SUSPENDED = "key-suspended"
    MODEL_GONE = "model-gone"
    BAD_REQUEST = "bad-request"
    COUNTRY = "country"
    TOO_LARGE = "too-large"
    QUOTA = "quota"
    QUOTA_WITHOUT_DELAY = "quota-without-delay"
    QUOTA_OF_THE_DAY = "quota-of-the-day"
    QUOTA_NONE_FREE = "quota-none-free"
    SPENDING_CAP = "spending-cap"
    KEY_LEAKED = "key-leaked"
    API_DISABLED = "api-disabled"
    REGION = "region"
    NO_PERMISSION = "no-permission"
    KEY_RESTRICTED = "key-restricted"
    NO_BILLING = "no-billing"
    SIGNATURE_MISSING = "signature-missing"
    INTERNAL = "internal"
    OVERLOADED = "overloaded"
    HANG = "hang"
    TRICKLE = "trickle"
    DROP_BEFORE_REPLY = "drop"
    DROP_MID_BODY = "drop-mid-body"
    REDIRECT = "redirect"
    SIGN_IN_PAGE = "sign-in-page"
    EMPTY_BODY = "empty-body"
    INVALID_JSON = "invalid-json"
    NOT_AN_OBJECT = "not-an-object"
    GARBLED_COMPRESSION = "garbled-compression"
    BAD_BASE64 = "bad-base64"
    NOT_A_PICTURE = "not-a-picture"
    BLOCK_SAFETY = "block-safety"
    BLOCK_OTHER = "block-other"
    BLOCK_BLOCKLIST = "block-blocklist"
    BLOCK_PROHIBITED_CONTENT = "block-prohibited-content"
    BLOCK_IMAGE_SAFETY = "block-image-safety"
    BLOCK_UNKNOWN = "block-unknown"
    FINISH_SAFETY = "finish-safety"
    FINISH_IMAGE_SAFETY = "finish-image-safety"
    FINISH_PROHIBITED_CONTENT = "finish-prohibited-content"
    FINISH_IMAGE_PROHIBITED_CONTENT = "finish-image-prohibited-content"
    FINISH_RECITATION = "finish-recitation"
    FINISH_IMAGE_RECITATION = "finish-image-recitation"
    FINISH_BLOCKLIST = "finish-blocklist"
    FINISH_SPII = "finish-spii"
    FINISH_LANGUAGE = "finish-language"
    FINISH_NO_IMAGE = "finish-no-image"
    FINISH_IMAGE_OTHER = "finish-image-other"
    FINISH_OTHER = "finish-other"
    FINISH_MAX_TOKENS = "finish-max-tokens"
    FINISH_CONTINUATION = "finish-continuation"
    FINISH_MALFORMED_RESPONSE = "finish-malformed-response"
    FINISH_TOO_MANY_TOOL_CALLS = "finish-too-many-tool-calls"
    FINISH_MISSING_THOUGHT_SIGNATURE = "finish-missing-thought-signature"
    FINISH_UNKNOWN = "finish-unknown"
    CUT_OFF = "cut-off"
    REFUSED_AS_A_SUCCESS = "refused-as-a-success"
    TEXT_ONLY = "text-only"
    THOUGHT_PICTURE_ONLY = "thought-picture-only"
    CANDIDATES_NULL = "candidates-null"
    CONTENT_NULL = "content-null"
    PARTS_NULL = "parts-null"


GOOGLES_WORDS = "It was not made."
"""With every refusal on grounds of a rule, in both APIs."""
SAFETY_RATINGS: list[Json] = [
    {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"},
    {"category": "HARM_CATEGORY_SEXUALLY_EXPLICIT", "probability": "HIGH", "blocked": True},
]
UNKNOWN_BLOCK_REASON = "SOLAR_FLARE"
UNKNOWN_FINISH_REASON = "LUNAR_ECLIPSE"


def compose(prompt: str, references: Sequence[bytes], ratio: str, size: str) -> bytes:
    """A PNG that shows what was asked for: the references in order on a ground of the prompt.

    The same request gives the same bytes.
    """
    width, height = pixel_size(ratio, size)
    digest = hashlib.sha256(prompt.encode()).digest()
    ground = (40 + digest[0] // 2, 40 + digest[1] // 2, 40 + digest[2] // 2)
    picture = Image.new("RGB", (width, height), ground)
    if not references:
        draw = ImageDraw.Draw(picture)
        for band in range(4):  # so that two prompts differ in more than one flat colour
            top = height * digest[3 + band] // 320
            colour = (digest[8 + band], digest[12 + band], digest[16 + band])
            draw.ellipse(
                (width * band // 4, top, width * (band + 2) // 4, top + width // 4), colour
            )
    columns = max(1, math.ceil(math.sqrt(len(references))))
    rows = max(1, math.ceil(len(references) / columns))
    gap = max(1, min(width, height) // 40)
    cell = ((width - gap) // columns - gap, (height - gap) // rows - gap)
    for place, data in enumerate(references):
        with Image.open(io.BytesIO(data)) as opened:
            tile = opened.convert("RGB")
        tile.thumbnail((max(1, cell[0]), max(1, cell[1])))
        left = gap + (place % columns) * (cell[0] + gap) + (cell[0] - tile.width) // 2
        top = gap + (place // columns) * (cell[1] + gap) + (cell[1] - tile.height) // 2
        picture.paste(tile, (left, top))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def pixel_size(ratio: str, size: str) -> tuple[int, int]:
    """Width and height of an answer: the long side is what the size says."""
    across, down = (int(number) for number in ratio.split(":"))
    long_side = LONG_SIDES[size]
    scale = long_side / max(across, down)
    return max(1, round(across * scale)), max(1, round(down * scale))


def picture_part(picture: bytes, *, thought: bool = False) -> Json:
    part: Json = {
        "inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture).decode()},
        "thoughtSignature": base64.b64encode(b"signature of a picture").decode(),
    }
    return {**part, "thought": True} if thought else part


def answer(parts: list[Json] | None, model: str, *, finish: str = "STOP", inputs: int = 0) -> Json:
    """A 200 body with one candidate; ``parts`` None leaves the content without parts."""
    content: Json = {"role": "model"}
    if parts is not None:
        content["parts"] = parts
    return {
        "candidates": [{"content": content, "finishReason": finish, "index": 0}],
        "usageMetadata": usage(inputs),
        "modelVersion": model,
        "responseId": "r-1",
    }


def usage(references: int) -> Json:
    """Token counts as Gemini reports them: 258 for a reference, 1120 for a 1K picture."""
    prompt = 7 + 258 * references
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": 1125,
        "thoughtsTokenCount": 96,
        "totalTokenCount": prompt + 1125 + 96,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 7},
            {"modality": "IMAGE", "tokenCount": 258 * references},
        ],
        "candidatesTokensDetails": [
            {"modality": "IMAGE", "tokenCount": 1120},
            {"modality": "TEXT", "tokenCount": 5},
        ],
    }


def success(pictures: Sequence[bytes], thought: bytes, model: str, references: int) -> Json:
    """A whole answer: thoughts in words and as a picture, then words, then the pictures."""
    return answer(
        [
            {"text": THOUGHT, "thought": True},
            picture_part(thought, thought=True),
            {"text": ANSWER, "thoughtSignature": base64.b64encode(b"signature").decode()},
            *(picture_part(picture) for picture in pictures),
        ],
        model,
        inputs=references,
    )


def interaction(
    content: list[Json], model: str, *, status: str = "completed", inputs: int = 0
) -> Json:
    """A 200 body of the Interactions API: thoughts, then what the model put out."""
    counts = usage(inputs)
    return {
        "id": "v1_interaction",
        "status": status,
        "model": model,
        "steps": [
            {"type": "thought", "signature": base64.b64encode(b"signature").decode()},
            {"type": "model_output", "content": content},
        ],
        "usage": {
            "total_tokens": counts["totalTokenCount"],
            "total_input_tokens": counts["promptTokenCount"],
            "total_output_tokens": counts["candidatesTokenCount"],
            "total_thought_tokens": counts["thoughtsTokenCount"],
            "input_tokens_by_modality": [
                {"modality": "text", "tokens": 7},
                {"modality": "image", "tokens": 258 * inputs},
            ],
            "output_tokens_by_modality": [
                {"modality": "image", "tokens": 1120},
                {"modality": "text", "tokens": 5},
            ],
        },
    }


def output(picture: bytes) -> Json:
    """A picture as the Interactions API puts it."""
    return {
        "type": "image",
        "mime_type": "image/png",
        "data": base64.b64encode(picture).decode(),
    }


def failed_interaction(failure: Failure, model: str) -> object:
    """The same failures as ``failed_answer``, as the Interactions API tells them."""
    kind, _, reason = failure.name.partition("_")
    if kind in {"BLOCK", "FINISH"}:
        unknown = UNKNOWN_BLOCK_REASON if kind == "BLOCK" else UNKNOWN_FINISH_REASON
        reason = unknown if reason == "UNKNOWN" else reason
        failed: Json = interaction([], model, status="failed")
        return {**failed, "errors": [{"code": reason, "message": GOOGLES_WORDS}]}
    if failure is Failure.CUT_OFF:
        half: Json = interaction([{"type": "text", "text": "A"}], model)
        return {**half, "status": "requires_continuation", "continuation_token": "more"}
    garbled: Json = {"type": "image", "mime_type": "image/png", "data": "!!!not base64!!!"}
    bodies: dict[Failure, object] = {
        Failure.BAD_BASE64: interaction([garbled], model),
        Failure.NOT_A_PICTURE: interaction([output(b"certainly no picture")], model),
        Failure.TEXT_ONLY: interaction([{"type": "text", "text": WORDS_ONLY}], model),
        Failure.THOUGHT_PICTURE_ONLY: interaction([], model),
        Failure.CANDIDATES_NULL: {"id": "i", "status": None, "steps": None, "model": model},
        Failure.CONTENT_NULL: {"status": "completed", "steps": [{"type": "model_output"}]},
        Failure.PARTS_NULL: {"status": None, "steps": [None]},
        Failure.NOT_AN_OBJECT: ["what", "is", "this"],
    }
    return bodies[failure]


def failed_answer(failure: Failure, picture: bytes, model: str) -> object:
    """The 200 body of a failure that is told in JSON; any JSON value."""
    if failure.name.startswith("BLOCK_"):
        reason = failure.name.removeprefix("BLOCK_")
        reason = UNKNOWN_BLOCK_REASON if reason == "UNKNOWN" else reason
        return {
            "promptFeedback": {
                "blockReason": reason,
                "blockReasonMessage": GOOGLES_WORDS,
                "safetyRatings": SAFETY_RATINGS,
            },
            "modelVersion": model,
        }
    if failure.name.startswith("FINISH_"):
        reason = failure.name.removeprefix("FINISH_")
        reason = UNKNOWN_FINISH_REASON if reason == "UNKNOWN" else reason
        withheld = answer(None, model, finish=reason)
        candidates = withheld["candidates"]
        assert isinstance(candidates, list)
        candidates[0].update(finishMessage=GOOGLES_WORDS, safetyRatings=SAFETY_RATINGS)
        return withheld
    if failure is Failure.CUT_OFF:
        half = answer([{"text": "A"}], model, finish="CONTINUATION")
        return {**half, "continuationToken": "bW9yZQ=="}
    garbled: Json = {"inlineData": {"mimeType": "image/png", "data": "!!!not base64!!!"}}
    bodies: dict[Failure, object] = {
        Failure.BAD_BASE64: answer([garbled], model),
        Failure.NOT_A_PICTURE: answer([picture_part(b"certainly no picture")], model),
        Failure.TEXT_ONLY: answer([{"text": WORDS_ONLY}], model),
        Failure.THOUGHT_PICTURE_ONLY: answer([picture_part(picture, thought=True)], model),
        Failure.CANDIDATES_NULL: {"candidates": None, "modelVersion": model},
        Failure.CONTENT_NULL: {"candidates": [{"content": None, "finishReason": "STOP"}]},
        Failure.PARTS_NULL: {"candidates": [{"content": {"parts": None, "role": "model"}}]},
        Failure.NOT_AN_OBJECT: ["what", "is", "this"],
    }
    return bodies[failure]


def error(code: int, status: str, message: str, *details: Json) -> Json:
    body: Json = {"code": code, "message": message, "status": status}
    if details:
        body["details"] = list(details)
    return {"error": body}


def error_info(reason: str) -> Json:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }


BAD_KEY = error(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    error_info("API_KEY_INVALID"),
)


def refusal(failure: Failure, model: str, key: str) -> tuple[int, Json] | None:
    """Status and body of a failure that Google tells as a JSON error; None for any other."""
    quota_message = (
        "You exceeded your current quota, please check your plan and billing details.\n"
        "* Quota exceeded for metric: generate_content_requests"
    )
    retry: Json = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38s"}
    bodies = {
        Failure.BAD_KEY: BAD_KEY,
        Failure.KEY_SUSPENDED: error(
            403,
            "PERMISSION_DENIED",
            f"Permission denied: Consumer 'api_key:{key}' has been suspended.",
            error_info("CONSUMER_SUSPENDED"),
        ),
        Failure.MODEL_GONE: model_gone(model),
        Failure.BAD_REQUEST: error(400, "INVALID_ARGUMENT", "Unable to process input image."),
        Failure.COUNTRY: error(
            400, "FAILED_PRECONDITION", "User location is not supported for the API use."
        ),
        Failure.QUOTA: error(429, "RESOURCE_EXHAUSTED", quota_message, retry),
        Failure.QUOTA_WITHOUT_DELAY: error(429, "RESOURCE_EXHAUSTED", quota_message),
        Failure.QUOTA_OF_THE_DAY: error(
            429,
            "RESOURCE_EXHAUSTED",
            quota_message,
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}],
            },
            retry,
        ),
        Failure.QUOTA_NONE_FREE: error(
            429, "RESOURCE_EXHAUSTED", f"{quota_message}, limit: 0, model: {model}", retry
        ),
        Failure.SPENDING_CAP: error(
            429, "RESOURCE_EXHAUSTED", "Your project has exceeded its spending cap."
        ),
        Failure.KEY_LEAKED: error(
            403,
            "PERMISSION_DENIED",
            "Your API key was reported as leaked. Please use another API key.",
        ),
        Failure.API_DISABLED: error(
            403,
            "PERMISSION_DENIED",
            "Generative Language API has not been used in project 1 before or it is disabled.",
            error_info("SERVICE_DISABLED"),
        ),
        Failure.REGION: error(
            403, "PERMISSION_DENIED", "The model is not available in your region."
        ),
        Failure.NO_PERMISSION: error(
            403, "PERMISSION_DENIED", "The caller does not have permission."
        ),
        Failure.KEY_RESTRICTED: error(
            403,
            "PERMISSION_DENIED",
            "Requests from this IP address are blocked.",
            error_info("API_KEY_IP_ADDRESS_BLOCKED"),
        ),
        Failure.NO_BILLING: error(
            403,
            "PERMISSION_DENIED",
            "This API method requires billing to be enabled.",
            error_info("BILLING_DISABLED"),
        ),
        Failure.SIGNATURE_MISSING: error(
            400, "INVALID_ARGUMENT", "Image part is missing a thought_signature."
        ),
        Failure.INTERNAL: error(500, "INTERNAL", "An internal error has occurred."),
    }
    if failure is Failure.REFUSED_AS_A_SUCCESS:
        return 200, bodies[Failure.QUOTA]
    body = bodies.get(failure)
    if body is None:
        return None
    inner = body["error"]
    assert isinstance(inner, dict)
    return int(str(inner["code"])), body


def model_gone(model: str) -> Json:
    return error(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version v1beta, or is not supported for"
        " generateContent. Call ListModels to see the list of available models.",
    )
