"""What goes over the wire to Gemini and what comes back from it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from desktop.core.cancellation import CancelToken
from desktop.core.errors import RequestRefused, SettingsError, UsageError
from desktop.core.generation_record import Usage
from desktop.generation.generator import ImageGenerator, ReferenceImage
from tests.fakes.gemini import MODELS as SERVED
from tests.fakes.gemini import GeminiServer
from tests.fakes.gemini_replies import ANSWER, THOUGHT, compose
from tests.generation.asking import (
    KEY,
    MODELS,
    ask,
    at,
    error_of,
    generate,
    generator,
    picture,
    request,
)

DEFAULT_MODEL = MODELS.default


def test_it_is_an_image_generator(server: GeminiServer):
    asked: ImageGenerator = generator(server)
    assert (asked.name, asked.is_offline) == ("gemini", False)
    assert asked.models.find("").id == DEFAULT_MODEL


def test_the_request_on_the_wire_is_the_one_the_api_documents(server: GeminiServer):
    references = [picture(1), picture(2, "image/png"), picture(3)]
    ask(server, request("a kettle on linen", aspect_ratio="16:9", image_size="2K"), references)
    (sent,) = server.requests
    assert sent.path == f"/v1beta/models/{DEFAULT_MODEL}:generateContent"
    assert sent.text == "a kettle on linen"
    assert sent.references == tuple(reference.data for reference in references)
    assert sent.mime_types == ("image/jpeg", "image/png", "image/jpeg")
    assert sent.response_modalities == ("TEXT", "IMAGE")
    assert (sent.aspect_ratio, sent.image_size) == ("16:9", "2K")
    assert set(sent.body) == {"contents", "generationConfig"}


def test_the_prompt_comes_first_and_is_sent_as_it_was_written(server: GeminiServer):
    prompt = "  水壶 on linen\nsecond line 🍌 "
    ask(server, request(prompt), [picture()])
    (sent,) = server.requests
    contents = sent.body["contents"]
    assert isinstance(contents, list)
    assert [list(part) for part in contents[0]["parts"]] == [["text"], ["inlineData"]]
    assert sent.text == prompt


def test_names_and_scores_of_references_stay_here(server: GeminiServer):
    ask(server, references=[picture(1)])
    (sent,) = server.requests
    assert b"confidential" not in sent.raw
    assert b"0.31" not in sent.raw


def test_the_picture_arrives_as_it_was_sent(server: GeminiServer):
    references = [picture(1), picture(2)]
    result = ask(server, request(aspect_ratio="3:2"), references)
    expected = compose("a kettle on linen", [r.data for r in references], "3:2", "1K")
    assert result.images == (expected,)
    with Image.open(io.BytesIO(result.images[0])) as opened:
        assert opened.size == (1024, 683)


def test_thoughts_are_neither_pictures_nor_words_of_the_answer(server: GeminiServer):
    result = ask(server)
    assert len(result.images) == 1
    assert result.text == ANSWER
    assert THOUGHT not in result.text


def test_usage_and_the_model_that_answered_are_reported(server: GeminiServer):
    result = ask(server, request(model="gemini-3-pro-image"), [picture()])
    assert result.model == "gemini-3-pro-image"
    assert result.usage == Usage(
        prompt_tokens=265,
        output_tokens=1125,
        thought_tokens=96,
        total_tokens=1486,
        image_tokens=1120,
        prompt_text_tokens=7,
        prompt_image_tokens=258,
        prompt_audio_tokens=0,
    )


def test_the_same_generator_can_be_asked_again(server: GeminiServer):
    asked = generator(server)
    for _ in range(2):
        assert generate(asked, request(), (), CancelToken()).images
    assert len(server.requests) == 2


def test_the_key_is_asked_for_anew_each_time(server: GeminiServer):
    keys = iter(["first-key", "second-key"])
    asked = at(server.base_url, lambda: next(keys))
    generate(asked, request(), (), CancelToken())
    server.api_key = "second-key"
    generate(asked, request(), (), CancelToken())


def test_white_space_around_a_pasted_key_does_no_harm(server: GeminiServer):
    server.api_key = KEY
    generate(generator(server, key=f"  {KEY}\n"), request(), (), CancelToken())


@pytest.mark.parametrize("suffix", ["/", "/gateway/", "/gateway"])
def test_the_address_may_have_a_path(server: GeminiServer, suffix: str):
    asked = at(server.base_url + suffix, lambda: KEY)
    if suffix == "/":
        generate(asked, request(), (), CancelToken())
    else:  # the stand-in has no gateway; what counts is the path that was asked for
        error_of(asked)
    prefix = suffix.rstrip("/")
    assert server.requests[0].path == f"{prefix}/v1beta/models/{DEFAULT_MODEL}:generateContent"


def test_the_api_version_can_be_chosen(server: GeminiServer):
    asked = at(server.base_url, lambda: KEY, api_version="v1")
    error_of(asked)
    assert server.requests[0].path.startswith("/v1/models/")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"prompt": " \n"}, "prompt is empty"),
        ({"aspect_ratio": "7:3"}, "7:3"),
        ({"image_size": "2k"}, "2k"),
        ({"model": "gemini-3.1-flash-lite-image", "image_size": "4K"}, "4K"),
    ],
)
def test_a_request_the_model_cannot_serve_is_not_sent(
    server: GeminiServer, wish: dict[str, str], words: str
):
    error = error_of(generator(server), wish=request(**wish))
    assert isinstance(error, UsageError)
    assert words in error.sentence()
    assert server.requests == []


def test_too_many_references_are_not_sent(server: GeminiServer):
    error = error_of(generator(server), [picture()] * 4, request(model="gemini-2.5-flash-image"))
    assert isinstance(error, UsageError)
    assert error.next_step == "Remove 1 of them."
    assert server.requests == []


@pytest.mark.parametrize("mime_type", ["image/gif", "application/pdf", ""])
def test_formats_that_gemini_does_not_take_are_not_sent(server: GeminiServer, mime_type: str):
    error = error_of(generator(server), [ReferenceImage(b"bytes", mime_type, label="logo")])
    assert isinstance(error, UsageError)
    assert "logo" in error.message
    assert server.requests == []


def test_more_than_gemini_takes_in_one_request_is_not_sent(server: GeminiServer):
    heavy = ReferenceImage(bytes(40_000_000), "image/png")
    error = error_of(generator(server), [heavy, heavy])
    assert isinstance(error, UsageError)
    assert "107 MB" in error.message
    assert server.requests == []


@pytest.mark.parametrize("model", ["../../files", "a b", "x?key=1", "models/", "m%2e%2e"])
def test_a_model_name_cannot_change_the_address(server: GeminiServer, model: str):
    error = error_of(generator(server), wish=request(model=model))
    assert isinstance(error, RequestRefused)
    assert error.next_step == "Choose another model."
    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "ftp://host",
        "https://",
        "https://user:secret@host",
        "https://host/?key=secret",
        "http://host:port",
        "http://[",
        "https://ho st",
        "https://host\n",
    ],
)
def test_an_address_that_is_none_is_refused(address: str):
    error = error_of(at(address, lambda: KEY))
    assert isinstance(error, SettingsError)
    assert "is not one that Plantain can use" in error.message
    assert "secret" not in error.sentence()


def test_an_address_that_would_carry_the_key_unencrypted_is_refused():
    error = error_of(at("http://gateway.example", lambda: KEY))
    assert isinstance(error, SettingsError)
    assert "unencrypted" in error.message


def test_the_list_of_models_is_read_to_its_last_page(server: GeminiServer):
    server.models_on_a_page = 2
    assert generator(server).usable_models() == SERVED
    assert len(server.requests) == 3
