"""A faster network says what the slow one says."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import open_clip
import pytest
import torch
from torch import nn

from desktop.embedding.models.manifest import read_manifest
from desktop.embedding.runtime.clip import load_encoder
from desktop.embedding.runtime.tuning import arithmetic, convolutions, int8, short_texts
from tests.demo_world import model as demo
from tests.embedding import tiny

WIDE = {**tiny.CONFIG, "vision_cfg": {**tiny.CONFIG["vision_cfg"], "width": 256}}
"""Wide enough for int8."""
RESIDUAL = {
    **tiny.CONFIG,
    "vision_cfg": {"image_size": 64, "layers": [1, 2, 1, 1], "width": 8, "head_width": 64},
}


def disagreement(ours: torch.Tensor, exact: torch.Tensor) -> float:
    return float((ours - exact).norm() / exact.norm())


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(4)


def test_a_quantized_layer_agrees_to_about_one_part_in_a_hundred() -> None:
    layer = nn.Linear(768, 256)
    x = torch.randn(3, 50, 768)
    with torch.inference_mode():
        ours = int8.Int8Linear(layer.weight, layer.bias)(x)
        assert ours.shape == (3, 50, 256)
        assert disagreement(ours, layer(x)) < 0.02


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_numbers_do_not_overflow(sign: int) -> None:
    layer = nn.Linear(768, 256, bias=False)
    nn.init.constant_(layer.weight, 3.0)
    x = torch.full((4, 768), 5.0 * sign)
    x[:, ::7] = -0.1  # a range, not one value
    with torch.inference_mode():
        ours = int8.Int8Linear(layer.weight, None)(x)
        assert disagreement(ours, layer(x)) < 0.02


def test_a_row_does_not_depend_on_the_others() -> None:
    layer = nn.Linear(768, 256)
    quick = int8.Int8Linear(layer.weight, layer.bias)
    row = torch.randn(1, 768)
    loud = torch.randn(1, 768) * 1000
    with torch.inference_mode():
        assert torch.allclose(quick(torch.cat([row, loud]))[:1], quick(row), atol=1e-5)


def test_rows_of_one_value_are_exact_and_finite() -> None:
    layer = nn.Linear(300, 256)
    quick = int8.Int8Linear(layer.weight, layer.bias)
    x = torch.stack([torch.zeros(300), torch.full((300,), -2.5)])
    with torch.inference_mode():
        assert disagreement(quick(x), layer(x)) < 0.01


def test_attention_agrees_with_and_without_a_mask() -> None:
    attention = nn.MultiheadAttention(256, 4, batch_first=True).eval()
    quick = int8.Int8Attention(attention)
    x = torch.randn(2, 20, 256)
    mask = torch.full((20, 20), float("-inf")).triu(1)
    with torch.inference_mode():
        for one in (None, mask):
            exact = attention(x, x, x, need_weights=False, attn_mask=one)[0]
            assert disagreement(quick(x, x, x, attn_mask=one)[0], exact) < 0.03


def test_what_was_quantized_can_be_put_back() -> None:
    network = tiny.make_model(WIDE)
    before = list(network.modules())
    replaced = int8.quantize(network)
    assert len(replaced) == 2 * 3  # two layers of attention and two products each
    for replacement in replaced:
        replacement.undo()
    assert list(network.modules()) == before


def test_small_layers_are_left_alone() -> None:
    assert int8.quantize(tiny.make_model()) == []


def trial_of(pictures: torch.Tensor) -> arithmetic.Trial:
    def trial(network: nn.Module, dtype: torch.dtype) -> torch.Tensor:
        vectors = cast("Any", network).encode_image(pictures.to(dtype)).float()
        return nn.functional.normalize(vectors, dim=-1)

    return trial


@pytest.fixture
def fast_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a processor with good kernels, whatever this one has to do besides."""
    monkeypatch.setattr(int8, "gain", lambda: 1.9)


@pytest.mark.usefixtures("fast_int8")
def test_int8_is_chosen_where_it_is_faster_and_says_the_same() -> None:
    network = tiny.make_model(WIDE)
    trial = trial_of(torch.rand(2, 3, 32, 32))
    exact = trial(network, torch.float32)
    network, chosen = arithmetic.choose(network, "cpu", trial, "auto")
    assert chosen.name == "int8"
    assert "1.9 times" in chosen.why
    found = trial(network, torch.float32)
    assert not torch.equal(found, exact)
    assert (found * exact).sum(dim=1).min() > 0.99


@pytest.mark.usefixtures("fast_int8")
def test_int8_is_given_up_where_it_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    network = tiny.make_model(WIDE)
    trial = trial_of(torch.rand(2, 3, 32, 32))
    exact = trial(network, torch.float32)
    monkeypatch.setattr(int8, "_product", lambda *_: torch.randn(10, 1024))
    network, chosen = arithmetic.choose(network, "cpu", trial, "auto")
    assert chosen.name == "float32"
    assert chosen.why
    assert torch.equal(trial(network, torch.float32), exact)


