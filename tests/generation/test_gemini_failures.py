"""Every way Gemini or the network can fail ends in one clear sentence, after one request."""

from __future__ import annotations

import json
import socket
import ssl

import httpx2
import pytest

from desktop.core.errors import (
    GenerationError,
    KeyMissing,
    KeyRefused,
    ModelGone,
    NoPicture,
    QuotaExhausted,
    ReplyUnreadable,
    RequestRefused,
    ServiceUnavailable,
)
from desktop.generation.gemini import sending
from desktop.generation.gemini.refusals import explain_refusal
from desktop.generation.gemini.sending import Call
from desktop.generation.wire.bounded import Answer
from desktop.generation.wire.network import explain
from desktop.generation.wire.peer import Peer
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import WORDS_ONLY, Failure
from tests.generation.asking import KEY, ask, at, error_of, generator, request


@pytest.mark.parametrize(
    "failure",
    [
        Failure.DROP_BEFORE_REPLY,
        Failure.DROP_MID_BODY,
        Failure.INTERNAL,
        Failure.OVERLOADED,
        Failure.QUOTA,
        Failure.REDIRECT,
        Failure.INVALID_JSON,
    ],
    ids=lambda failure: failure.value,
)
def test_nothing_is_ever_sent_twice(server: GeminiServer, failure: Failure):
    server.fail_with(failure, count=1)
    error_of(generator(server))
    assert len(server.requests) == 1


def test_it_works_again_after_a_failure(server: GeminiServer):
    asked = generator(server)
    server.fail_with(Failure.OVERLOADED, count=1)
    error_of(asked)
    assert ask(server).images


def test_the_waiting_time_is_there_for_a_button(server: GeminiServer):
    server.fail_with(Failure.QUOTA)
    error = error_of(generator(server))
    assert isinstance(error, QuotaExhausted)
    assert error.retry_after_s == 38.0


def test_words_without_a_picture_are_kept(server: GeminiServer):
    server.fail_with(Failure.TEXT_ONLY)
    error = error_of(generator(server))
    assert isinstance(error, NoPicture)
    assert error.text == WORDS_ONLY


def test_bytes_that_are_no_picture_are_handed_on_for_the_import_to_refuse(server: GeminiServer):
    server.fail_with(Failure.NOT_A_PICTURE)
    assert ask(server).images == (b"certainly no picture",)


def test_a_model_that_the_table_does_not_know_is_for_gemini_to_refuse(server: GeminiServer):
    error = error_of(generator(server), wish=request(model="gemini-5-dream"))
    assert isinstance(error, ModelGone)
    assert "gemini-5-dream" in error.message
    assert error.next_step == "Choose another model."


@pytest.mark.parametrize("key", [None, "", "  \n"])
def test_without_a_key_nothing_is_contacted(server: GeminiServer, key: str | None):
    error = error_of(generator(server, key=key))
    assert type(error) is KeyMissing
    assert "GEMINI_API_KEY" in error.next_step
    assert server.requests == []


@pytest.mark.parametrize("key", ["abc\ndef", "abc\r\nX-Evil: 1", "schlüssel", "a b", "abc\x00d"])
def test_a_key_that_cannot_be_one_is_refused_here(server: GeminiServer, key: str):
    error = error_of(generator(server, key=key))
    assert type(error) is KeyRefused
    assert key not in error.sentence()
    assert server.requests == []


def test_a_server_that_is_not_there():
    with socket.socket() as reserved:  # bound but not listening: connections are refused
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        error = error_of(at(address, lambda: KEY))
    assert type(error) is ServiceUnavailable
    assert error.message == "127.0.0.1 does not take connections."


def test_a_server_that_speaks_no_tls(server: GeminiServer):
    address = server.base_url.replace("http:", "https:")
    error = error_of(at(address, lambda: KEY))
    assert type(error) is ServiceUnavailable
    assert "No encrypted connection" in error.message


