"""Answers of a service, bounded on their way and kept as they came.

A body may have no end, and a few kilobytes may unpack to gigabytes. So the bytes are counted twice
on their way: as they come from the network, and as they leave the decompression. A whole answer is
kept here, below the SDK: whatever the SDK then makes of it, and whenever a person stops, it was
paid for and is there.
"""

from __future__ import annotations

import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from desktop.generation.wire.certificates import trusted

MAX_REPLY_BYTES = 96 * 1024 * 1024
"""The largest pictures, 4K as PNG, take a third of it in base64."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole.

    Attributes:
        headers: with names in lower case.
        body: after decompression.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ReplyTooLargeError(Exception):
    """The answer is longer than any that is meant well."""


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """A transport whose answers end.

    Args:
        base_url: where the requests will go.
        with_proxy: by way of the proxy that the environment names for it.

    Attributes:
        answer: the last one that came whole; None while there is none.
    """

    def __init__(self, base_url: str, *, with_proxy: bool) -> None:
        self.answer: Answer | None = None
        proxy = _proxy_for(base_url) if with_proxy else ""
        super().__init__(verify=trusted(), proxy=proxy or None, trust_env=with_proxy)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # of an asynchronous transport
        bounded = _BoundedResponse(
            status_code=response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response.stream),
            extensions=response.extensions,
        )
        bounded.when_whole = self._keep
        return bounded

    def _keep(self, response: httpx2.Response, body: bytes) -> None:
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.answer = Answer(response.status_code, headers, body)


class _BoundedStream(httpx2.AsyncByteStream):
    """Counts what comes from the network."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_REPLY_BYTES
        async for chunk in self._stream:
            left = _counted(left, chunk)
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _BoundedResponse(httpx2.Response):
    """Counts what leaves the decompression, and hands it over once it is whole."""

    when_whole: Callable[[httpx2.Response, bytes], None]

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncGenerator[bytes, None]:
        left = MAX_REPLY_BYTES
        kept: list[bytes] = []
        async with aclosing(super().aiter_bytes(chunk_size)) as chunks:
            async for chunk in chunks:
                left = _counted(left, chunk)
                kept.append(chunk)
                yield chunk
        self.when_whole(self, b"".join(kept))


def _counted(left: int, chunk: bytes) -> int:
    """Raises: ReplyTooLargeError."""
    if len(chunk) > left:
        raise ReplyTooLargeError
    return left - len(chunk)


def _proxy_for(base_url: str) -> str:
    """The proxy of the environment or the system; empty for none."""
    parts = urlsplit(base_url)
    if urllib.request.proxy_bypass(parts.netloc):
        return ""
    proxies = urllib.request.getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    return found if "://" in found or not found else f"http://{found}"
