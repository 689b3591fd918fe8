"""What each model takes is known before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.errors import UsageError
from desktop.generation.capabilities import (
    DEFAULT_MODEL,
    MODELS,
    ModelCapabilities,
    check_request,
    find_model,
)
from desktop.generation.request import ASPECT_RATIOS, GenerationRequest, Reference


def test_the_default_is_a_current_model():
    assert find_model(DEFAULT_MODEL).status == "current"
    assert find_model("") == find_model(DEFAULT_MODEL)


def test_ids_are_unique():
    assert len({model.id for model in MODELS}) == len(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_model_takes_what_every_request_can_ask_for(model: ModelCapabilities):
    assert set(ASPECT_RATIOS) <= set(model.ratios)
    assert "1K" in model.sizes
    assert set(model.image_prices) <= set(model.sizes)
    check_request(GenerationRequest("a kettle"), model)


def test_the_prefix_of_the_api_is_understood():
    assert find_model("models/gemini-3-pro-image").id == "gemini-3-pro-image"


def test_an_unknown_model_gets_limits_that_refuse_little():
    model = find_model("gemini-5-dream")
    assert (model.id, model.label, model.status) == ("gemini-5-dream", "gemini-5-dream", "unknown")
    check_request(GenerationRequest("a kettle", aspect_ratio="8:1", image_size="4K"), model)


def test_a_table_of_ones_own_can_be_looked_in():
    own = ModelCapabilities("own", "Own", max_references=1, sizes=("1K",), ratios=("1:1",))
    assert find_model("own", [*MODELS, own]) is own


@pytest.mark.parametrize(
    ("request_", "model_id", "message", "next_step"),
    [
        (GenerationRequest(" "), "", "The prompt is empty.", "Describe the picture"),
        (GenerationRequest("x", aspect_ratio="wide"), "", "the ratio 'wide'", "Choose one of 1:1"),
        (GenerationRequest("x", aspect_ratio="8:1"), "gemini-3-pro-image", "'8:1'", "21:9."),
        (GenerationRequest("x", image_size="8K"), "", "the size '8K'", "Choose 1K or 2K or 4K."),
        (
            GenerationRequest("x", image_size="2K"),
            "gemini-3.1-flash-lite-image",
            "Flash Lite Image (cheap) cannot make pictures of the size '2K'.",
            "Choose 1K.",
        ),
        (
            GenerationRequest("x", references=tuple(Reference(Path(str(i))) for i in range(16))),
            "",
            "takes at most 14 reference pictures, and 16 were given.",
            "Remove 2 of them.",
        ),
    ],
)
def test_what_the_model_does_not_take_is_refused_with_what_it_does(
    request_: GenerationRequest, model_id: str, message: str, next_step: str
):
    with pytest.raises(UsageError) as caught:
        check_request(request_, find_model(model_id))
    assert message in caught.value.message
    assert next_step in caught.value.next_step
    assert caught.value.safe == "Nothing was sent."
