"""A service account of Google Cloud, by which Vertex is asked: a key file in place of a key.

The file signs a request for a token that is good for an hour (RFC 7523); the token is asked for
anew with each picture, and kept nowhere. See
https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from desktop.core.asset import displayable
from desktop.core.errors import GenerationError, KeyMissing, KeyRefused
from desktop.core.system_errors import system_reason
from desktop.core.text import sentences, tr
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.files.regular_file import read_guarded
from desktop.generation.wire.peer import is_loopback
from desktop.generation.wire.quoting import KEPT, one_line

ACCOUNTS_PAGE = "https://console.cloud.google.com/iam-admin/serviceaccounts"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME_S = 3600
"""The longest that Google grants."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What of a key file is needed. These are its own names."""

    client_email: str
    project_id: str
    private_key: str = field(repr=False)
    token_uri: str = "https://oauth2.googleapis.com/token"


def read_account(path: str | None) -> ServiceAccount:
    """The account of the key file at that path.

    Raises:
        KeyMissing: nothing names a file.
        KeyRefused: it is none that can be used; the message says why.
    """
    bare = (path or "").strip()
    if not bare:
        raise KeyMissing(
            tr("No service account for Vertex is named."),
            safe=tr("Nothing was sent; your prompt and references are kept."),
            next_step=tr(
                "Enter the path of its key file, or set GOOGLE_APPLICATION_CREDENTIALS; key files "
                "are made at {page}.",
                page=ACCOUNTS_PAGE,
            ),
        )
    file = Path(bare).expanduser()
    try:
        account = checked(parse_json(read_guarded(file)), ServiceAccount)
    except OSError as error:
        raise _unusable(file, system_reason(error)) from None
    except MalformedJson:
        raise _unusable(file, tr("it is not the key file of a service account")) from None
    parts = urlsplit(account.token_uri)
    is_encrypted = parts.scheme == "https" or is_loopback(parts.hostname or "")
    if not is_encrypted or not parts.hostname:
        raise _unusable(file, tr("it names no safe address for tokens"))
    return account


async def access_token(account: ServiceAccount) -> str:
    """A token for an hour.

    Raises:
        KeyRefused: Google does not accept the account any more.
        httpx2.HTTPError: the token server cannot be reached.
    """
    import httpx2

    from desktop.generation.wire.bounded import BoundedTransport

    form = {"grant_type": _GRANT, "assertion": _assertion(account)}
    is_near = is_loopback(urlsplit(account.token_uri).hostname or "")
    # A transport of its own: what it brings is a secret, and no answer that anybody may keep.
    transport = BoundedTransport(account.token_uri, with_proxy=not is_near)
    async with httpx2.AsyncClient(transport=transport, follow_redirects=False) as http:
        response = await http.post(account.token_uri, data=form)
    try:
        told = parse_json(response.content)
    except ValueError:
        told = None
    fields: Mapping[str, object] = (
        cast(Mapping[str, object], told) if isinstance(told, dict) else {}
    )
    token = fields.get("access_token")
    if response.status_code == 200 and isinstance(token, str) and token:
        return token
    said = fields.get("error_description") or fields.get("error")
    raise _refused(account, response.status_code, said)


def _assertion(account: ServiceAccount) -> str:
    from google.auth import crypt, jwt

    signers: Any = crypt.RSASigner  # the library says little of its types
    tokens: Any = jwt
    now = int(time.time())
    claims = {
        "iss": account.client_email,
        "scope": _SCOPE,
        "aud": account.token_uri,
        "iat": now,
        "exp": now + _LIFETIME_S,
    }
    try:
        signer = signers.from_string(account.private_key)
    except Exception as error:
        raise KeyRefused(
            tr("The private key in the key file of {account} is damaged.", account=_of(account)),
            safe=tr("Nothing was sent; your prompt and references are kept."),
            next_step=tr("Make a new key file at {page}.", page=ACCOUNTS_PAGE),
        ) from error
    return str(tokens.encode(signer, claims), "ascii")


def _refused(account: ServiceAccount, status: int, said: object) -> GenerationError:
    quote = tr("Google says: “{line}”", line=one_line(said)) if isinstance(said, str) else ""
    return KeyRefused(
        sentences(
            tr(
                "Google does not accept the service account {account} (HTTP {code}).",
                account=_of(account),
                code=status,
            ),
            quote,
        ),
        safe=tr(KEPT),
        next_step=tr(
            "Check this computer's clock, and whether the account and its key still exist: {page}",
            page=ACCOUNTS_PAGE,
        ),
    )


def _unusable(file: Path, reason: str) -> KeyRefused:
    return KeyRefused(
        tr("The key file {file} cannot be used: {reason}.", file=displayable(file), reason=reason),
        safe=tr("Nothing was sent; your prompt and references are kept."),
        next_step=tr("Name another one, or make one at {page}.", page=ACCOUNTS_PAGE),
    )


def _of(account: ServiceAccount) -> str:
    return one_line(account.client_email, 120)
