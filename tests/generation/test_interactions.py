"""The Interactions API: what goes over the wire, how often, and what is made of the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import ModelGone, PlantainError, QuotaExhausted
from desktop.core.generation_record import AUTO, Usage
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import ANSWER, Failure
from tests.generation.asking import MODELS, ask, error_of, generate, generator, picture, request

INTERACTIONS = "interactions"


def test_the_request_on_the_wire_is_the_one_the_api_documents(server: GeminiServer):
    references = [picture(1), picture(2, "image/png")]
    wish = request("茶壶", aspect_ratio="21:9", image_size="2K", thinking="high", api=INTERACTIONS)
    result = ask(server, wish, references)
    [sent] = server.requests
    assert sent.path == "/v1beta/interactions"
    assert sent.body["store"] is False
    assert sent.body["model"] == MODELS.default
    assert sent.text == "茶壶"
    assert sent.references == tuple(reference.data for reference in references)
    assert (sent.aspect_ratio, sent.image_size, sent.thinking) == ("21:9", "2K", "high")
    assert len(result.images) == 1
    assert (result.text, result.response_id) == (ANSWER, "v1_interaction")
    assert result.usage == Usage(
        *(523, 1125, 96, 1744),
        image_tokens=1120,
        prompt_text_tokens=7,
        prompt_image_tokens=516,
        prompt_audio_tokens=0,
    )
    assert '"signature"' in result.turn, "a next turn needs it unchanged"
    assert "iVBOR" not in result.turn, "the pictures themselves are in the library"


@pytest.mark.parametrize("api", ["generate-content", INTERACTIONS])
def test_a_ratio_of_the_models_own_is_left_out(server: GeminiServer, api: str):
    ask(server, request(aspect_ratio=AUTO, api=api))
    [sent] = server.requests
    assert sent.aspect_ratio == ""


@pytest.mark.parametrize("api", ["generate-content", INTERACTIONS])
def test_thinking_is_sent_where_it_is_asked_for(server: GeminiServer, api: str):
    ask(server, request(api=api))
    ask(server, request(api=api, thinking="minimal"))
    assert [sent.thinking for sent in server.requests] == ["", "minimal"]


@pytest.mark.parametrize("api", ["generate-content", INTERACTIONS])
def test_the_last_picture_is_the_final_one(server: GeminiServer, api: str):
    server.drafts = 2
    result = ask(server, request(api=api))
    assert len(result.images) == 3
    server.drafts = 0
    assert ask(server, request(api=api)).images == result.images[-1:]


@pytest.mark.parametrize(
    "failure",
    [
        *(Failure.QUOTA, Failure.INTERNAL, Failure.OVERLOADED, Failure.DROP_BEFORE_REPLY),
        *(Failure.DROP_MID_BODY, Failure.REDIRECT),
    ],
    ids=lambda failure: failure.value,
)
def test_nothing_is_ever_sent_twice(server: GeminiServer, failure: Failure):
    server.fail_with(failure)
    error_of(generator(server), wish=request(api=INTERACTIONS))
    assert len(server.requests) == 1


def test_a_model_of_the_other_api_is_asked_there_once(server: GeminiServer):
    server.interactions_only.add("gemini-5-dream")
    result = ask(server, request(model="gemini-5-dream"))
    assert result.images
    assert [sent.api for sent in server.requests] == ["generate-content", "interactions"]


def test_a_model_that_neither_serves_is_gone_after_two_questions(server: GeminiServer):
    error = error_of(generator(server), wish=request(model="gemini-5-dream"))
    assert isinstance(error, ModelGone)
    assert len(server.requests) == 2


def test_what_a_person_named_is_what_is_asked(server: GeminiServer):
    server.interactions_only.add("gemini-5-dream")
    wish = request(model="gemini-5-dream", api="generate-content")
    assert isinstance(error_of(generator(server), wish=wish), ModelGone)
    assert len(server.requests) == 1


def test_a_cancel_is_kept_to_here_too(server: GeminiServer):
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(PlantainError):
        generate(generator(server), request(api=INTERACTIONS), (), cancel)
    assert server.requests == []


def test_the_waiting_time_is_there_as_well(server: GeminiServer):
    server.fail_with(Failure.QUOTA)
    error = error_of(generator(server), wish=request(api=INTERACTIONS))
    assert isinstance(error, QuotaExhausted)
    assert error.retry_after_s == 38.0


@pytest.mark.parametrize("api", ["generate-content", INTERACTIONS])
def test_the_words_of_a_kit_are_sent_behind_the_persons(server: GeminiServer, api: str):
    wish = request("a cape", api=api)
    ask(server, replace(wish, kit="Aurora", kit_text="Never use plastic."))
    [sent] = server.requests
    assert sent.text == "a cape\n\nNever use plastic."


@pytest.mark.parametrize("api", ["generate-content", INTERACTIONS])
def test_each_picture_comes_right_behind_what_is_said_of_it(server: GeminiServer, api: str):
    product = replace(picture(1), caption="The product, for “the bottle”:")
    style = replace(picture(2), caption="For its style alone:")
    ask(server, request("a bottle", api=api), [product, picture(3), style])
    [sent] = server.requests
    assert sent.text == "a bottle"
    assert sent.references == (product.data, picture(3).data, style.data)
    assert sent.captions == (product.caption, "", style.caption)
