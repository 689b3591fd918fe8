"""Who is asked, and what is made sure before a key leaves this machine."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from desktop.core.addresses import without_user_info
from desktop.core.errors import KeyMissing, KeyRefused, SettingsError
from desktop.core.text import tr
from desktop.generation.wire.quoting import one_line

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Peer:
    """A service at an address.

    Attributes:
        service: its name in sentences ("Gemini").
        company: who bills and keeps what is sent ("Google").
        base_url: checked by ``checked_host``, whose result is ``host``.
        timeout_s: seconds for everything from connecting to the last byte.
    """

    service: str
    company: str
    base_url: str
    host: str
    timeout_s: float


def host_of(address: str) -> str:
    """The host that an address names; empty for what is none."""
    with contextlib.suppress(ValueError):
        return urlsplit(address).hostname or ""
    return ""


def is_loopback(host: str) -> bool:
    """True for this machine itself, where nothing crosses a network."""
    return host in LOOPBACK


def checked_key(key: str | None, service: str, variable: str, page: str) -> str:
    """The key without blanks around it.

    Args:
        variable: of the environment, which may hold it.
        page: where keys are made.

    Raises:
        KeyMissing: there is none.
        KeyRefused: it cannot stand in a header.
    """
    bare = (key or "").strip()
    if not bare:
        raise KeyMissing(
            tr("No {service} key is set.", service=service),
            safe=tr("Nothing was sent; your prompt and references are kept."),
            next_step=tr(
                "Set one in the system's key store or as {variable}; keys are made "
                "at {page}. The mood board works without one.",
                variable=variable,
                page=page,
            ),
        )
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise KeyRefused(
            tr(
                "The {service} key has characters that no key has, such as a line break or an "
                "accent.",
                service=service,
            ),
            safe=tr("Nothing was sent; your prompt and references are kept."),
            next_step=tr("Copy the key again from {page} and set it.", page=page),
        )
    return bare


def checked_host(base_url: str, service: str, default: str) -> str:
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
                "The {service} address “{shown}” is not one that Plantain can use.",
                service=service,
                shown=_shown(base_url),
            ),
            safe=tr("Nothing was sent."),
            next_step=tr(
                "Correct it, or remove it to use {default_base_url}.", default_base_url=default
            ),
        )
    if not is_encrypted and not is_loopback(host):
        raise SettingsError(
            tr(
                "The {service} address “{shown}” would carry your key unencrypted.",
                service=service,
                shown=_shown(base_url),
            ),
            safe=tr("Nothing was sent."),
            next_step=tr("Use an address that starts with https://."),
        )
    return host


def _shown(base_url: str) -> str:
    """The address without a password or a query, either of which may be a secret."""
    return one_line(without_user_info(base_url).partition("?")[0], 120)