@pytest.mark.usefixtures("fast_int8")
@pytest.mark.parametrize(
    ("config", "wanted", "why"),
    [(WIDE, "float32", "settings"), (tiny.CONFIG, "auto", "no layers"), (RESIDUAL, "auto", "no")],
)
def test_float32_stays_where_it_is_wanted_or_nothing_is_gained(
    config: dict[str, Any], wanted: str, why: str
) -> None:
    size = config["vision_cfg"]["image_size"]
    network = tiny.make_model(config)
    trial = trial_of(torch.rand(1, 3, size, size))
    _, chosen = arithmetic.choose(network, "cpu", trial, wanted)
    assert (chosen.name, chosen.dtype) == ("float32", torch.float32)
    assert why in chosen.why


def test_a_processor_that_gains_nothing_keeps_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8, "gain", lambda: 1.1)
    _, chosen = arithmetic.choose(
        tiny.make_model(WIDE), "cpu", trial_of(torch.rand(1, 3, 32, 32)), "auto"
    )
    assert (chosen.name, chosen.why) == (
        "float32",
        "Eight-bit arithmetic is not faster on this processor.",
    )


def test_a_gpu_computes_in_half_precision_that_says_the_same() -> None:
    """The rule for GPUs, tried on the processor, which can compute in half precision too."""
    network = tiny.make_model()
    trial = trial_of(torch.rand(2, 3, 32, 32))
    exact = trial(network, torch.float32)
    half, chosen = arithmetic.choose(network, "cuda", trial, "auto")
    assert (chosen.name, chosen.dtype) == ("float16", torch.float16)
    assert (trial(half, torch.float16) * exact).sum(dim=1).min() > 0.999


def test_a_gpu_keeps_float32_where_half_precision_overflows() -> None:
    network = tiny.make_model()
    cast("Any", network).visual.ln_post.weight.data.mul_(1e6)
    trial = trial_of(torch.rand(2, 3, 32, 32))
    exact = trial(network, torch.float32)
    same, chosen = arithmetic.choose(network, "cuda", trial, "auto")
    assert chosen.name == "float32"
    assert torch.equal(trial(same, torch.float32), exact)


def test_a_gpu_keeps_float32_where_half_precision_does_not_run() -> None:
    network = nn.Linear(8, 8)

    def trial(network: nn.Module, dtype: torch.dtype) -> torch.Tensor:
        if dtype is torch.float16:
            raise RuntimeError("not implemented for 'Half'")
        return nn.functional.normalize(network(torch.ones(1, 8, dtype=dtype)))

    same, chosen = arithmetic.choose(network, "mps", trial, "auto")
    assert same is network
    assert chosen.name == "float32"
    assert "not implemented for 'Half'" in chosen.why


def test_folding_batch_norms_changes_nothing_but_rounding() -> None:
    network = tiny.make_model(RESIDUAL)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):  # as after training
            nn.init.normal_(part.running_mean, std=0.3)  # pyright: ignore[reportArgumentType]
            nn.init.uniform_(part.running_var, 0.5, 2)  # pyright: ignore[reportArgumentType]
    pictures = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        exact = network.encode_image(pictures)
        convolutions.fold_batch_norms(network)
        assert not any(isinstance(part, nn.BatchNorm2d) for part in network.modules())
        assert disagreement(network.encode_image(pictures), exact) < 1e-4


@pytest.mark.parametrize(
    "texts",
    [
        ["a red silk cape with gold trim"],
        ["", "a", "word " * 200],
        ["红色的包 🎒", "a golden dress on the beach"],
    ],
)
def test_leaving_out_the_padding_changes_nothing(texts: list[str]) -> None:
    network = tiny.make_model()
    tokens = open_clip.SimpleTokenizer(context_length=16)(texts)
    with torch.inference_mode():
        exact = network.encode_text(tokens)
        assert disagreement(short_texts.encode_texts(network, tokens), exact) < 1e-5


def test_a_text_tower_of_another_kind_is_asked_itself() -> None:
    network = tiny.make_model()
    network.text_pool_type = "last"
    tokens = open_clip.SimpleTokenizer(context_length=16)(["a cat"])
    with torch.inference_mode():
        assert torch.equal(short_texts.encode_texts(network, tokens), network.encode_text(tokens))


def test_trial_pictures_are_always_the_same_and_not_alike() -> None:
    pictures = arithmetic.trial_pictures(4, 32)
    assert torch.equal(pictures, arithmetic.trial_pictures(4, 32))
    assert (pictures.shape, pictures.dtype) == ((4, 32, 32, 3), torch.uint8)
    flat = pictures.float().flatten(1)
    assert torch.corrcoef(flat).fill_diagonal_(0).max() < 0.9
    assert flat.std(dim=1).min() > 20


def test_vectors_do_not_depend_on_the_batch() -> None:
    encoder = load_encoder(read_manifest(demo.FOLDER), "cpu")
    pixels = arithmetic.trial_pictures(encoder.batch_size + 5, encoder.info.pixels.size).numpy()
    together = encoder.encode_images(pixels)
    alone = np.concatenate([encoder.encode_images(one[None]) for one in pixels[-7:]])
    assert np.allclose(together[-7:], alone, atol=1e-5)
    encoder.close()


def test_an_encoder_tells_its_arithmetic_and_why() -> None:
    encoder = load_encoder(read_manifest(demo.FOLDER), "cpu", "float32")
    assert (encoder.info.precision, encoder.info.why) == ("float32", "The settings ask for it.")
    encoder.close()
