"""A server that cannot be used: each cause has its own words, in bounded time."""

from __future__ import annotations

import base64
from pathlib import Path

import grpc
import numpy as np
import pytest

from desktop.core.errors import (
    StoreMismatch,
    StoreRefused,
    StoreUnreachable,
    StoreUntrusted,
)
from desktop.core.vector import VectorRow
from desktop.index import address, connection
from desktop.index.milvus import MilvusStore
from tests.fakes.milvus import (
    refusing_server,
    self_signed_certificate,
    silent_server,
    tls_in_front_of,
)
from tests.index.server import free_port, milvus_server

DIMENSION = 8
ENCODER = "ViT-B-32@0123456789ab"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key and its self-signed certificate."""
    return self_signed_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "_KNOCK_TIMEOUT_S", 1.0)
    monkeypatch.setattr(connection, "_CONNECT_TIMEOUT_S", 1.0)


def opened(uri: str, token: str = "", certificate: Path | str = "") -> MilvusStore:
    return MilvusStore(uri, token, ENCODER, DIMENSION, "test", certificate=str(certificate))


def test_nobody_listens() -> None:
    with pytest.raises(StoreUnreachable, match="nobody listens there") as caught:
        opened(f"http://127.0.0.1:{free_port()}")
    assert "untouched" in caught.value.safe
    assert "server runs" in caught.value.next_step


def test_a_host_that_nobody_knows() -> None:
    with pytest.raises(StoreUnreachable, match=r"host “nowhere\.invalid” is not known"):
        opened("http://nowhere.invalid:19530")


@pytest.mark.parametrize("uri", ["ftp://host:1", "http://", "http://host:port"])
def test_an_address_that_is_none(uri: str) -> None:
    with pytest.raises(StoreUnreachable, match="is not an address") as caught:
        opened(uri)
    assert "http://host:port" in caught.value.next_step


def test_a_wrong_token() -> None:
    words = "auth check failure, please check api key is correct"
    with refusing_server(grpc.StatusCode.UNAUTHENTICATED, words) as (uri, shown):
        with pytest.raises(StoreRefused, match="does not accept the token") as caught:
            opened(uri, "root:wrong")
        assert base64.b64decode(shown[0]) == b"root:wrong"
        assert "PLANTAIN_STORE_TOKEN" in caught.value.next_step
        assert "wrong" not in caught.value.sentence()
        with pytest.raises(StoreRefused, match="asks for a token"):
            opened(uri)


def test_a_token_in_the_address_is_not_shown() -> None:
    refused = grpc.StatusCode.UNAUTHENTICATED
    with refusing_server(refused, "no") as (uri, shown), pytest.raises(StoreRefused) as caught:
        opened(uri.replace("://", "://root:s3cret@"))
    assert base64.b64decode(shown[0]) == b"root:s3cret"
    assert "s3cret" not in caught.value.sentence()


def test_a_user_who_may_not() -> None:
    forbidden = refusing_server(grpc.StatusCode.PERMISSION_DENIED, "permission deny")
    with forbidden as (uri, _), pytest.raises(StoreRefused, match="does not allow"):
        opened(uri, "guest:guest")


@pytest.mark.usefixtures("_little_patience")
def test_a_server_that_never_answers() -> None:
    with silent_server() as place:
        with pytest.raises(StoreUnreachable, match="in time"):
            opened(f"http://{place}")
        with pytest.raises(StoreUnreachable, match="does not answer within"):
            opened(f"https://{place}")


def test_a_server_without_tls_is_sent_no_token() -> None:
    with refusing_server(grpc.StatusCode.UNAUTHENTICATED, "no") as (uri, shown):
        with pytest.raises(StoreUntrusted, match="does not speak TLS") as caught:
            opened(uri.replace("http", "https"), "root:Milvus")
        assert not shown
        assert "not even the token" in caught.value.safe


def test_a_certificate_that_nobody_vouches_for_is_sent_no_token(
    certificate: tuple[Path, Path],
) -> None:
    refused = grpc.StatusCode.UNAUTHENTICATED
    with refusing_server(refused, "no", certificate) as (uri, shown):
        with pytest.raises(StoreUntrusted, match="self-signed certificate") as caught:
            opened(uri, "root:Milvus")
        assert "--certificate" in caught.value.next_step
        assert not shown
        # Trusted once the person says so: now it is the token that is wrong.
        with pytest.raises(StoreRefused):
            opened(uri, "root:Milvus", certificate[1])


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_certificate_file_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "server.pem"
    if content is not None:
        file.write_text(content)
    with silent_server() as place, pytest.raises(StoreUntrusted, match=r"server\.pem"):
        opened(f"https://{place}", certificate=file)


def test_a_server_behind_tls_serves_like_any_other(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    row = VectorRow(1, 7, np.eye(DIMENSION, dtype=np.float32)[0])
    with milvus_server(tmp_path) as server, tls_in_front_of(server.uri, certificate) as uri:
        store = opened(uri, "root:Milvus", certificate[1])
        try:
            store.upsert([row])
            assert store.search(row.value, 1)[0].asset_id == 7
        finally:
            store.close()
        with pytest.raises(StoreMismatch, match="vectors of 8 numbers"):
            MilvusStore(server.uri, "", ENCODER, 16, "test")
        with pytest.raises(StoreMismatch, match="made by ViT-B-32@0123456789ab"):
            MilvusStore(server.uri, "", "another@1", DIMENSION, "test")
