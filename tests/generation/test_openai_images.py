"""A second service: an images endpoint like OpenAI's, in one file."""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import KeyMissing, KeyRefused, PlantainError, SettingsError, UsageError
from desktop.core.generation_record import AUTO, GenerationRequest
from desktop.generation import providers as package
from desktop.generation.provider import Access, providers
from desktop.generation.providers.openai_images import PROVIDER, OpenAIImages
from desktop.generation.wire import bounded
from tests.fakes.openai_images import Failure, OpenAIServer
from tests.generation.asking import Asking, error_of, generate, picture, request

KEY = "sk-test-key-that-must-never-be-seen"
TABLE = PROVIDER.models


@pytest.fixture
def openai() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def at(base_url: str, key: str | None = KEY, timeout_s: float = 30.0) -> OpenAIImages:
    assert not isinstance(TABLE, str)
    return OpenAIImages(Access(lambda: key, base_url, timeout_s), TABLE)


def test_words_alone_go_to_generations(openai: OpenAIServer):
    result = generate(at(openai.base_url), request(), (), CancelToken())
    assert len(result.images) == 1
    assert (result.usage.prompt_tokens, result.usage.image_tokens) == (44, 1056)
    assert (result.usage.prompt_text_tokens, result.usage.prompt_image_tokens) == (9, 35)
    assert result.usage.prompt_audio_tokens is None, "it does not say"
    [sent] = openai.requests
    assert sent.path == "/v1/images/generations"
    assert sent.fields == {
        "model": "gpt-image-2.5-sunburst",
        "prompt": "a kettle on linen",
        "size": "1024x1024",
    }


def test_references_go_to_edits_without_their_names(openai: OpenAIServer):
    told = "Reference picture 2: the product, to be shown exactly as it is."
    references = [picture(1), replace(picture(2, "image/png"), caption=told)]
    wish = request(aspect_ratio="3:2", model="gpt-image-2")
    assert generate(at(openai.base_url), wish, references, CancelToken()).images
    [sent] = openai.requests
    assert sent.path == "/v1/images/edits"
    assert sent.files == tuple(each.data for each in references)
    assert sent.file_names == ("1.jpg", "2.png")
    assert sent.fields["size"] == "1536x1024"
    assert sent.fields["prompt"] == f"a kettle on linen\n\n{told}", "what each is for"
    assert "confidential" not in str(sent)


def test_where_it_would_go_is_said_truthfully(openai: OpenAIServer):
    asked = at(openai.base_url)
    assert asked.recipient == "127.0.0.1"
    assert at(PROVIDER.base_url).recipient == "OpenAI"
    assert asked.destination(request(), ()).api == "images/generations"
    assert asked.destination(request(), [picture()]).endpoint == openai.base_url
    assert openai.requests == []


@pytest.mark.parametrize(
    "wish",
    [
        request(prompt=" "),
        request(aspect_ratio="21:9"),
        request(model="a-model-of-tomorrow", aspect_ratio="21:9"),
        request(image_size="4K"),
        request(thinking="high"),
    ],
    ids=lambda wish: f"{wish.prompt}{wish.aspect_ratio}{wish.image_size}{wish.thinking}",
)
def test_what_it_cannot_take_is_refused_here(openai: OpenAIServer, wish: GenerationRequest):
    assert isinstance(error_of(at(openai.base_url), wish=wish), UsageError)
    assert openai.requests == []


def test_the_model_may_choose_the_ratio(openai: OpenAIServer):
    assert generate(at(openai.base_url), request(aspect_ratio=AUTO), (), CancelToken()).images
    assert openai.requests[0].fields["size"] == "auto"


def test_a_model_that_nobody_knows_is_usable(openai: OpenAIServer):
    wish = request(model="gpt-image-3-preview")
    assert generate(at(openai.base_url), wish, (), CancelToken()).images


def test_its_models_are_listed_and_those_that_make_pictures_offered(openai: OpenAIServer):
    asked = at(openai.base_url)
    ids = asked.usable_models()
    asked.offer(ids)
    assert [model.id for model in asked.models.offered()] == [
        "gpt-image-2.5-sunburst",
        "gpt-image-2.5-flare",
        "gpt-image-2",
        "gpt-image-3-preview",
    ]
    with pytest.raises(KeyRefused), OpenAIServer(api_key="another") as other:
        at(other.base_url).usable_models()


@pytest.mark.parametrize("failure", Failure, ids=lambda failure: failure.value)
def test_no_failure_shows_the_key_or_sends_twice(
    openai: OpenAIServer,
    failure: Failure,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(bounded, "MAX_REPLY_BYTES", 2**20)
    caplog.set_level(logging.DEBUG)
    openai.failure = failure
    error = error_of(at(openai.base_url, timeout_s=2))
    assert KEY not in f"{vars(error)}{error.sentence()}{caplog.text}"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.details  # type: ignore[attr-defined]
    assert len(openai.requests) == 1


def test_a_redirect_is_not_followed(openai: OpenAIServer):
    with OpenAIServer() as elsewhere:
        openai.redirect_to = f"{elsewhere.base_url}/images/generations"
        openai.failure = Failure.REDIRECT
        assert "did not follow" in error_of(at(openai.base_url)).message
        assert elsewhere.requests == []


def test_it_stops_at_once(openai: OpenAIServer):
    openai.failure = Failure.HANG
    asking = Asking(at(openai.base_url))
    assert openai.arrived.wait(30)
    asking.stop()
    assert isinstance(asking.error, PlantainError)
    assert asking.error.kind == "cancelled"
    assert "OpenAI" in str(asking.error) or "127.0.0.1" in str(asking.error)


def test_a_repeated_key_is_not_kept_with_the_answer(openai: OpenAIServer):
    wish = request(prompt="words")
    asked = at(openai.base_url, key="words-of-the-answer")
    reply = asked.ask(wish, (), CancelToken(), lambda: None)
    assert b"words-of-the-answer" not in reply.body


@pytest.mark.parametrize(
    ("address", "kind"),
    [("http://far.example/v1", SettingsError), ("ftp://x", SettingsError), ("x", SettingsError)],
)
def test_a_key_never_leaves_unencrypted(address: str, kind: type[PlantainError]):
    assert isinstance(error_of(at(address)), kind)


def test_without_a_key_nothing_is_sent(openai: OpenAIServer):
    error = error_of(at(openai.base_url, key=None))
    assert isinstance(error, KeyMissing)
    assert "OPENAI_API_KEY" in error.next_step
    assert isinstance(error_of(at(openai.base_url, key="kéy")), KeyRefused)
    assert openai.requests == []


def test_every_module_of_services_is_one_and_the_list_is_nowhere_else():
    found = {each.name for each in pkgutil.iter_modules(package.__path__)}
    assert len(providers()) == len(found)
    assert len({each.name for each in providers()}) == len(found)
    assert [each.name for each in providers()] == ["gemini", "vertex", "openai-images"]
