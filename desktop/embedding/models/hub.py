"""Talks to a Hugging Face hub: where a file is, what its checksum is, and its bytes from anywhere.

``huggingface_hub`` 2.4 downloads into a file of a random name and deletes it on any failure
(``file_download._download_to_tmp_and_move``), so its downloads neither resume after a restart nor
can be cancelled. Its addresses, metadata and HTTP session are used; the bytes are fetched here.
No access token is ever sent, not even one of the environment: all models in the table are public,
and the endpoint may be a mirror.
"""

# The libraries at this edge publish partial types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from desktop.core.cancellation import CancelToken
from desktop.core.errors import DownloadFailed
from desktop.core.text import sentences, tr
from desktop.embedding.models.known_models import KnownModel

if TYPE_CHECKING:
    import httpx2

_HEX_DIGITS = frozenset("0123456789abcdef")
_CONNECT_TIMEOUT_S = 10.0


class InterruptedTransferError(Exception):
    """The transfer broke off in a way that another try may mend; ``reason`` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where models come from, and by which way.

    Attributes:
        endpoint: base address of a hub or mirror; empty for ``HF_ENDPOINT``, or huggingface.co.
        proxy: address of a proxy; empty for what the system says, ``HTTPS_PROXY`` among it.
    """

    endpoint: str = ""
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file on the hub.

    Attributes:
        url: its permanent address; redirects to a signed one that expires.
        page: where a person finds it with a browser.
        sha256: hex digest that the hub promises.
        size: bytes.
    """

    url: str
    page: str
    sha256: str
    size: int


def page_of(known: KnownModel, address: HubAddress) -> str:
    """Where a person finds the model with a browser."""
    return f"{_base(address)}/{known.repository}"


def _base(address: HubAddress) -> str:
    # As huggingface_hub itself has it, without importing it for a sentence in the window.
    usual = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    return (address.endpoint or usual).rstrip("/")


def find(known: KnownModel, file: str, address: HubAddress) -> RemoteFile:
    """Ask the hub for a file of a known model; the proxy holds for ``stream`` too.

    Args:
        file: its name in the repository.

    Raises:
        DownloadFailed: no answer, a refusal, or an answer without checksum and size.
    """
    from huggingface_hub import (
        constants,
        get_hf_file_metadata,
        hf_hub_url,
        set_client_factory,
    )
    from huggingface_hub.errors import FileMetadataError, HfHubHTTPError

    base, page = _base(address), page_of(known, address)
    if constants.is_offline_mode():
        raise failed(
            known,
            page,
            tr("the HF_HUB_OFFLINE setting forbids it"),
            tr("Unset HF_HUB_OFFLINE, then try again."),
        )
    set_client_factory(partial(_client, address.proxy))
    try:
        url = hf_hub_url(known.repository, file, endpoint=base)
        metadata = get_hf_file_metadata(
            url, token=False, timeout=_CONNECT_TIMEOUT_S, library_name="plantain", endpoint=base
        )
    except HfHubHTTPError as error:
        raise failed(known, page, refusal(error.response.status_code, base)) from error
    except FileMetadataError as error:
        raise failed(
            known, page, tr("{base} does not answer like a model hub", base=base)
        ) from error
    except _transport_errors() as error:
        raise failed(known, page, _transport_reason(error, base)) from error
    except (OSError, ValueError) as error:
        raise failed(
            known, page, tr("{base} is not an address that works ({error})", base=base, error=error)
        ) from error
    sha256 = (metadata.etag or "").lower()
    if len(sha256) != 64 or not _HEX_DIGITS.issuperset(sha256) or not metadata.size:
        raise failed(
            known,
            page,
            tr(
                "{base} promises no checksum or size, so what it sends cannot be verified",
                base=base,
            ),
        )
    return RemoteFile(url, page, sha256, metadata.size)


def _client(proxy: str) -> httpx2.Client:
    import httpx2

    return httpx2.Client(proxy=proxy or None, follow_redirects=True, timeout=None)


@contextmanager
def stream(
    remote: RemoteFile, offset: int, cancel: CancelToken, *, read_timeout_s: float
) -> Generator[tuple[int, Iterator[bytes]], None, None]:
    """Open the file from ``offset`` on; gives the real offset (0 if the server knows no ranges).

    A cancel ends a blocked read at once.

    Raises:
        InterruptedTransferError: worth another try.
        HubRefusedError: it is not.
        Cancelled: the token was cancelled.
    """
    import httpx2
    from huggingface_hub.utils import build_hf_headers, get_session

    headers = build_hf_headers(token=False, library_name="plantain")
    headers["Accept-Encoding"] = "identity"  # ranges count the bytes as they are
    if offset:
        headers["Range"] = f"bytes={offset}-"
    timeout = httpx2.Timeout(_CONNECT_TIMEOUT_S, read=read_timeout_s)
    cancel.raise_if_cancelled()
    try:
        with get_session().stream(
            "GET", remote.url, headers=headers, timeout=timeout, follow_redirects=True
        ) as response:
            forget = cancel.on_cancel(lambda: _wake(response))
            try:
                yield _start(response, offset), _chunks(response, cancel)
            finally:
                forget()
    except _transport_errors() as error:
        cancel.raise_if_cancelled()
        raise InterruptedTransferError(_transport_reason(error, remote.page)) from error


class HubRefusedError(Exception):
    """The hub answered, and another try will not help; ``reason`` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def failed(known: KnownModel, page: str, reason: str, first: str = "") -> DownloadFailed:
    """The one shape of a failed download, with the ways on; no command is named, for most people
    read this in the window."""
    return DownloadFailed(
        tr("{name} could not be downloaded: {reason}.", name=known.name, reason=reason),
        safe=tr("Your pictures, index and installed models are untouched."),
        next_step=sentences(
            first or tr("Check the connection, then try again."),
            tr("It goes on where it stopped."),
            tr(
                "Or try another mirror, or fetch {file} from {page} with a browser on any computer "
                "and choose that file.",
                file=known.file,
                page=page,
            ),
        ),
    )


