"""What each model takes is known before anything is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from desktop.config.paths import resource
from desktop.core.errors import SettingsError, UsageError
from desktop.core.generation_record import GenerationRequest, Reference, Usage
from desktop.generation.capabilities import (
    ASPECT_RATIOS,
    ModelCapabilities,
    ModelTable,
    TokenPrices,
    check_request,
    load_models,
)
from desktop.generation.cost import cost_usd, estimated_usd
from tests.generation.asking import MODELS


def test_the_default_is_a_current_model():
    assert not MODELS.find(MODELS.default).is_gone()
    assert MODELS.find("") == MODELS.find(MODELS.default)


def test_ids_are_unique():
    assert len({model.id for model in MODELS.models}) == len(MODELS.models)


@pytest.mark.parametrize("model", MODELS.models, ids=lambda model: model.id)
def test_every_model_takes_what_every_request_can_ask_for(model: ModelCapabilities):
    assert set(ASPECT_RATIOS) <= set(model.ratios)
    assert "1K" in model.sizes
    assert set(model.image_prices) <= set(model.sizes)
    check_request(GenerationRequest("a kettle"), model)


def test_the_prefix_of_the_api_is_understood():
    assert MODELS.find("models/gemini-3-pro-image").id == "gemini-3-pro-image"


def test_an_unknown_model_gets_limits_that_refuse_little():
    model = MODELS.find("gemini-5-dream")
    assert (model.id, model.label) == ("gemini-5-dream", "gemini-5-dream")
    assert model not in MODELS.models
    check_request(GenerationRequest("a kettle", aspect_ratio="8:1", image_size="4K"), model)


def test_a_table_of_ones_own_can_be_looked_in():
    own = ModelCapabilities("own", "Own", max_references=1, sizes=("1K",), ratios=("1:1",))
    table = MODELS.merged(ModelTable("2027-01-01", "own", (own,)))
    assert table.find("own") is own
    assert table.find("") is own
    assert table.find("gemini-3-pro-image") == MODELS.find("gemini-3-pro-image")


@pytest.mark.parametrize(
    ("request_", "model_id", "message", "next_step"),
    [
        (GenerationRequest(" "), "", "The prompt is empty.", "Describe the picture"),
        (GenerationRequest("x", aspect_ratio="wide"), "", "the ratio 'wide'", "Choose one of: 1:1"),
        (GenerationRequest("x", aspect_ratio="8:1"), "gemini-3-pro-image", "'8:1'", "21:9."),
        (
            GenerationRequest("x", image_size="8K"),
            "",
            "the size '8K'",
            "Choose one of: 1K, 2K, 4K.",
        ),
        (
            GenerationRequest("x", image_size="2K"),
            "gemini-3.1-flash-lite-image",
            "Flash Lite Image (cheap) cannot make pictures of the size '2K'.",
            "Choose one of: 1K.",
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
        check_request(request_, MODELS.find(model_id))
    assert message in caught.value.message
    assert next_step in caught.value.next_step
    assert caught.value.safe == "Nothing was sent."


def test_the_schema_beside_the_table_is_that_of_the_program():
    written = json.loads(resource("capabilities/gemini.schema.json").read_text())
    assert written == json.loads(json.dumps(msgspec.json.schema(ModelTable)))


def test_a_persons_own_file_adds_models_and_replaces_what_is_known(tmp_path: Path):
    own = tmp_path / "image-models.json"
    lite = "gemini-3.1-flash-lite-image"
    models = [{"id": "dream", "label": "Dream"}, {"id": lite, "label": "Ours", "sizes": ["2K"]}]
    own.write_text(json.dumps({"models": models, "default": "dream"}))
    table = load_models(resource("capabilities/gemini.json"), own)
    assert table.find("").label == "Dream"
    assert table.find(lite).sizes == ("2K",)
    assert table.find(MODELS.default) == MODELS.find(MODELS.default)
    assert load_models(resource("capabilities/gemini.json"), tmp_path / "none") == MODELS


def test_a_file_of_ones_own_that_is_wrong_is_refused_with_the_place(tmp_path: Path):
    own = tmp_path / "image-models.json"
    own.write_text('{"models": [{"id": "x", "label": "X", "max_references": -1}]}')
    with pytest.raises(SettingsError, match="max_references"):
        load_models(resource("capabilities/gemini.json"), own)


def test_models_whose_last_day_is_over_are_offered_no_more():
    offered = [model.id for model in MODELS.offered()]
    assert offered[0] == MODELS.default
    assert "gemini-2.5-flash-image" not in offered
    assert not MODELS.find("gemini-2.5-flash-image").is_gone(1_790_000_000)  # September 2026


def test_an_answers_cost_is_reckoned_by_what_its_tokens_are():
    usage = Usage(1130, 15 + 1120, 210, 1130 + 1135 + 210, image_tokens=1120)
    assert cost_usd(usage, MODELS.find(""), "1K", 1) == pytest.approx(0.0370, abs=5e-5)
    declined = Usage(1130, 15, 210, 1355, image_tokens=0)
    assert cost_usd(declined, MODELS.find(""), "1K", 0) == pytest.approx(0.00338, abs=5e-5)
    pro = MODELS.find("gemini-3-pro-image")
    assert cost_usd(usage, pro, "4K", 2) == pytest.approx(0.48)
    assert cost_usd(usage, MODELS.find("gemini-5-dream"), "1K", 1) is None


def test_pictures_and_sound_that_are_sent_have_prices_of_their_own():
    model = replace(MODELS.find(""), token_prices=TokenPrices(1.0, 2.0, 3.0, input_image_usd=10.0))
    words = Usage(1000, 0, 0, 1000, 0, prompt_text_tokens=1000, prompt_image_tokens=0)
    both = Usage(1000, 0, 0, 1000, 0, prompt_text_tokens=400, prompt_image_tokens=600)
    untold = Usage(1000, 0, 0, 1000, 0)
    costs = [cost_usd(usage, model, "1K", 0) for usage in (words, both, untold)]
    assert costs == pytest.approx([0.001, 0.0064, 0.001])
    sound = replace(model, token_prices=TokenPrices(1.0, 2.0, 3.0, input_audio_usd=5.0))
    spoken = Usage(1000, 0, 0, 1000, 0, prompt_audio_tokens=200)
    assert cost_usd(spoken, sound, "1K", 0) == pytest.approx(0.0018)


def test_an_estimate_lies_near_what_it_will_cost():
    wish = GenerationRequest("a kettle on linen", (Reference(Path("x")),) * 4)
    assert estimated_usd(wish, MODELS.find("")) == pytest.approx(0.0370, abs=0.001)
    assert estimated_usd(wish, MODELS.find("gemini-5-dream")) is None
