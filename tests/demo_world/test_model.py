"""The shipped model folder is whole, small, loads with plain open_clip, and finds things."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from tests.demo_world import model as files
from tests.demo_world.draw import draw, to_array
from tests.demo_world.train import encode_text
from tests.demo_world.vocabulary import Scene

SCENES = (
    Scene("watch", "golden", "metal", "none", "desk"),
    Scene("watch", "silver", "metal", "none", "studio"),
    Scene("cape", "red", "silk", "gold", "beach"),
    Scene("cape", "blue", "wool", "none", "snow"),
    Scene("sports car", "blue", "glossy", "none", "night"),
    Scene("sports car", "red", "glossy", "none", "beach"),
    Scene("toy figure", "red", "plastic", "none", "desk"),
    Scene("handbag", "brown", "leather", "silver", "snow"),
    Scene("guitar", "orange", "wood", "none", "forest"),
    Scene("cup", "white", "ceramic", "dotted", "desk"),
)
QUERIES = {
    "a golden watch": 0,
    "a red silk cape with gold trim": 2,
    "红色披风": 2,
    "blue sports car at night": 4,
    "a toy figure on a desk": 6,
    "棕色皮革手提包": 7,
    "guitar": 8,
    "杯子": 9,
}


def test_the_folder_holds_a_small_open_clip_model() -> None:
    manifest = json.loads((files.FOLDER / files.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["format"] == 1
    assert manifest["languages"] == ["en", "zh"]
    model, _, tokenizer = files.load()
    assert sum(p.numel() for p in model.parameters()) <= 6_000_000
    assert (files.FOLDER / files.WEIGHTS).stat().st_size <= 15_000_000
    assert tokenizer.vocab_size == manifest["config"]["text_cfg"]["vocab_size"]


def test_the_short_text_forward_of_training_is_the_stock_one() -> None:
    model, _, tokenizer = files.load()
    tokens = tokenizer(["a red cape", "海滩上的金色手表", "x"])
    with torch.inference_mode():
        assert torch.allclose(encode_text(model, tokens), model.encode_text(tokens), atol=1e-5)


@pytest.mark.parametrize("side", [320, 700])
def test_plain_questions_find_the_right_picture(side: int) -> None:
    model, prepare, tokenizer = files.load()
    drawn = [Image.fromarray(to_array(draw(s, 77, side, side))) for s in SCENES]
    with torch.inference_mode():
        pictures = model.encode_image(torch.stack([prepare(p) for p in drawn]), normalize=True)
        texts = model.encode_text(tokenizer(list(QUERIES)), normalize=True)
    first = np.asarray((texts @ pictures.T).argmax(1))
    assert dict(zip(QUERIES, first.tolist(), strict=True)) == QUERIES