def refusal(status: int, base: str) -> str:
    """What an HTTP status means for the person."""
    if status in (401, 403):
        return tr("{base} demands a permission for it ({status})", base=base, status=status)
    if status == 404:
        return tr("{base} does not have it (404)", base=base)
    if status == 407:
        return tr("the proxy of this network demands a password (407)")
    if status == 429:
        return tr("{base} has had too many requests (429); wait some minutes", base=base)
    if status >= 500:
        return tr("{base} has a problem of its own ({status})", base=base, status=status)
    return tr("{base} answered with status {status}", base=base, status=status)


def _start(response: httpx2.Response, offset: int) -> int:
    status = response.status_code
    if status == 200:
        return 0
    if status == 206:
        start = response.headers.get("Content-Range", "").removeprefix("bytes ").split("-")[0]
        if start == str(offset):
            return offset
        raise HubRefusedError(tr("the hub sent another part of the file than asked for"))
    if status == 429 or status >= 500 or status == 408:
        raise InterruptedTransferError(
            refusal(status, f"{response.url.scheme}://{response.url.host}")
        )
    raise HubRefusedError(refusal(status, f"{response.url.scheme}://{response.url.host}"))


def _chunks(response: httpx2.Response, cancel: CancelToken) -> Iterator[bytes]:
    # As they come (up to 64 KiB): a fixed size would be collected first, and lost in a break.
    for chunk in response.iter_bytes():
        cancel.raise_if_cancelled()
        yield chunk
    cancel.raise_if_cancelled()  # a woken read looks like the end of the file


def _wake(response: httpx2.Response) -> None:
    """End a read that blocks in another thread, by shutting the connection below TLS down."""
    stream: Any = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is None:
        return
    # A second handle on the same connection leaves the reader's own untouched. Errors mean that
    # it was closed in this very moment.
    with (
        suppress(OSError, ValueError),
        socket.socket(fileno=socket.dup(connection.fileno())) as twin,
    ):
        twin.shutdown(socket.SHUT_RDWR)


def _transport_errors() -> tuple[type[Exception], ...]:
    import httpx2

    return (httpx2.TransportError, httpx2.TooManyRedirects, httpx2.DecodingError, httpx2.InvalidURL)


def _transport_reason(error: Exception, place: str) -> str:
    import httpx2

    if isinstance(error, httpx2.ProxyError):
        return tr("the proxy of this network did not let it through")
    if isinstance(error, httpx2.TimeoutException):
        return tr("{place} did not answer in time", place=place)
    if isinstance(error, httpx2.ConnectError):
        if "certificate" in str(error).casefold():
            return tr("the certificate of {place} is not trusted by this computer", place=place)
        return tr("{place} cannot be reached", place=place)
    if isinstance(error, httpx2.TooManyRedirects):
        return tr("{place} leads in circles", place=place)
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
        return tr("{place} is not an address that works", place=place)
    return tr("the connection broke off")
