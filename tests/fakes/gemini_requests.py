"""What the stand-in for Gemini accepts: as strict as the real service, and written down."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import dataclass, field
from typing import cast

from PIL import Image, UnidentifiedImageError

from tests.fakes.gemini_replies import LONG_SIDES

RATIOS = {
    *("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"),
    *("1:4", "4:1", "1:8", "8:1"),
}
MIME_TYPES = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}
MAX_REFERENCES = 14


@dataclass(frozen=True)
class RecordedRequest:
    """One request as it came over the wire, without its key.

    Attributes:
        references: the pictures, decoded, in the order of their parts.
        body: the JSON as it came.
        raw: the bytes as they came.
    """

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    raw: bytes = field(repr=False)
    body: dict[str, object] = field(repr=False, default_factory=dict)
    text: str = ""
    references: tuple[bytes, ...] = field(repr=False, default=())
    mime_types: tuple[str, ...] = ()
    response_modalities: tuple[str, ...] = ()
    aspect_ratio: str = ""
    image_size: str = ""


class BadRequestError(Exception):
    """The request is not one that the real service would take."""


def parse_request(path: str, headers: dict[str, str], raw: bytes) -> RecordedRequest:
    """Raises: BadRequestError for whatever the real service would not take."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise BadRequestError("Invalid JSON payload received.") from None
    body = _object(body, "the request", {"contents", "generationConfig"})
    contents = _items(body.get("contents"), "contents")
    texts: list[str] = []
    references: list[bytes] = []
    mime_types: list[str] = []
    for content in contents:
        for part in _items(_object(content, "content", {"role", "parts"}).get("parts"), "parts"):
            fields = _object(part, "part", {"text", "inlineData"})
            if len(fields) != 1:
                raise BadRequestError("A part must have exactly one of text, inlineData.")
            if "text" in fields:
                texts.append(str(fields["text"]))
            else:
                mime_type, data = _picture(fields["inlineData"])
                references.append(data)
                mime_types.append(mime_type)
    if not any(texts):
        raise BadRequestError("contents.parts must not be empty.")
    if len(references) > MAX_REFERENCES:
        raise BadRequestError(f"At most {MAX_REFERENCES} images are supported.")
    config = _object(
        body.get("generationConfig"), "generationConfig", {"responseModalities", "imageConfig"}
    )
    modalities = [str(item) for item in _items(config.get("responseModalities"), "modalities")]
    if "IMAGE" not in modalities or not set(modalities) <= {"TEXT", "IMAGE"}:
        raise BadRequestError("responseModalities must be TEXT and IMAGE.")
    image = _object(config.get("imageConfig"), "imageConfig", {"aspectRatio", "imageSize"})
    if image.get("aspectRatio") not in RATIOS:
        raise BadRequestError("imageConfig.aspectRatio is not a supported ratio.")
    if image.get("imageSize") not in LONG_SIDES:
        raise BadRequestError("imageConfig.imageSize is not one of 512, 1K, 2K, 4K.")
    return RecordedRequest(
        method="POST",
        path=path,
        headers=headers,
        raw=raw,
        body=body,
        text="\n".join(texts),
        references=tuple(references),
        mime_types=tuple(mime_types),
        response_modalities=tuple(modalities),
        aspect_ratio=str(image["aspectRatio"]),
        image_size=str(image["imageSize"]),
    )


def _picture(value: object) -> tuple[str, bytes]:
    inline = _object(value, "inlineData", {"data", "mime_type"})
    mime_type, data = inline.get("mime_type"), inline.get("data")
    if mime_type not in MIME_TYPES or not isinstance(data, str):
        raise BadRequestError("Unsupported MIME type.")
    if not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", data) or len(data) % 4:
        raise BadRequestError("Invalid value at inlineData.data (TYPE_BYTES): not URL-safe base64.")
    picture = base64.urlsafe_b64decode(data)
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            opened.verify()
    except (OSError, UnidentifiedImageError, SyntaxError):
        raise BadRequestError("Unable to process input image.") from None
    return str(mime_type), picture


def _object(value: object, what: str, allowed: set[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadRequestError(f"Missing {what}.")
    fields = cast("dict[str, object]", value)
    if unknown := set(fields) - allowed:
        raise BadRequestError(f'Unknown name "{min(unknown)}" at {what}: Cannot find field.')
    return fields


def _items(value: object, what: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise BadRequestError(f"{what} must not be empty.")
    return cast("list[object]", value)
