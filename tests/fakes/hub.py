"""A Hugging Face hub on the loopback, as far as downloading one file needs it.

It answers as huggingface.co does: ``HEAD /{repo}/resolve/main/{file}`` redirects to a storage
address and carries ``X-Linked-Etag`` (the file's SHA-256), ``X-Linked-Size`` and ``X-Repo-Commit``;
``GET`` follows the redirect and honours ``Range``. And it misbehaves on request.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast
from urllib.parse import urlsplit

_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Request:
    """What arrived. ``range_start`` is None without a Range header; ``host`` is the one that was
    meant: another than this where it is asked as a proxy."""

    method: str
    host: str
    path: str
    range_start: int | None
    has_token: bool


@dataclass
class Behaviour:
    """How the hub (mis)behaves; change it at any time.

    Attributes:
        status: answer everything with this status instead.
        drops_after: bytes after which the connection breaks, one entry per GET; then no more drops.
        seconds_per_chunk: pause before each 64 KiB.
        hangs_after: bytes of each GET after which nothing more comes (until the hub closes).
        promises_sha256: the checksum to claim instead of the true one.
        promises_size: the size to claim instead of the true one.
        knows_ranges: whether Range is honoured.
        leads_in_circles: storage redirects to itself.
        is_a_hub: False answers like any web server, without the hub's own headers.
    """

    status: int | None = None
    drops_after: list[int] = field(default_factory=list)
    seconds_per_chunk: float = 0.0
    hangs_after: int | None = None
    promises_sha256: str = ""
    promises_size: int | None = None
    knows_ranges: bool = True
    leads_in_circles: bool = False
    is_a_hub: bool = True


class FakeHub:
    """Runs from ``with`` until its end; ``endpoint`` is what ``HF_ENDPOINT`` should be."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.requests: list[Request] = []
        self.sent_bytes = 0
        self.breaks = 0
        self.closing = threading.Event()
        self._files: dict[str, Path] = {}
        self._hashes: dict[Path, str] = {}
        # The bytes come from another origin, as from the real hub's storage.
        self._servers = [_Server(self), _Server(self)]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,)) for server in self._servers
        ]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def storage(self) -> str:
        return f"http://127.0.0.1:{self._servers[1].server_port}/storage"

    def add(self, repository: str, file: str, content: Path) -> None:
        """Offer the file at ``content`` as ``repository``/``file``."""
        self._files[f"/{repository}/resolve/main/{file}"] = content

    def downloads(self) -> list[Request]:
        """The GET requests for bytes, in order, without the redirects to them."""
        return [r for r in self.requests if r.method == "GET" and r.path.startswith("/storage/")]

    def break_off(self) -> None:
        """Let what is being sent end here."""
        self.breaks += 1

    def content_of(self, path: str) -> Path | None:
        return self._files.get(path.removeprefix("/storage"))

    def sha256_of(self, content: Path) -> str:
        if content not in self._hashes:
            with content.open("rb") as file:
                self._hashes[content] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._hashes[content]

    def __enter__(self) -> FakeHub:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.closing.set()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for them: none outlives its test
    block_on_close = True

    def __init__(self, hub: FakeHub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests, not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 2  # an idle kept-alive connection must not hold the server's end up

    @property
    def hub(self) -> FakeHub:
        return cast("_Server", self.server).hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name upstream
        """Requests are recorded, not printed."""

    def _answer(self) -> None:
        start = self._range_start()
        has_token = "Authorization" in self.headers
        meant = urlsplit(self.path)
        self.path = meant.path  # a proxy is told the whole address
        host = meant.hostname or self.headers["Host"].partition(":")[0]
        self.hub.requests.append(Request(self.command, host, self.path, start, has_token))
        behaviour = self.hub.behaviour
        content = self.hub.content_of(self.path)
        if behaviour.status is not None or content is None:
            self._short(behaviour.status or 404)
        elif not self.path.startswith("/storage/"):
            self._redirect(content)
        elif behaviour.leads_in_circles:
            self._short(302, {"Location": self.path})
        elif self.command == "GET":
            self._send(content, start if behaviour.knows_ranges else None)
        else:
            self._short(200)

    def _range_start(self) -> int | None:
        value = self.headers.get("Range")
        return None if value is None else int(value.removeprefix("bytes=").rstrip("-"))

    def _short(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _redirect(self, content: Path) -> None:
        behaviour = self.hub.behaviour
        headers = {"Location": self.hub.storage + self.path}
        if behaviour.is_a_hub:
            sha256 = behaviour.promises_sha256 or self.hub.sha256_of(content)
            size = behaviour.promises_size
            headers["X-Linked-Etag"] = f'"{sha256}"'
            headers["X-Linked-Size"] = str(content.stat().st_size if size is None else size)
            headers["X-Repo-Commit"] = _COMMIT
        self._short(302, headers)

    def _send(self, content: Path, start: int | None) -> None:
        size = content.stat().st_size
        first = start or 0
        self.send_response(200 if start is None else 206)
        self.send_header("Content-Length", str(size - first))
        if start is not None:
            self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.end_headers()
        drops = self.hub.behaviour.drops_after
        limit = drops.pop(0) if drops else None
        with content.open("rb") as file:
            file.seek(first)
            self._send_body(file, limit)

    def _send_body(self, file: BinaryIO, limit: int | None) -> None:
        behaviour, sent, breaks = self.hub.behaviour, 0, self.hub.breaks
        while chunk := file.read(_CHUNK_BYTES):
            if behaviour.seconds_per_chunk:
                time.sleep(behaviour.seconds_per_chunk)
            if behaviour.hangs_after is not None and sent >= behaviour.hangs_after:
                self.hub.closing.wait()
            if limit is not None:
                chunk = chunk[: limit - sent]
            self.wfile.write(chunk)
            sent += len(chunk)
            self.hub.sent_bytes += len(chunk)
            if limit is not None and sent >= limit:
                break
            if self.hub.closing.is_set():
                break
            if self.hub.breaks > breaks:
                self.close_connection = True
                break
        if limit is not None:
            self.wfile.flush()
            self.close_connection = True
