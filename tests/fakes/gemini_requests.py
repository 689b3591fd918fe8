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

SIGNATURES = {b"signature", b"signature of a picture"}
"""Those that the stand-in gives."""
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
        text, references: of the last turn; the pictures decoded, in the order of their parts.
        captions: what was said right before each of them; empty where nothing was.
        history: the turns before it, as they came.
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
    captions: tuple[str, ...] = ()
    mime_types: tuple[str, ...] = ()
    response_modalities: tuple[str, ...] = ()
    aspect_ratio: str = ""
    image_size: str = ""
    thinking: str = ""
    model: str = ""
    history: tuple[object, ...] = field(repr=False, default=())

    @property
    def api(self) -> str:
        """By which of the two it came."""
        return "interactions" if self.path.endswith("/interactions") else "generate-content"


class BadRequestError(Exception):
    """The request is not one that the real service would take."""


class _Said:
    """The last turn, as it is read: its words, then each picture with what was said before it."""

    def __init__(self) -> None:
        self.text = ""
        self.references: list[bytes] = []
        self.mime_types: list[str] = []
        self.captions: list[str] = []
        self._caption = ""

    def take_text(self, text: str) -> None:
        if self._caption:
            raise BadRequestError("This stand-in wants each caption right before its picture.")
        if self.text:
            self._caption = text
        else:
            self.text = text

    def take_picture(self, mime_type: str, data: bytes) -> None:
        self.mime_types.append(mime_type)
        self.references.append(data)
        self.captions.append(self._caption)
        self._caption = ""


