"""An answer that has no end, unpacks without end, or holds more than any picture, ends nothing."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import GenerationError, NoPicture, PlantainError, ReplyUnreadable
from desktop.generation.gemini.reply import MAX_PICTURES
from desktop.generation.wire import bounded
from tests.generation.asking import at, generate, read_reply, request

PNG = base64.b64encode(b"\x89PNG\r\n").decode()


@contextmanager
def answering(send: Callable[[BaseHTTPRequestHandler], None]) -> Generator[str]:
    """A server on this machine whose every answer ``send`` writes; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                send(self)
            except OSError:
                self.close_connection = True  # whoever asked has heard enough

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="answering")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65_536)


def endless_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X: " + b"y" * 60_000 + b"\r\n")


def bomb(handler: BaseHTTPRequestHandler) -> None:
    data = gzip.compress(b" " * 64 * 2**20)
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def garbage_in_gzip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(b"no gzip at all")


def an_error_without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(503)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65_536)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "send", [endless, endless_headers, bomb, garbage_in_gzip, an_error_without_end]
)
def test_an_answer_without_an_end_is_given_up(
    send: Callable[[BaseHTTPRequestHandler], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MAX_REPLY_BYTES", 2**20)
    with answering(send) as address:
        asked = at(address, total_timeout_s=600)
        with pytest.raises(PlantainError) as raised:
            generate(asked, request(), (), CancelToken())
    assert "unforeseen" not in raised.value.message
    if send in (endless, bomb, an_error_without_end):
        assert "far longer" in raised.value.message
        assert isinstance(raised.value, GenerationError)
        assert raised.value.may_be_billed, "it is not asked for again as if it had cost nothing"


def test_an_answer_of_ordinary_length_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"candidates": [{"content": {"parts": [{"inlineData": {"data": PNG}}]}}]})

    def plain(handler: BaseHTTPRequestHandler) -> None:
        data = gzip.compress(body.encode())
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    with answering(plain) as address:
        asked = at(address, total_timeout_s=600)
        assert len(generate(asked, request(), (), CancelToken()).images) == 1


def body_of(*parts: object, **more: object) -> str:
    return json.dumps({"candidates": [{"content": {"parts": list(parts)}}], **more})


def test_of_twenty_thousand_parts_some_are_read() -> None:
    result = read_reply(body_of(*[{"inlineData": {"data": PNG}}] * 20_000), "m")
    assert len(result.images) == MAX_PICTURES
    with pytest.raises(NoPicture):
        read_reply(body_of(*[{"text": "x"}] * 20_000), "m")


def test_one_garbled_picture_does_not_cost_the_others() -> None:
    parts = [{"inlineData": {"data": "!!"}}, {"inlineData": {"data": PNG}}]
    assert len(read_reply(body_of(*parts), "m").images) == 1
    with pytest.raises(ReplyUnreadable):
        read_reply(body_of(parts[0]), "m")


def test_nothing_that_commands_a_terminal_comes_through() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\ud800 fine\nline"
    part = {"inlineData": {"data": PNG}}
    result = read_reply(body_of({"text": evil}, part, modelVersion=evil), "m")
    for text in (result.text, result.model):
        assert "fine" in text
        assert all(c.isprintable() or c == "\n" for c in text)
    assert "\n" not in result.model
    with pytest.raises(NoPicture) as raised:
        read_reply(json.dumps({"candidates": [{"finishReason": evil}]}), "m")
    assert raised.value.message.isprintable()


@pytest.mark.parametrize("value", ["9" * 400, "NaN", "Infinity", "-5", "1e999", str(2**63), "[]"])
def test_numbers_without_an_end_are_none(value: str) -> None:
    body = body_of({"inlineData": {"data": PNG}}, usageMetadata={"totalTokenCount": "@"})
    result = read_reply(body.replace('"@"', value), "m")
    assert result.usage.total_tokens == 0