def test_a_name_that_cannot_be_resolved(monkeypatch: pytest.MonkeyPatch):
    def unknown(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = error_of(at("https://gemini.invalid", lambda: KEY))
    assert type(error) is ServiceUnavailable
    assert error.message == "The address of gemini.invalid could not be found."


def test_an_unforeseen_failure_is_logged_without_its_words(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: object) -> None:
        raise RuntimeError(f"{' '.join(('a', 'red', 'cape'))}, with {KEY}")

    monkeypatch.setattr(sending, "_content", broken)
    error = error_of(generator(server))
    assert type(error) is GenerationError
    assert "(RuntimeError)" in error.message
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert KEY not in caplog.text
    assert "red cape" not in caplog.text, "the prompt is the person's"


PEER = Peer("Gemini", "Google", "https://gemini.test", "gemini.test", 180.0)
CALL = Call(PEER, KEY, "v1beta", "generate-content", "m")


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _refusal(code: int, message: str = "", **error: object) -> Answer:
    reply = {"error": {"code": code, "message": message, **error}}
    return Answer(code, {}, json.dumps(reply).encode())


def told(foreign: Exception | Answer) -> GenerationError | None:
    if isinstance(foreign, Answer):
        return explain_refusal(foreign, CALL)
    return explain(foreign, PEER)


@pytest.mark.parametrize(
    ("foreign", "expected", "words"),
    [
        (httpx2.ConnectTimeout(""), ServiceUnavailable, "not be reached within 15 seconds"),
        (httpx2.ReadTimeout(""), ServiceUnavailable, "not answer within 180 seconds"),
        (httpx2.WriteTimeout(""), ServiceUnavailable, "Google may still bill"),
        (httpx2.ProxyError("407"), ServiceUnavailable, "HTTPS_PROXY"),
        (httpx2.ReadError(""), ServiceUnavailable, "broke off"),
        (httpx2.WriteError(""), ServiceUnavailable, "broke off"),
        (
            _caused(httpx2.ConnectError(""), ssl.SSLCertVerificationError("self-signed")),
            ServiceUnavailable,
            "certificate of gemini.test could not be verified, so no key was sent",
        ),
        (_refusal(401, "Unauthorised"), KeyRefused, "Google says: “Unauthorised”"),
        (_refusal(408), ServiceUnavailable, "broke off"),
        (_refusal(418, "I'm a\nteapot\x07"), RequestRefused, "“I'm a teapot”"),
        (_refusal(400, "x" * 1000), RequestRefused, "xxx…”"),
        (_refusal(504, "Deadline"), ServiceUnavailable, "in trouble"),
        (Answer(400, {}, b'"text"'), RequestRefused, "(HTTP 400). Your"),
        (Answer(400, {}, b'{"error": null}'), RequestRefused, "(HTTP 400)."),
        (_refusal(400, details="text"), RequestRefused, "(HTTP 400)."),
        (_refusal(400, details=[None, {}]), RequestRefused, "(HTTP 400)."),
        (Answer(204, {}, b""), ReplyUnreadable, "(HTTP 204)"),
    ],
)
def test_rare_failures_are_told_too(foreign: Exception | Answer, expected: type, words: str):
    error = told(foreign)
    assert error is not None
    assert type(error) is expected
    assert words in error.sentence()
    assert len(error.message) < 400


@pytest.mark.parametrize(
    ("delay", "next_step"),
    [
        ("0.4s", "Try again in 1 second."),
        ("38.2s", "Try again in 39 seconds."),
        ("125s", "Try again in 3 minutes."),
        ("80000s", "Try again in 23 hours."),
        ("soon", "Wait a minute and try again, or look at your plan in Google AI Studio."),
        (None, "Wait a minute and try again, or look at your plan in Google AI Studio."),
    ],
)
def test_waiting_times_are_told_as_people_plan(delay: str | None, next_step: str):
    error = told(_refusal(429, details=[{"retryDelay": delay}]))
    assert error is not None
    assert error.next_step == next_step


def test_a_waiting_time_may_come_in_the_header():
    error = told(Answer(429, {"retry-after": "7"}, b"{}"))
    assert isinstance(error, QuotaExhausted)
    assert error.retry_after_s == 7
