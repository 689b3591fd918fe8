"""Vertex: the same models, by a service account's key file, at any address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import KeyMissing, KeyRefused, PlantainError, WorkingOffline
from desktop.generation.gemini import VertexGenerator
from desktop.generation.gemini.sending import location_of
from tests.fakes.gemini_replies import Failure
from tests.fakes.vertex import TOKEN, VertexServer
from tests.generation.asking import MODELS, Asking, error_of, generate, picture, request


@pytest.fixture
def vertex() -> Iterator[VertexServer]:
    with VertexServer() as running:
        yield running


def at(server: VertexServer, key_file: Path | str | None) -> VertexGenerator:
    return VertexGenerator(
        api_key=lambda: None if key_file is None else str(key_file),
        models=MODELS,
        base_url=server.base_url,
        api_version="v1beta1",
        total_timeout_s=30.0,
    )


def test_a_picture_by_a_service_account(vertex: VertexServer, tmp_path: Path):
    asked = at(vertex, vertex.key_file(tmp_path))
    result = generate(asked, request(), [picture()], CancelToken())
    assert len(result.images) == 1
    [sent] = vertex.requests
    assert sent.path.startswith("/v1beta1/projects/a-project/locations/global/publishers/google/")
    assert sent.references == (picture().data,)
    assert vertex.token_requests == 1


def test_the_environment_cannot_steer_it(
    vertex: VertexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GOOGLE_API_KEY", "key-of-the-environment")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "someone-elses")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "mars-1")
    asked = at(vertex, vertex.key_file(tmp_path))
    assert generate(asked, request(), (), CancelToken()).images


def test_its_models_are_listed(vertex: VertexServer, tmp_path: Path):
    asked = at(vertex, vertex.key_file(tmp_path))
    assert "gemini-nano-banana-2.1" in asked.usable_models()
    assert asked.destination(request(), ()).api == "v1beta1 generateContent"


def test_neither_token_nor_private_key_is_shown_anywhere(
    vertex: VertexServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    asked = at(vertex, vertex.key_file(tmp_path))
    generate(asked, request(), (), CancelToken())
    vertex.fail_with(Failure.NO_PERMISSION)
    error = error_of(asked)
    shown = f"{caplog.text}{vars(error)}{error.sentence()}"
    assert error.kind == "account_refused"
    assert TOKEN not in shown
    assert "PRIVATE KEY" not in shown
    assert error.__cause__ is None and error.__context__ is None  # noqa: PT018 - one thought


def test_an_account_that_is_gone_is_told(vertex: VertexServer, tmp_path: Path):
    vertex.is_account_gone = True
    error = error_of(at(vertex, vertex.key_file(tmp_path)))
    assert isinstance(error, KeyRefused)
    assert "Invalid JWT Signature" in error.message
    assert vertex.requests == [], "nothing but the request for a token was sent"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("no json", "not the key file"),
        ("{}", "not the key file"),
        (
            '{"client_email": "a@b", "project_id": "p", "private_key": "x",'
            ' "token_uri": "http://far.example/token"}',
            "no safe address",
        ),
        (
            '{"client_email": "a@b", "project_id": "p", "private_key": "x",'
            ' "token_uri": "http://127.0.0.1:9/token"}',
            "damaged",
        ),
    ],
)
def test_a_key_file_that_is_none_is_refused_here(
    vertex: VertexServer, tmp_path: Path, written: str, why: str
):
    file = tmp_path / "key.json"
    file.write_text(written)
    error = error_of(at(vertex, file))
    assert isinstance(error, KeyRefused)
    assert why in error.message
    assert vertex.requests == []


def test_without_a_file_nothing_is_sent(vertex: VertexServer, tmp_path: Path):
    assert isinstance(error_of(at(vertex, None)), KeyMissing)
    error = error_of(at(vertex, tmp_path / "none.json"))
    assert isinstance(error, KeyRefused)
    assert "none.json" in error.message


def test_it_stops_at_once(vertex: VertexServer, tmp_path: Path):
    vertex.fail_with(Failure.HANG)
    asking = Asking(at(vertex, vertex.key_file(tmp_path)))
    assert vertex.request_arrived.wait(30)
    asking.stop()
    assert isinstance(asking.error, PlantainError)
    assert asking.error.kind == "cancelled"


def test_a_dropped_connection_does_not_leave_the_token_as_an_answer(
    vertex: VertexServer, tmp_path: Path
):
    vertex.fail_with(Failure.DROP_BEFORE_REPLY)
    error = error_of(at(vertex, vertex.key_file(tmp_path)))
    assert error.kind == "service_unavailable"
    assert TOKEN not in str(vars(error))


@pytest.mark.parametrize(
    ("host", "location"),
    [
        ("aiplatform.googleapis.com", "global"),
        ("europe-west4-aiplatform.googleapis.com", "europe-west4"),
        ("127.0.0.1", "global"),
    ],
)
def test_the_region_is_in_the_address(host: str, location: str):
    assert location_of(host) == location


def test_what_keeps_a_request_here_keeps_the_token_here_too(vertex: VertexServer, tmp_path: Path):
    def offline() -> None:
        raise WorkingOffline("Plantain works offline.")

    with pytest.raises(WorkingOffline):
        at(vertex, vertex.key_file(tmp_path)).ask(request(), (), CancelToken(), offline)
    assert vertex.token_requests == 0
