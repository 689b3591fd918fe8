"""What is made sure before the key or a picture leaves this machine."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from desktop.core.addresses import without_user_info
from desktop.core.errors import KeyMissing, KeyRefused, RequestRefused, SettingsError, UsageError
from desktop.core.text import number, tr
from desktop.generation.generator import ReferenceImage
from desktop.generation.wire.quoting import KEPT, one_line

DEFAULT_BASE_URL = "https://generativelanguage.googleapis.com"

MAX_REQUEST_BYTES = 100_000_000
"""Gemini's limit for one request, everything included."""

ACCEPTED_MIME_TYPES = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")

_MODEL_ID = re.compile(r"(models/|tunedModels/)?[A-Za-z0-9][A-Za-z0-9._-]*")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def checked_key(key: str | None) -> str:
    """Raises: KeyMissing, KeyRefused."""
    bare = (key or "").strip()
    if not bare:
        raise KeyMissing(
            tr("No Gemini key is set."),
            safe=tr("Nothing was sent; your prompt and references are kept."),
            next_step=tr(
                "Set one in the system's key store or as GEMINI_API_KEY; keys are made "
                "at https://aistudio.google.com/apikey. The mood board works without one."
            ),
        )
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise KeyRefused(
            tr("The Gemini key has characters that no key has, such as a line break or an accent."),
            safe=tr("Nothing was sent; your prompt and references are kept."),
            next_step=tr("Copy the key again from https://aistudio.google.com/apikey and set it."),
        )
    return bare


def checked_host(base_url: str) -> str:
    """The host to name in sentences.

    Raises:
        SettingsError: not an address, or one that would carry the key unencrypted.
    """
    host, is_encrypted = "", False
    with contextlib.suppress(ValueError):
        parts = urlsplit(base_url)
        _ = parts.port  # raises for a port that is none
        extras = parts.username or parts.password or parts.query or parts.fragment
        is_clean = not extras and base_url.isprintable() and " " not in base_url
        if parts.scheme in ("http", "https") and is_clean:
            host, is_encrypted = parts.hostname or "", parts.scheme == "https"
    if not host:
        raise SettingsError(
            tr(
                "The Gemini address “{shown}” is not one that Plantain can use.",
                shown=_shown(base_url),
            ),
            safe=tr("Nothing was sent."),
            next_step=tr(
                "Correct it, or remove it to use {default_base_url}.",
                default_base_url=DEFAULT_BASE_URL,
            ),
        )
    if not is_encrypted and not is_loopback(host):
        raise SettingsError(
            tr(
                "The Gemini address “{shown}” would carry your key unencrypted.",
                shown=_shown(base_url),
            ),
            safe=tr("Nothing was sent."),
            next_step=tr("Use an address that starts with https://."),
        )
    return host


def _shown(base_url: str) -> str:
    """The address without a password or a query, either of which may be a secret."""
    return one_line(without_user_info(base_url).partition("?")[0], 120)


def is_loopback(host: str) -> bool:
    """True for this machine itself, where nothing crosses a network."""
    return host in _LOOPBACK


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
