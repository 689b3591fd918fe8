"""The services that make pictures: their keys, of which no file holds a byte, and their models."""

from __future__ import annotations

import base64
import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.errors import PlantainError
from desktop.core.generation_record import GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.commands.conftest import Run
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import Failure
from tests.fakes.openai_images import Failure as OpenAIFailure
from tests.fakes.openai_images import OpenAIServer
from tests.fakes.vertex import TOKEN, VertexServer

ENVIRONMENT_KEY = "AIzaSy-of-the-environment-0123456789"
STORED_KEY = "sk-kept-in-the-key-store-0123456789"
SESSION_KEY = "AIzaSy-of-this-session-alone-012345"


@pytest.fixture
def gemini() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


@pytest.fixture
def vertex() -> Iterator[VertexServer]:
    with VertexServer() as running:
        yield running


@pytest.fixture
def openai() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def _forms(secret: str) -> set[bytes]:
    """As it may stand in a file: as it is, in an address, in a header, as wide characters."""
    plain = secret.encode()
    return {
        plain,
        quote(secret, safe="").encode(),
        base64.b64encode(plain).rstrip(b"="),
        secret.encode("utf-16-le"),
    }


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield str(path), data
            if zipfile.is_zipfile(io.BytesIO(data)):
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path}!{name}", archive.read(name)


def _everything_fails_and_works(
    engine: Engine, reference: Path, gemini: GeminiServer, openai: OpenAIServer
) -> None:
    def ask(name: str) -> None:
        request = GenerationRequest("a red cape", (Reference(reference),), name)
        try:
            finish(engine.generation.generating.run(request, CancelToken()))
        except PlantainError as error:
            logging.getLogger("desktop").warning("%s", error.sentence())

    for failure in (Failure.KEY_SUSPENDED, Failure.QUOTA, Failure.DROP_MID_BODY, Failure.TEXT_ONLY):
        gemini.fail_with(failure, count=1)
        ask("gemini")
    for refused in (OpenAIFailure.BAD_KEY, OpenAIFailure.CUT_OFF):
        openai.failure = refused
        ask("openai-images")
    openai.failure = None
    for name in ("gemini", "vertex", "openai-images"):
        ask(name)
    assert len(engine.generation.attempts.latest(20)) == 9


def test_no_key_is_in_any_byte_of_any_file(
    tmp_path: Path,
    gemini: GeminiServer,
    vertex: VertexServer,
    openai: OpenAIServer,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = tmp_path / "of the person"
    elsewhere.mkdir()
    key_file = vertex.key_file(elsewhere)
    written = tmp_path / "written"
    [reference] = pictures.fill(written / "pictures", 1)
    environment = {
        "PLANTAIN_GEMINI_BASE_URL": gemini.base_url,
        "PLANTAIN_VERTEX_BASE_URL": vertex.base_url,
        "PLANTAIN_OPENAI_IMAGES_BASE_URL": openai.base_url,
        "PLANTAIN_PROFILE_DIR": str(written / "profile"),
        "GEMINI_API_KEY": ENVIRONMENT_KEY,
        "GOOGLE_APPLICATION_CREDENTIALS": str(key_file),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    options = EngineOptions.from_environment(environment)
    with open_engine(options, environment) as engine:
        finish(engine.indexing.run([reference.parent], CancelToken()))
        services = engine.generation.image_services
        services["openai-images"].key.check(STORED_KEY)
        services["openai-images"].key.save(STORED_KEY)
        assert services["gemini"].key.source() == "environment"
        _everything_fails_and_works(engine, reference, gemini, openai)
        services["gemini"].key.use_now(SESSION_KEY)
        assert services["gemini"].key.source() == "session"
        _ask_once_more(engine)
        services["gemini"].refresh()
    run("generate", "another cape", "--generator", "openai-images")
    run("doctor")
    run("doctor", "--report", written / "report.zip")
    run("backup", written / "backup.zip")
    secrets = (
        ENVIRONMENT_KEY,
        STORED_KEY,
        SESSION_KEY,
        TOKEN,
        *vertex.private_key.split("\n")[1:3],
    )
    searched = 0
    for name, data in _contents(written):
        searched += 1
        for secret in secrets:
            for form in _forms(secret):
                assert form not in data, f"{secret[:8]}… is in {name}"
    assert searched > 20


def _ask_once_more(engine: Engine) -> None:
    finish(
        engine.generation.generating.run(GenerationRequest("a cape", (), "gemini"), CancelToken())
    )


def test_services_and_models_are_listed_and_asked_for(
    run: Run, openai: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTAIN_OPENAI_IMAGES_BASE_URL", openai.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", STORED_KEY)
    before = run("image-models")["services"]
    assert list(before) == ["gemini", "vertex", "openai-images"]
    assert (before["openai-images"]["key"], before["gemini"]["key"]) == ("environment", "")
    assert not before["openai-images"]["is_listed"]
    run("image-models", "--refresh", "openai-images")
    after = run("image-models")["services"]["openai-images"]
    assert after["is_listed"]
    assert [model["id"] for model in after["models"]][-1] == "gpt-image-3-preview"
