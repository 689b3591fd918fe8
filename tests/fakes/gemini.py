"""A stand-in for Gemini's image models that speaks their wire format on 127.0.0.1.

In a test::

    with GeminiServer() as server:
        GeminiGenerator(api_key=lambda: "test-key", base_url=server.base_url)

For a person who tries Plantain without a key or a bill::

    python -m tests.fakes.gemini --port 8765
    python -m tests.fakes.gemini --port 8765 --fail quota

It is strict about requests, so that one the real service refuses does not pass here; and it sends
no picture back that it did not compose from what it was sent.
"""

from __future__ import annotations

import argparse
import json
import re
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs

from tests.fakes import gemini_replies as replies
from tests.fakes.gemini_replies import Failure
from tests.fakes.gemini_requests import BadRequestError, RecordedRequest, parse_request

MODELS = (
    "gemini-nano-banana-2.1",
    "gemini-3-pro-image",
    "gemini-3.1-flash-lite-image",
    "gemini-3.1-flash-image",
    "gemini-2.5-flash-image",
)
TICK_S = 0.02

_POST_PATH = re.compile(r"/v1beta/models/([^/:]+):generateContent")
_INTERACTIONS_PATH = "/v1beta/interactions"


class GeminiServer:
    """The stand-in; a context manager that leaves no thread behind.

    Args:
        port: 0 for any free one.
        api_key: the only key accepted; any but the empty one when None.
        failure: how every request fails; None for success.
        is_talkative: print a line for each request, for people.

    Attributes:
        requests: everything that arrived, in order, also what was refused.
        request_arrived: set when a request was read to its end.
        client_left: set when a client went away while it was being answered.
        redirect_to: where ``Failure.REDIRECT`` points.
        drafts: how many drafts come before the final picture of an answer.
        interactions_only: models that ``generateContent`` does not serve.
        models_on_a_page: of the list of models, at most.
        paint: draws the final picture of an answer from its request; None for ``compose``.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        api_key: str | None = None,
        failure: Failure | None = None,
        is_talkative: bool = False,
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.request_arrived = threading.Event()
        self.client_left = threading.Event()
        self.closing = threading.Event()
        self.api_key = api_key
        self.is_talkative = is_talkative
        self.drafts = 0
        self.interactions_only: set[str] = set()
        self.models_on_a_page = 1000
        self.paint: Callable[[RecordedRequest], bytes] | None = None
        self._lock = threading.Lock()
        self._failure = failure
        self._failures_left: int | None = None
        self._http = _Server(("127.0.0.1", port), self.handler())
        self._http.fake = self
        self.port = int(self._http.server_address[1])
        self.redirect_to = f"http://localhost:{self.port}/elsewhere"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(TICK_S,), name="fake-gemini"
        )

    def handler(self) -> type[GeminiHandler]:
        """What answers a request."""
        return GeminiHandler

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail_with(self, failure: Failure | None, count: int | None = None) -> None:
        """Fail the next ``count`` requests like this, all of them when None; None to succeed."""
        with self._lock:
            self._failure, self._failures_left = failure, count

    def next_failure(self) -> Failure | None:
        with self._lock:
            if self._failures_left is None:
                return self._failure
            if self._failures_left == 0:
                return None
            self._failures_left -= 1
            return self._failure

    def record(self, request: RecordedRequest) -> None:
        with self._lock:
            self.requests.append(request)
        self.request_arrived.set()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Release whatever hangs and wait for every thread."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the handlers: a test that leaks one must notice
    fake: GeminiServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some tests are about; anything else is a bug here."""
        if isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            self.fake.client_left.set()
            return
        super().handle_error(request, client_address)  # type: ignore[arg-type]


class GeminiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    post_path = _POST_PATH

    @property
    def fake(self) -> GeminiServer:
        assert isinstance(self.server, _Server)
        return self.server.fake

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        if self.fake.is_talkative:
            print(self.command, self.path, "-", format % args, flush=True)

    def do_GET(self) -> None:
        self.fake.record(RecordedRequest("GET", self.path, self._headers_without_key(), b""))
        if not self._has_key():
            self._send_json(400, replies.BAD_KEY)
        elif self.path.partition("?")[0] == "/v1beta/models":
            self._send_json(200, self._page_of_models())
        else:
            self._send_json(404, replies.error(404, "NOT_FOUND", "Not found."))

    def _page_of_models(self) -> dict[str, object]:
        asked = parse_qs(self.path.partition("?")[2])
        start = int(asked.get("pageToken", ["0"])[0])
        end = start + min(int(asked.get("pageSize", ["50"])[0]), self.fake.models_on_a_page)
        page: dict[str, object] = {"models": [_described(model) for model in MODELS[start:end]]}
        return {**page, "nextPageToken": str(end)} if end < len(MODELS) else page

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = self._headers_without_key()
        try:
            request = parse_request(self.path, headers, raw)
        except BadRequestError as error:
            self.fake.record(RecordedRequest("POST", self.path, headers, raw))
            self._send_json(400, replies.error(400, "INVALID_ARGUMENT", str(error)))
            return
        self.fake.record(request)
        match = self.post_path.fullmatch(self.path)
        model = match[1] if match else request.model
        is_known_path = match is not None or self.path == _INTERACTIONS_PATH
        is_served = model in MODELS or (match is None and model in self.fake.interactions_only)
        failure = self.fake.next_failure()
        if not self._has_key():
            self._send_json(400, replies.BAD_KEY)
        elif not is_known_path or (failure is None and not is_served):
            if match is None and is_known_path:
                gone = replies.error(404, "NOT_FOUND", f"Model {model} was not found.")
            else:
                gone = replies.model_gone(model or self.path)
            self._send_json(404, gone)
        elif failure is not None:
            self._fail(failure, request, model)
        else:
            self._succeed(request, model)

    def _succeed(self, request: RecordedRequest, model: str) -> None:
        ratio = request.aspect_ratio or "1:1"
        if self.fake.paint is not None:
            picture = self.fake.paint(request)
        else:
            picture = replies.compose(request.text, request.references, ratio, request.image_size)
        drafts = [
            replies.compose(f"{request.text}, draft {number}", (), ratio, "512")
            for number in range(self.fake.drafts)
        ]
        count = len(request.references)
        if request.api == "interactions":
            content: list[replies.Json] = [{"type": "text", "text": replies.ANSWER}]
            content += [replies.output(made) for made in (*drafts, picture)]
            self._send_json(200, replies.interaction(content, model, inputs=count))
            return
        thought = replies.compose("a draft", (), "1:1", "512")
        self._send_json(200, replies.success([*drafts, picture], thought, model, count))

    def _fail(self, failure: Failure, request: RecordedRequest, model: str) -> None:
        refused = replies.refusal(failure, model, self.headers.get("x-goog-api-key", ""))
        if refused is not None:
            self._send_json(*refused)
        elif failure is Failure.TOO_LARGE:
            self._send(413, b"<html><title>413</title>Request Entity Too Large</html>", "text/html")
        elif failure is Failure.OVERLOADED:
            self._send(503, b"<html><h1>Service Unavailable</h1></html>", "text/html")
        elif failure is Failure.SIGN_IN_PAGE:
            self._send(200, b"<html>Welcome to the airport's WLAN</html>", "text/html")
        elif failure is Failure.REDIRECT:
            self._send(302, b"", "text/html", location=self.fake.redirect_to)
        elif failure is Failure.HANG:
            self._hold_until_client_leaves()
        elif failure is Failure.TRICKLE:
            self._trickle()
        elif failure is Failure.DROP_BEFORE_REPLY:
            self._drop()
        elif failure is Failure.DROP_MID_BODY:
            self._send(200, b'{"candidates": [{"content', "application/json", length=100_000)
            self._drop()
        elif failure is Failure.EMPTY_BODY:
            self._send(200, b"", "application/json")
        elif failure is Failure.INVALID_JSON:
            self._send(200, b'{"candidates": [', "application/json")
        elif failure is Failure.GARBLED_COMPRESSION:
            self._send(200, b"this is not gzip", "application/json", encoding="gzip")
        elif request.api == "interactions":
            self._send_json(200, replies.failed_interaction(failure, model))
        else:
            draft = replies.compose(request.text, (), "1:1", "512")
            self._send_json(200, replies.failed_answer(failure, draft, model))

    def _hold_until_client_leaves(self) -> None:
        while not self.fake.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], TICK_S)
            if readable and self.connection.recv(1, socket.MSG_PEEK) == b"":
                self.fake.client_left.set()
                break
        self.close_connection = True

    def _trickle(self) -> None:
        """White space before the JSON, for ever: each byte in time, the whole never."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not self.fake.closing.wait(TICK_S):
            self.wfile.write(b"1\r\n \r\n")  # raises when the client left; see handle_error
        self.close_connection = True

    def _drop(self) -> None:
        # Linger 0 resets the connection, which is what a broken network looks like.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _send_json(self, code: int, body: object) -> None:
        self._send(code, json.dumps(body).encode(), "application/json; charset=UTF-8")

    def _send(
        self,
        code: int,
        body: bytes,
        content_type: str,
        *,
        location: str = "",
        encoding: str = "",
        length: int | None = None,
    ) -> None:
        self.send_response(code, HTTPStatus(code).phrase)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")  # no idle connection keeps a thread
        if location:
            self.send_header("Location", location)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def _has_key(self) -> bool:
        key = self.headers.get("x-goog-api-key", "")
        return bool(key) and self.fake.api_key in (None, key)

    def _headers_without_key(self) -> dict[str, str]:
        return {
            name.lower(): "[redacted]" if name.lower() == "x-goog-api-key" else value
            for name, value in self.headers.items()
        }


def _described(model: str) -> dict[str, object]:
    return {
        "name": f"models/{model}",
        "displayName": model,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Gemini's image models.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--fail", metavar="MODE", choices=[mode.value for mode in Failure])
    arguments = parser.parse_args()
    failure = Failure(arguments.fail) if arguments.fail else None
    with GeminiServer(arguments.port, failure=failure, is_talkative=True) as server:
        print(f"Pretending to be Gemini on {server.base_url}. In another terminal:\n")
        print(
            f"  PLANTAIN_GEMINI_BASE_URL={server.base_url} GEMINI_API_KEY=test-key"
            ' plantain generate "a kettle on linen" --generator gemini\n'
        )
        print("Ctrl+C ends it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Bye.")


if __name__ == "__main__":
    main()
