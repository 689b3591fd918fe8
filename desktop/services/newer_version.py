"""Whether there is a newer Plantain: asked only when a person asks.

What answers is an address of the person's or of whoever hands Plantain out: ``{"version",
"page"}``, a release of GitHub's API (``tag_name``, ``html_url``) or a package index (``info``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from desktop.core.cancellation import CancelToken
from desktop.core.errors import GenerationError, PlantainError, SettingsError, WorkingOffline
from desktop.core.text import marked, tr
from desktop.files.checked_json import parse_json
from desktop.generation.wire.exchange import exchange
from desktop.generation.wire.network import kept_from_coming
from desktop.generation.wire.peer import Peer, is_loopback

if TYPE_CHECKING:
    import httpx2

TIMEOUT_S = 20.0
_VERSION = re.compile(r"v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,9})")
_WHERE = marked("The address is set in the settings, under “Advanced”.")


@dataclass(frozen=True, slots=True)
class NewestVersion:
    """What was found.

    Attributes:
        page: where it is told of and can be had; empty for none.
    """

    current: str
    newest: str
    page: str

    @property
    def is_newer(self) -> bool:
        return _numbers(self.newest) > _numbers(self.current)


def ask_for_newest(
    address: str, current: str, cancel: CancelToken, *, is_offline: bool
) -> NewestVersion:
    """Ask once. Nothing about this computer or this library goes along.

    Raises:
        WorkingOffline: nothing may be asked.
        SettingsError: there is no address, or none that may be asked.
        PlantainError: it could not be reached, or does not say a version.
        Cancelled: at once.
    """
    if is_offline:
        raise WorkingOffline(
            tr("Plantain works offline, as you wanted."),
            safe=tr("Nothing was sent."),
            next_step=tr("Go online again to ask for a newer version."),
        )
    host = _checked_host(address)
    peer = Peer(host, host, address, host, TIMEOUT_S)

    async def get(http: httpx2.AsyncClient) -> None:
        await http.get(address, headers={"Accept": "application/json"})

    answer = exchange(peer, cancel, get)
    if isinstance(answer, BaseException):
        error = kept_from_coming(answer, peer, "", cancel)
        if not isinstance(error, GenerationError):
            raise error
        raise PlantainError(error.message, next_step=error.next_step)
    if answer.status != 200:
        raise _useless(tr("{host} answered with HTTP {code}.", host=host, code=answer.status))
    newest, page = _read(answer.body)
    if not newest:
        raise _useless(tr("{host} does not say which version is the newest.", host=host))
    return NewestVersion(current, newest, page)


def _checked_host(address: str) -> str:
    if not address:
        raise SettingsError(
            tr("Nobody has said where newer versions are announced."), next_step=tr(_WHERE)
        )
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise SettingsError(
            tr("Newer versions are asked for at addresses that begin with https://."),
            safe=tr("Nothing was sent."),
            next_step=tr(_WHERE),
        )
    return host


def _read(body: bytes) -> tuple[str, str]:
    try:
        told = parse_json(body)
    except (ValueError, RecursionError):
        return "", ""
    fields = _object(told)
    inner = _object(fields.get("info"))
    version = fields.get("version") or fields.get("tag_name") or inner.get("version")
    page = fields.get("page") or fields.get("html_url") or inner.get("package_url")
    found = _VERSION.fullmatch(str(version or "").strip())
    is_page = isinstance(page, str) and page.startswith("https://") and page.isprintable()
    return (found[1] if found else ""), (str(page) if is_page else "")


def _object(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    parts = [int(part) for part in found[1].split(".")] if found else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _useless(message: str) -> PlantainError:
    return PlantainError(message, next_step=tr(_WHERE))
