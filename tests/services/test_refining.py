"""A next turn on a picture: the talk that led to it goes along as it came, in branches too."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.errors import RequestRefused
from desktop.core.generation_record import BASE, GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.files.content_hash import content_hash
from desktop.services.engine import Engine
from desktop.services.reports import GeneratedPicture
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.fakes.gemini import GeminiServer

APIS = ("generate-content", "interactions")


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as running:
        yield running


@pytest.fixture
def engine(tmp_path: Path, server: GeminiServer) -> Iterator[Engine]:
    options = EngineOptions(profile_dir=tmp_path / "profile", gemini_base_url=server.base_url)
    with open_engine(options, {"GEMINI_API_KEY": "AIza-test"}) as opened:
        yield opened


def make(engine: Engine, request: GenerationRequest) -> GeneratedPicture:
    return finish(engine.generation.generating.run(request, CancelToken()))


def refine(engine: Engine, picture: GeneratedPicture, words: str) -> GeneratedPicture:
    return make(engine, engine.generation.refining.next_turn(picture.asset, picture.record, words))


def said_by_model(server: GeminiServer, at: int) -> list[object]:
    """What came back with the picture in the wire's own words."""
    return [
        turn
        for turn in server.requests[at].history
        if isinstance(turn, dict) and turn.get("role") == "model"
    ]


@pytest.mark.parametrize("api", APIS)
def test_the_whole_talk_goes_along_and_its_signatures_are_unchanged(
    engine: Engine, server: GeminiServer, tmp_path: Path, api: str
) -> None:
    pictures.fill(tmp_path, 1)
    reference = Reference(tmp_path / "0000.png")
    first = make(engine, GenerationRequest("a kettle", (reference,), "gemini", api=api))
    second = refine(engine, first, "make it night")
    refine(engine, second, "with a moon")
    branch = refine(engine, first, "make it dawn")
    assert [request.api for request in server.requests] == [api] * 4
    assert [request.text for request in server.requests] == [
        *("a kettle", "make it night", "with a moon", "make it dawn")
    ]
    sent = json.dumps(server.requests[2].history)
    assert "a kettle" in sent
    assert "make it night" in sent
    assert "make it dawn" not in sent, "another branch"
    assert base64.b64encode(b"signature").decode() in sent
    assert server.requests[1].history == server.requests[3].history
    assert server.requests[1].references == (), "it is in the talk already"
    assert branch.record.request.parent == content_hash(first.asset.path)
    assert branch.record.request.parent_attempt == first.record.attempt


def test_what_the_model_said_is_sent_back_to_the_letter(
    engine: Engine, server: GeminiServer
) -> None:
    server.drafts = 1
    first = make(engine, GenerationRequest("a kettle", (), "gemini", api="generate-content"))
    answer = engine.generation.refining._spool.turn(first.record.attempt)
    assert answer is not None
    refine(engine, first, "make it night")
    [said] = said_by_model(server, 1)
    assert said == json.loads(answer.body)["candidates"][0]["content"]


def test_where_the_talk_is_gone_the_picture_itself_goes_along(
    engine: Engine, server: GeminiServer
) -> None:
    first = make(engine, GenerationRequest("a kettle", (), "gemini"))
    wished = engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    for kept in engine.library.paths.folder.glob("turns/*"):
        kept.unlink()
    with pytest.raises(RequestRefused, match="not here any more"):
        make(engine, wished)
    assert len(server.requests) == 1
    second = refine(engine, first, "make it night")
    [reference] = second.record.request.references
    assert (reference.role, reference.path) == (BASE, first.asset.path)
    assert len(server.requests[1].references) == 1
    assert server.requests[1].history == ()


def test_a_board_that_knows_no_turns_takes_the_picture_along(engine: Engine) -> None:
    first = make(engine, GenerationRequest("a kettle"))
    second = refine(engine, first, "another ground")
    assert [r.role for r in second.record.request.references] == [BASE]
    assert second.record.request.parent
