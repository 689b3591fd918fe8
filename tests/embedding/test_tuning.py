"""What torch computes with is faster, and says what the slow one says."""

from __future__ import annotations

from typing import Any, cast

import open_clip
import pytest
import torch
from torch import nn

from desktop.embedding.runtime.tuning import (
    arithmetic,
    convolutions,
    short_texts,
    written_out,
)
from tests.embedding import tiny

RESIDUAL = {
    **tiny.CONFIG,
    "vision_cfg": {"image_size": 64, "layers": [1, 2, 1, 1], "width": 8, "head_width": 64},
}


def disagreement(ours: torch.Tensor, exact: torch.Tensor) -> float:
    return float((ours - exact).norm() / exact.norm())


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(4)


def trial_of(pictures: torch.Tensor) -> arithmetic.Trial:
    def trial(network: nn.Module, dtype: torch.dtype) -> torch.Tensor:
        vectors = cast("Any", network).encode_image(pictures.to(dtype)).float()
        return nn.functional.normalize(vectors, dim=-1)

    return trial


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
        short = torch.from_numpy(short_texts.cut(tokens.numpy()))
        assert disagreement(short_texts.encode(network, short), exact) < 1e-5


def test_a_text_tower_of_another_kind_needs_its_padding() -> None:
    network = tiny.make_model()
    assert short_texts.are_enough(network)
    network.text_pool_type = "last"
    assert not short_texts.are_enough(network)


class TestWrittenOut:
    """What a converter gets instead of torch's own parts says what they say."""

    def test_attention(self) -> None:
        network = tiny.make_model()
        pictures = torch.rand(2, 3, 32, 32)
        tokens = open_clip.SimpleTokenizer(context_length=16)(["a red silk cape", "", "word " * 99])
        with torch.inference_mode():
            exact = network.encode_image(pictures), network.encode_text(tokens)
            written_out.write_out_attention(network)
            assert not any(isinstance(part, nn.MultiheadAttention) for part in network.modules())
            assert disagreement(network.encode_image(pictures), exact[0]) < 1e-5
            assert disagreement(network.encode_text(tokens), exact[1]) < 1e-5

    def test_another_kind_of_attention_is_left_as_it_is(self) -> None:
        attention = nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True)
        network = nn.Sequential(attention)
        written_out.write_out_attention(network)
        assert network[0] is attention

    def test_patches_take_pixels_as_they_lie_in_memory(self) -> None:
        network = tiny.make_model()
        mean, std = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)
        pixels = torch.randint(0, 256, (2, 32, 32, 3), dtype=torch.uint8)
        shape = (1, 3, 1, 1)
        normalised = (pixels.permute(0, 3, 1, 2) / 255 - torch.tensor(mean).view(shape)) / (
            torch.tensor(std).view(shape)
        )
        with torch.inference_mode():
            exact = network.encode_image(normalised)
            assert written_out.write_out_patches(network, mean, std)
            assert disagreement(network.encode_image(pixels.float()), exact) < 1e-4

    def test_the_last_block_tells_of_the_token_that_becomes_the_vector(self) -> None:
        network = tiny.make_model()
        pictures = torch.rand(2, 3, 32, 32)
        told: list[torch.Size] = []
        tower: Any = network.visual
        tower.ln_post.register_forward_pre_hook(lambda _, given: told.append(given[0].shape))
        with torch.inference_mode():
            exact = network.encode_image(pictures)
            written_out.write_out_attention(network)
            assert written_out.leave_out_unseen_tokens(network)
            assert disagreement(network.encode_image(pictures), exact) < 1e-5
        assert [shape[1] for shape in told] == [5, 1]

    def test_a_tower_that_looks_at_all_tokens_is_left_as_it_is(self) -> None:
        network = tiny.make_model()
        tower: Any = network.visual
        tower.pool_type = "avg"
        assert not written_out.leave_out_unseen_tokens(network)

    def test_a_tower_that_does_not_begin_with_patches_is_left_as_it_is(self) -> None:
        network = tiny.make_model(RESIDUAL)
        pictures = torch.rand(1, 3, 64, 64)
        with torch.inference_mode():
            exact = network.encode_image(pictures)
            assert not written_out.write_out_patches(network, (0, 0, 0), (1, 1, 1))
            assert torch.equal(network.encode_image(pictures), exact)
