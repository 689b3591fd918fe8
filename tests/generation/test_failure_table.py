"""One table: each way to fail → what is said, in English and Chinese → what can be done about it.

``failures.tsv`` is that table, a line for each reason of each API. It is for people to read; these
tests hold the program to it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import httpx2
import pytest

from desktop.core.errors import GenerationError, Remedy
from desktop.core.text import english
from desktop.generation.provider import Access
from desktop.generation.providers.openai_images import PROVIDER as OPENAI_PROVIDER
from desktop.generation.providers.openai_images import OpenAIImages
from desktop.generation.wire.network import explain
from desktop.generation.wire.peer import Peer
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.fakes.openai_images import Failure as OpenAIFailure
from tests.fakes.openai_images import OpenAIServer
from tests.generation.asking import KEY, error_of, generator, request
from tests.generation.failure_table import LANGUAGES, TABLE, spoken

GOOGLES = ("generate-content", "interactions")
OPENAI = "openai-images"
SLOW = {OpenAIFailure.HANG, OpenAIFailure.ENDLESS}
"""Tested in test_openai_images.py."""
NETWORK = "network"
"""Whatever was asked."""

HANGING = {Failure.HANG, Failure.TRICKLE}
"""Too slow: tested in test_gemini_stopping.py; the sentence is that of "slow" below."""
NO_FAILURES = {Failure.NOT_A_PICTURE}
"""Of the generator; the import refuses it."""


def _caused(cause: Exception) -> Exception:
    error = httpx2.ConnectError(f"with {KEY}")
    error.__cause__ = cause
    return error


NETWORKS: dict[str, Callable[[], Exception]] = {
    "unreachable": lambda: httpx2.ConnectTimeout(""),
    "refused": lambda: _caused(ConnectionRefusedError(111, "Connection refused")),
    "name-unknown": lambda: _caused(socket.gaierror(-2, "Name or service not known")),
    "certificate": lambda: _caused(ssl.SSLCertVerificationError("self-signed certificate")),
    "no-tls": lambda: _caused(ssl.SSLError("wrong version number")),
    "proxy": lambda: httpx2.ProxyError(f"407 for {KEY}"),
    "slow": lambda: httpx2.ReadTimeout(""),
    "broken-off": lambda: httpx2.RemoteProtocolError("peer closed connection"),
}


def _cases() -> list[tuple[str, str]]:
    told = [one.value for one in Failure if one not in HANGING | NO_FAILURES]
    return [
        *((api, reason) for api in GOOGLES for reason in told),
        *((OPENAI, one.value) for one in OpenAIFailure if one not in SLOW),
        *((NETWORK, reason) for reason in NETWORKS),
    ]


CASES = _cases()


def test_the_table_has_every_reason_and_no_other():
    elsewhere = {("disk", "full")}  # tests/services/test_paid_answers.py
    assert set(TABLE) == {*CASES, *elsewhere}


def _failing(server: GeminiServer, api: str, reason: str) -> GenerationError:
    if api == NETWORK:
        peer = Peer("Gemini", "Google", "https://gemini.test", "gemini.test", 180.0)
        error = explain(NETWORKS[reason](), peer)
        assert error is not None
        return error
    if api == OPENAI:
        return _failing_openai(reason)
    server.fail_with(Failure(reason))
    error = error_of(generator(server), wish=request(api=api))
    assert isinstance(error, GenerationError)
    assert len(server.requests) == 1, "nothing is sent twice"
    return error


def _failing_openai(reason: str) -> GenerationError:
    with OpenAIServer() as server:
        server.failure = OpenAIFailure(reason)
        table = OPENAI_PROVIDER.models
        assert not isinstance(table, str)
        asked = OpenAIImages(Access(lambda: KEY, server.base_url, 30.0), table)
        error = error_of(asked)
    assert isinstance(error, GenerationError)
    assert len(server.requests) == 1, "nothing is sent twice"
    return error


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("api", "reason"), CASES, ids=lambda value: value)
def test_a_failure_is_told_as_the_table_says(
    server: GeminiServer, api: str, reason: str, language: str
):
    row = TABLE[api, reason]
    with spoken(language):
        error = _failing(server, api, reason)
        assert error.sentence() == row.said_in(language)
    assert english(error.sentence()) == row.english, "logs stay English"
    assert (error.kind, error.remedy) == (row.kind, Remedy(row.action))
    assert error.next_step
    assert error.page.startswith("https://") or error.remedy is not Remedy.OPEN_PAGE
    assert KEY not in f"{error.sentence()}{vars(error)}"


@pytest.mark.parametrize("reason", [one.value for one in Failure if one not in NO_FAILURES])
@pytest.mark.parametrize("api", GOOGLES)
def test_what_google_answered_is_at_hand_without_the_key(
    server: GeminiServer, api: str, reason: str
):
    if api == OPENAI:
        return _failing_openai(reason)
    server.fail_with(Failure(reason))
    error = error_of(generator(server, total_timeout_s=1), wish=request(api=api))
    assert isinstance(error, GenerationError)
    assert KEY not in error.details
    assert len(error.details) <= 20_001
    assert error.details or reason == "empty-body"
