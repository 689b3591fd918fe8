"""Sentences say what their claims say, and the tokenizer knows every word of them."""

import random
from pathlib import Path

import pytest

from tests.demo_world.captions import FIELDS, LANGUAGES, caption, random_fields
from tests.demo_world.model import FOLDER, MERGES
from tests.demo_world.tokens import CONTEXT_LENGTH, load_tokenizer, train_merges, write_merges
from tests.demo_world.train import training_scene
from tests.demo_world.vocabulary import COLOURS, Scene, all_scenes, random_scene

CAPE = Scene("cape", "red", "silk", "gold", "beach")


def test_a_caption_is_true_of_its_scene_and_not_of_another() -> None:
    one = caption(CAPE, random.Random(1), "en")
    assert one.is_true_of(CAPE)
    assert not one.is_true_of(Scene("cape", "red", "silk", "none", "beach"))


def test_a_partial_caption_is_silent_about_the_rest() -> None:
    one = caption(CAPE, random.Random(1), "zh", ("thing", "colour"))
    assert one.is_true_of(Scene("cape", "red", "wool", "none", "snow"))
    assert not one.is_true_of(Scene("cape", "blue", "silk", "gold", "beach"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_colour_that_is_claimed_is_written(language: str) -> None:
    rng = random.Random(2)
    for _ in range(300):
        scene = random_scene(rng)
        text = caption(scene, rng, language, ("thing", "colour")).text.lower()
        words = COLOURS[scene.colour][0 if language == "en" else 1]
        assert any(word in text for word in words), text


def test_training_never_sees_what_is_held_out() -> None:
    rng = random.Random(4)
    assert not any(training_scene(rng).is_held_out() for _ in range(2000))
    held = sum(scene.is_held_out() for scene in all_scenes())
    assert 0.2 < held / len(all_scenes()) < 0.5


def test_merges_are_reproducible_and_are_those_of_the_model(tmp_path: Path) -> None:
    write_merges(tmp_path / "merges.txt.gz", train_merges())
    assert (tmp_path / "merges.txt.gz").read_bytes() == (FOLDER / MERGES).read_bytes()


def test_every_word_is_one_token_and_every_caption_fits() -> None:
    tokenizer = load_tokenizer(FOLDER / MERGES)
    assert len(tokenizer.encode("Golden WATCH")) == 2
    assert len(tokenizer.encode("红色披风")) == 4
    assert tokenizer.decode(tokenizer.encode("海滩上的红色披风")).strip() == "海滩上的红色披风"
    rng = random.Random(5)
    for _ in range(2000):
        for language in LANGUAGES:
            fields = rng.choice((FIELDS, random_fields(rng)))
            text = caption(random_scene(rng), rng, language, fields).text
            assert len(tokenizer.encode(text)) + 2 <= CONTEXT_LENGTH, text
