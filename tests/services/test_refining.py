"""A next turn on a picture: the talk that led to it goes along as it came, in branches too."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.core.brand_kit import LOGO, BrandKit, KitPicture, attached
from desktop.core.cancellation import CancelToken
from desktop.core.errors import ConsentMissing, LibraryError, RequestRefused
from desktop.core.generation_record import BASE, GenerationRequest, Reference
from desktop.core.progress import finish
from desktop.files.content_hash import content_hash
from desktop.services.engine import Engine
from desktop.services.generation.rehearsal import Rehearsal
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


def rehearsed(engine: Engine, request: GenerationRequest) -> Rehearsal:
    return finish(engine.generation.rehearsing.rehearse(request, CancelToken()))


@pytest.mark.parametrize("api", APIS)
def test_what_is_shown_of_a_turn_is_all_that_is_sent(
    engine: Engine, server: GeminiServer, tmp_path: Path, api: str
) -> None:
    server.drafts = 1
    pictures.fill(tmp_path, 1)
    reference = Reference(tmp_path / "0000.png")
    first = make(engine, GenerationRequest("a kettle", (reference,), "gemini", api=api))
    request = engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    shown = rehearsed(engine, request)
    make(engine, request)
    sent = json.dumps(server.requests[-1].history)
    names = [picture.name for picture in shown.pictures]
    assert names[0] == "0000.png"
    assert set(names[1:]) == {"Answer of the model"}
    assert len(names) >= 3, "drafts as well"
    for picture in shown.pictures:
        data = picture.image.data
        assert content_hash(data) == picture.sent_hash
        assert min(picture.image.width, picture.image.height) > 0
        encoded = (base64.b64encode(data), base64.urlsafe_b64encode(data))
        assert any(text.decode() in sent for text in encoded)
    assert sent.count("image/") == len(shown.pictures), "nothing else goes along"
    assert (shown.earlier_texts[0], shown.texts) == ("a kettle", ("make it night",))


def test_a_turns_estimate_counts_the_talk(engine: Engine) -> None:
    first = make(engine, GenerationRequest("a kettle", (), "gemini"))
    alone = rehearsed(engine, GenerationRequest("make it night", (), "gemini")).estimated_usd
    request = engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    turn = rehearsed(engine, request).estimated_usd
    assert alone is not None
    assert turn is not None
    usage = first.record.usage
    model = next(g for g in engine.generation.generators if g.name == "gemini").models.find(
        request.model
    )
    assert model.token_prices is not None
    more = (usage.prompt_tokens + usage.output_tokens) * model.token_prices.input_usd / 1e6
    assert more > 0
    assert turn - alone == pytest.approx(more)


def test_a_turn_whose_talk_is_another_than_the_one_seen_is_not_sent(
    engine: Engine, server: GeminiServer
) -> None:
    first = make(engine, GenerationRequest("a kettle", (), "gemini"))
    request = engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    seen = finish(engine.generation.rehearsing.rehearse_all((request,), CancelToken()))
    [kept] = engine.library.paths.turns.glob("*")
    kept.write_bytes(
        kept.read_bytes().replace(b"STOP", b"stop").replace(b"completed", b"complete!")
    )
    with pytest.raises(ConsentMissing, match="changed since you looked"):
        finish(engine.generation.generating.run_all((request,), CancelToken(), seen=seen))
    assert len(server.requests) == 1


def test_a_turn_is_asked_of_the_picture_where_its_talk_cannot_be_gone_on_with(
    engine: Engine,
) -> None:
    first = make(engine, GenerationRequest("a kettle", (), "gemini"))
    request = engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    anew = engine.generation.refining.from_base(request)
    assert anew.parent_attempt == ""
    assert (anew.prompt, anew.parent) == ("make it night", request.parent)
    assert [(each.role, each.path) for each in anew.references] == [(BASE, first.asset.path)]
    engine.catalog.mark_missing([first.asset.id], is_missing=True)
    engine.curation.forgetting.forget([first.asset.id])
    with pytest.raises(LibraryError, match="not in the library"):
        engine.generation.refining.from_base(request)


def test_a_board_that_knows_no_turns_takes_the_picture_along(engine: Engine) -> None:
    first = make(engine, GenerationRequest("a kettle"))
    second = refine(engine, first, "another ground")
    assert [r.role for r in second.record.request.references] == [BASE]
    assert second.record.request.parent


def test_the_brand_kit_goes_on_with_the_talk_and_with_the_picture(
    engine: Engine, server: GeminiServer, tmp_path: Path
) -> None:
    [logo] = pictures.fill(tmp_path / "kit", 1)
    kits, refining = engine.generation.kits, engine.generation.refining
    kit = kits.save(BrandKit("Aurora", ("#000080",), (KitPicture(logo, LOGO),), do_nots=("gold",)))
    first = make(engine, attached(GenerationRequest("a kettle", (), "gemini"), kit))
    turn = refining.next_turn(first.asset, first.record, "make it night")
    assert (turn.kit, turn.kit_version) == ("Aurora", "1")
    assert "Never show: gold." in turn.kit_text
    assert "Reference picture" not in turn.kit_text, "its pictures are in the talk"
    made = make(engine, turn)
    assert server.requests[-1].text == turn.sent_text
    assert made.record.request.kit == "Aurora"
    base = refining.from_base(turn)
    assert [each.role for each in base.references] == [BASE, LOGO]
    assert "Reference picture 2: the brand's logo." in base.kit_text


def test_a_kit_that_this_library_has_not_is_named_alone(engine: Engine) -> None:
    asked = GenerationRequest("a kettle", (), "gemini", kit="Theirs", kit_version="9" * 500)
    first = make(engine, asked)
    turn = engine.generation.refining.next_turn(first.asset, first.record, "make it night")
    assert (turn.kit, turn.kit_text) == ("Theirs", "")
