"""What is made sure before the key or a picture leaves this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop.core.errors import RequestRefused, UsageError
from desktop.core.text import number, tr
from desktop.generation.generator import ReferenceImage
from desktop.generation.wire.quoting import KEPT, one_line

DEFAULT_BASE_URL = "https://generativelanguage.googleapis.com"
VERTEX_BASE_URL = "https://aiplatform.googleapis.com"
"""The one without a region; those of regions are ``https://REGION-aiplatform.googleapis.com``."""
KEY_VARIABLE = "GEMINI_API_KEY"
KEY_PAGE = "https://aistudio.google.com/apikey"

MAX_REQUEST_BYTES = 100_000_000
"""Gemini's limit for one request, everything included."""

ACCEPTED_MIME_TYPES = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")

_MODEL_ID = re.compile(r"(models/|tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]*")


def checked_model_id(model_id: str) -> str:
    """The id becomes a part of the address. Raises: RequestRefused."""
    if not _MODEL_ID.fullmatch(model_id) or ".." in model_id:
        raise RequestRefused(
            tr(
                "“{name}” cannot be the name of a Gemini model.",
                name=one_line(model_id, 80),
            ),
            safe=tr(KEPT),
            next_step=tr("Choose another model."),
        )
    return model_id


def check_pictures(references: Sequence[ReferenceImage]) -> None:
    """Raises: UsageError for a format or an amount of bytes that Gemini does not take."""
    for picture in references:
        if picture.mime_type not in ACCEPTED_MIME_TYPES or not picture.data:
            raise UsageError(
                tr(
                    "Gemini cannot take the reference “{name}” ({mime_type}).",
                    name=one_line(picture.label or tr("unnamed"), 80),
                    mime_type=picture.mime_type or tr("no format"),
                ),
                safe=tr("Nothing was sent."),
                next_step=tr("Remove it, or convert it to PNG or JPEG."),
            )
    encoded = sum(len(picture.data) * 4 // 3 for picture in references)
    if encoded > MAX_REQUEST_BYTES:
        raise UsageError(
            tr(
                "The references are too large together: {megabytes} MB as sent, and "
                "Gemini takes {most} MB.",
                megabytes=number(encoded / 1e6),
                most=number(MAX_REQUEST_BYTES / 1e6),
            ),
            safe=tr("Nothing was sent."),
            next_step=tr("Remove some of them."),
        )
