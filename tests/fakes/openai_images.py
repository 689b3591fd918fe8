"""A stand-in for an images endpoint like OpenAI's, on 127.0.0.1.

Strict about requests, as the service is: JSON for generations, a form with files for edits. Its
pictures are composed from what it was sent.
"""

from __future__ import annotations

import base64
import json
import re
import select
import socket
import struct
import threading
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from enum import Enum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.gemini_replies import compose

MODELS = ("gpt-image-2.5-sunburst", "gpt-image-2.5-flare", "gpt-image-2", "gpt-image-3-preview")
OTHER_MODELS = ("gpt-6", "text-embedding-3-large")
SIZES = {"1024x1024": "1:1", "1536x1024": "3:2", "1024x1536": "2:3", "auto": "1:1"}
_TICK_S = 0.02


class Failure(Enum):
    BAD_KEY = "bad-key"
    NOT_VERIFIED = "not-verified"
    REGION = "region"
    MODEL_GONE = "model-gone"
    MODERATION = "moderation"
    POLICY = "policy"
    RATE = "rate"
    RATE_WITHOUT_DELAY = "rate-without-delay"
    NO_CREDIT = "no-credit"
    HARD_LIMIT = "hard-limit"
    BAD_REQUEST = "bad-request"
    TOO_LARGE = "too-large"
    SERVER = "server"
    OVERLOADED = "overloaded"
    REDIRECT = "redirect"
    SIGN_IN_PAGE = "sign-in-page"
    NO_PICTURE = "no-picture"
    GARBLED = "garbled"
    CUT_OFF = "cut-off"
    HANG = "hang"
    ENDLESS = "endless"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it came; ``fields`` of the JSON or the form, ``files`` of the form."""

    path: str
    fields: dict[str, str]
    files: tuple[bytes, ...] = ()
    file_names: tuple[str, ...] = ()


class OpenAIServer:
    """The stand-in; a context manager that leaves no thread behind.

    Attributes:
        requests: everything that arrived, in order.
        failure: how every request for a picture fails; None for success.
        redirect_to: where ``Failure.REDIRECT`` points.
    """

    def __init__(self, *, api_key: str | None = None) -> None:
        self.requests: list[Recorded] = []
        self.arrived = threading.Event()
        self.closing = threading.Event()
        self.client_left = threading.Event()
        self.failure: Failure | None = None
        self.api_key = api_key
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.fake = self
        self.port = int(self._http.server_address[1])
        self.redirect_to = f"http://localhost:{self.port}/elsewhere"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(_TICK_S,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    fake: OpenAIServer

    def handle_error(self, request: object, client_address: object) -> None:
        self.fake.client_left.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    @property
    def fake(self) -> OpenAIServer:
        assert isinstance(self.server, _Server)
        return self.server.fake

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass

    def do_GET(self) -> None:
        self.fake.requests.append(Recorded(self.path, {}))
        if not self._has_key():
            self._refuse(401, "invalid_api_key", "Incorrect API key provided: sk-t***here.")
        elif self.path == "/v1/models":
            listed = [{"id": each, "object": "model"} for each in (*MODELS, *OTHER_MODELS)]
            self._send(200, {"object": "list", "data": listed})
        else:
            self._refuse(404, "unknown_url", f"Unknown request URL: GET {self.path}.")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = self._read(raw)
        self.fake.requests.append(request)
        self.fake.arrived.set()
        failure = self.fake.failure
        if failure is not None:
            self._fail(failure)
        elif not self._has_key():
            self._fail(Failure.BAD_KEY)
        elif request.path not in {"/v1/images/generations", "/v1/images/edits"}:
            self._refuse(404, "unknown_url", f"Unknown request URL: POST {self.path}.")
        elif bool(request.files) != request.path.endswith("edits"):
            self._refuse(400, "invalid_request", "Edits take files, generations none.")
        elif request.fields.get("size") not in SIZES or not request.fields.get("prompt"):
            self._refuse(400, "invalid_value", "Invalid value for size or prompt.")
        elif request.fields.get("model") not in MODELS:
            self._fail(Failure.MODEL_GONE)
        else:
            ratio = SIZES[request.fields["size"]]
            made = compose(request.fields["prompt"], request.files, ratio, "1K")
            self._send(200, _answer(base64.b64encode(made).decode()))

    def _read(self, raw: bytes) -> Recorded:
        kind = self.headers.get("Content-Type", "")
        if kind == "application/json":
            return Recorded(self.path, {name: str(text) for name, text in json.loads(raw).items()})
        whole = b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw
        form = BytesParser(policy=policy.HTTP).parsebytes(whole)
        assert isinstance(form, EmailMessage)
        fields: dict[str, str] = {}
        files: list[tuple[str, bytes]] = []
        for part in form.iter_parts():
            name = re.search(r'name="([^"]*)"', str(part["Content-Disposition"]))
            content = part.get_payload(decode=True)
            assert name is not None
            assert isinstance(content, bytes)
            if part.get_filename():
                assert name[1] == "image[]"
                files.append((str(part.get_filename()), content))
            else:
                fields[name[1]] = content.decode()
        names, contents = tuple(name for name, _ in files), tuple(data for _, data in files)
        return Recorded(self.path, fields, contents, names)

    def _fail(self, failure: Failure) -> None:
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        told: dict[Failure, tuple[int, str, str]] = {
            Failure.BAD_KEY: (401, "invalid_api_key", f"Incorrect API key provided: {key}."),
            Failure.NOT_VERIFIED: (
                *(403, "organization_not_verified"),
                "Your organization must be verified to use this model.",
            ),
            Failure.REGION: (
                *(403, "unsupported_country_region_territory"),
                "Country, region, or territory not supported.",
            ),
            Failure.MODEL_GONE: (404, "model_not_found", "The model does not exist."),
            Failure.POLICY: (
                *(400, "moderation_blocked"),
                "Your request was rejected by the safety system. safety_violations=[violence].",
            ),
            Failure.RATE_WITHOUT_DELAY: (429, "rate_limit_exceeded", "Rate limit reached."),
            Failure.NO_CREDIT: (429, "insufficient_quota", "You exceeded your current quota."),
            Failure.HARD_LIMIT: (
                *(400, "billing_hard_limit_reached"),
                "Billing hard limit has been reached.",
            ),
            Failure.BAD_REQUEST: (400, "invalid_image_file", "Invalid image file."),
            Failure.SERVER: (500, "server_error", "The server had an error."),
        }
        if failure in told:
            self._refuse(*told[failure])
        elif failure is Failure.MODERATION:
            found = {"moderation_stage": "output", "categories": ["sexual"]}
            self._refuse(
                *(400, "moderation_blocked"),
                "Your request was rejected by the safety system.",
                moderation_details=found,
            )
        elif failure is Failure.RATE:
            self._refuse(429, "rate_limit_exceeded", "Rate limit reached.", retry_after="20")
        elif failure is Failure.TOO_LARGE:
            self._send_raw(413, b"<html>Request Entity Too Large</html>", "text/html")
        elif failure is Failure.OVERLOADED:
            self._send_raw(503, b"<html>Service Unavailable</html>", "text/html")
        elif failure is Failure.REDIRECT:
            self._send_raw(307, b"", "text/html", headers={"Location": self.fake.redirect_to})
        elif failure is Failure.SIGN_IN_PAGE:
            self._send_raw(200, b"<html>Welcome</html>", "text/html")
        elif failure is Failure.NO_PICTURE:
            self._send(200, {"created": 1, "data": []})
        elif failure is Failure.GARBLED:
            self._send(200, _answer("!!!not base64!!!"))
        elif failure is Failure.CUT_OFF:
            self._send_raw(200, b'{"data": [', "application/json", length=100_000)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif failure is Failure.HANG:
            self._hold()
        elif failure is Failure.ENDLESS:
            self._send_raw(200, b" " * 4096, "application/json", length=10**9)
            while not self.fake.closing.is_set():
                self.wfile.write(b" " * 65536)  # raises when the client has left

    def _hold(self) -> None:
        while not self.fake.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], _TICK_S)
            if readable and self.connection.recv(1, socket.MSG_PEEK) == b"":
                self.fake.client_left.set()
                break
        self.close_connection = True

    def _refuse(
        self, code: int, reason: str, message: str, *, retry_after: str = "", **more: object
    ) -> None:
        error = {"message": message, "type": "error", "param": None, "code": reason, **more}
        headers = {"Retry-After": retry_after} if retry_after else {}
        body = json.dumps({"error": error}).encode()
        self._send_raw(code, body, "application/json", headers=headers)

    def _send(self, code: int, body: object) -> None:
        self._send_raw(code, json.dumps(body).encode(), "application/json")

    def _send_raw(
        self,
        code: int,
        body: bytes,
        kind: str,
        length: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(code, HTTPStatus(code).phrase)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _has_key(self) -> bool:
        given = self.headers.get("Authorization", "")
        key = given.removeprefix("Bearer ") if given.startswith("Bearer ") else ""
        return bool(key) and self.fake.api_key in (None, key)


def _answer(encoded: str) -> dict[str, object]:
    return {
        "created": 1_764_400_000,
        "data": [{"b64_json": encoded}],
        "usage": {
            "total_tokens": 1100,
            "input_tokens": 44,
            "output_tokens": 1056,
            "input_tokens_details": {"text_tokens": 9, "image_tokens": 35},
        },
    }
