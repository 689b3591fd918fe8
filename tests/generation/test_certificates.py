"""Certificates are read once for all requests, and anew when they change."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx2
import pytest

from desktop.generation.wire.certificates import trusted
from tests.fakes.gemini import GeminiServer
from tests.fakes.milvus import self_signed_certificate
from tests.generation.asking import ask, request


@pytest.mark.parametrize("api", ["generate-content", "interactions"])
def test_a_request_reads_none_that_were_read_before(
    server: GeminiServer, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted()

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(httpx2, "create_ssl_context", fail)
    monkeypatch.setattr(ssl, "create_default_context", fail)
    assert ask(server, request(api=api)).images


def test_those_that_a_person_adds_meanwhile_are_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trusted()
    assert trusted() is before
    _, own = self_signed_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    [authority] = trusted().get_ca_certs()
    assert authority["issuer"] == ((("commonName", "127.0.0.1"),),)
    assert len(before.get_ca_certs()) != 1