def parse_request(path: str, headers: dict[str, str], raw: bytes) -> RecordedRequest:
    """Raises: BadRequestError for whatever the real service would not take."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise BadRequestError("Invalid JSON payload received.") from None
    if path.endswith("/interactions"):
        return _parse_interaction(path, headers, raw, body)
    body = _object(body, "the request", {"contents", "generationConfig"})
    *earlier, last = _items(body.get("contents"), "contents")
    for content in earlier:
        _check_earlier(_object(content, "content", {"role", "parts"}))
    said = _Said()
    for part in _items(_object(last, "content", {"role", "parts"}).get("parts"), "parts"):
        fields = _object(part, "part", {"text", "inlineData"})
        if len(fields) != 1:
            raise BadRequestError("A part must have exactly one of text, inlineData.")
        if "text" in fields:
            said.take_text(str(fields["text"]))
        else:
            said.take_picture(*_picture(fields["inlineData"]))
    if not said.text:
        raise BadRequestError("contents.parts must not be empty.")
    if len(said.references) > MAX_REFERENCES:
        raise BadRequestError(f"At most {MAX_REFERENCES} images are supported.")
    config = _object(
        body.get("generationConfig"),
        "generationConfig",
        {"responseModalities", "imageConfig", "thinkingConfig"},
    )
    modalities = [str(item) for item in _items(config.get("responseModalities"), "modalities")]
    if "IMAGE" not in modalities or not set(modalities) <= {"TEXT", "IMAGE"}:
        raise BadRequestError("responseModalities must be TEXT and IMAGE.")
    image = _object(config.get("imageConfig"), "imageConfig", {"aspectRatio", "imageSize"})
    if "aspectRatio" in image and image["aspectRatio"] not in RATIOS:
        raise BadRequestError("imageConfig.aspectRatio is not a supported ratio.")
    if image.get("imageSize") not in LONG_SIDES:
        raise BadRequestError("imageConfig.imageSize is not one of 512, 1K, 2K, 4K.")
    thinking = _object(
        config.get("thinkingConfig", {}), "thinkingConfig", {"thinkingLevel", "thinking_level"}
    )
    return RecordedRequest(
        method="POST",
        path=path,
        headers=headers,
        raw=raw,
        body=body,
        text=said.text,
        references=tuple(said.references),
        captions=tuple(said.captions),
        mime_types=tuple(said.mime_types),
        response_modalities=tuple(modalities),
        aspect_ratio=str(image.get("aspectRatio", "")),
        image_size=str(image["imageSize"]),
        thinking=str(next(iter(thinking.values()), "")).lower(),
        history=tuple(earlier),
    )


def _check_earlier(content: dict[str, object]) -> None:
    """What the model said must come back with every signature that it was given."""
    for part in _items(content.get("parts"), "parts"):
        fields = cast("dict[str, object]", part)
        is_thought_in_words = fields.get("thought") is True and "text" in fields
        if content.get("role") == "model" and not is_thought_in_words:
            signature = str(fields.get("thoughtSignature", ""))
            if base64.b64decode(signature) not in SIGNATURES:
                raise BadRequestError("A part is missing a thought_signature.")


def _parse_interaction(
    path: str, headers: dict[str, str], raw: bytes, body: object
) -> RecordedRequest:
    """Raises: BadRequestError likewise."""
    allowed = {"model", "input", "store", "response_modalities", "generation_config"}
    fields = _object(body, "the request", allowed)
    if fields.get("store") is not False:
        raise BadRequestError("This stand-in keeps nothing: store must be false.")
    *earlier, last = _items(fields.get("input"), "input")
    for step in earlier:
        before = cast("dict[str, object]", step)
        signature = base64.b64decode(str(before.get("signature", "")))
        if before.get("type") == "thought" and signature not in SIGNATURES:
            raise BadRequestError("A step is missing a thought_signature.")
    said = _Said()
    for part in _items(_object(last, "step", {"type", "content"}).get("content"), "content"):
        item = _object(part, "part", {"type", "text", "mime_type", "data"})
        if item.get("type") == "text":
            said.take_text(str(item["text"]))
        else:
            mime_type = str(item.get("mime_type"))
            said.take_picture(mime_type, _checked_picture(mime_type, str(item.get("data")), "+/"))
    if not said.text or len(said.references) > MAX_REFERENCES:
        raise BadRequestError("There must be a text and at most 14 images.")
    modalities = [str(item) for item in _items(fields.get("response_modalities"), "modalities")]
    if set(modalities) != {"image", "text"}:
        raise BadRequestError("response_modalities must be image and text.")
    config = _object(
        fields.get("generation_config"), "generation_config", {"thinking_level", "image_config"}
    )
    image = _object(config.get("image_config"), "image_config", {"aspect_ratio", "image_size"})
    if image.get("aspect_ratio", "1:1") not in RATIOS or image.get("image_size") not in LONG_SIDES:
        raise BadRequestError("image_config is not one that is supported.")
    return RecordedRequest(
        method="POST",
        path=path,
        headers=headers,
        raw=raw,
        body=fields,
        text=said.text,
        references=tuple(said.references),
        captions=tuple(said.captions),
        mime_types=tuple(said.mime_types),
        response_modalities=tuple(modalities),
        aspect_ratio=str(image.get("aspect_ratio", "")),
        image_size=str(image["image_size"]),
        thinking=str(config.get("thinking_level", "")),
        model=str(fields.get("model")),
        history=tuple(earlier),
    )


def _picture(value: object) -> tuple[str, bytes]:
    inline = _object(value, "inlineData", {"data", "mime_type"})
    mime_type, data = inline.get("mime_type"), inline.get("data")
    if not isinstance(data, str):
        raise BadRequestError("Unsupported MIME type.")
    return str(mime_type), _checked_picture(str(mime_type), data, "_-")


def _checked_picture(mime_type: str, data: str, others: str) -> bytes:
    if mime_type not in MIME_TYPES:
        raise BadRequestError("Unsupported MIME type.")
    if not re.fullmatch(rf"[A-Za-z0-9{others}]*={{0,2}}", data) or len(data) % 4:
        raise BadRequestError("Invalid value (TYPE_BYTES): base64 of the other alphabet.")
    picture = base64.urlsafe_b64decode(data.replace("+", "-").replace("/", "_"))
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            opened.verify()
    except (OSError, UnidentifiedImageError, SyntaxError):
        raise BadRequestError("Unable to process input image.") from None
    return picture


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
