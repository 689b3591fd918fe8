"""Matrix products in 8-bit integers, twice to four times as fast as float32 on x86 processors.

Weights are quantized once, one scale an output channel; activations at every call, one range a row
(a token of one picture). So a vector does not depend on what else is in its batch, and one loud
token does not drown the others. With x = low + step * q and y = x W', the low part of every row is
a multiple of the weight's row sums, which is added in float32 together with the bias.

The products run in oneDNN's int8 kernels, the ones that ``torch.compile`` would call, which need no
compiler. Without VNNI those kernels add two 8-bit products in 16 bits, which overflows where both
numbers are large (Intel, "Lower Numerical Precision Deep Learning Inference and Training", 2018).
There both get fewer levels, so that no such sum overflows; whether it is needed is tried out.
"""

# torch's operators are untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import functools
import time
from typing import Any, NamedTuple

import torch
from open_clip.modified_resnet import AttentionPool2d
from torch import Tensor, nn

_SMALLEST = 1e-12
"""Scale of a row of zeros."""
_FEWEST_WEIGHTS = 256 * 256
"""Smaller products are over before the rows are quantized."""


class Int8Linear(nn.Module):
    """Stands in for an ``nn.Linear``; agrees with it to about one part in a hundred."""

    int8_original_dtype = torch.float32
    """What open_clip asks of a quantized layer instead of ``weight.dtype``."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        weight = weight.detach().float()
        self._levels, largest = _levels()
        self._scale = weight.abs().amax(dim=1).clamp_min(_SMALLEST) / largest
        levels = (weight / self._scale[:, None]).round()
        self._packed = torch.ops.onednn.qlinear_prepack(levels.to(torch.int8), None)
        self._zero = torch.zeros(len(weight), dtype=torch.int)
        sums = (levels * self._scale[:, None]).sum(dim=1)
        shift = torch.zeros(len(weight)) if bias is None else bias.detach().float()
        self._offsets = torch.stack([sums, shift])

    def forward(self, x: Tensor) -> Tensor:
        """(…, k) float32 -> (…, n) float32."""
        rows = x.reshape(-1, x.shape[-1])
        low = rows.amin(dim=1, keepdim=True)
        step = (rows.amax(dim=1, keepdim=True) - low).clamp_min_(_SMALLEST) / self._levels
        inverse = step.reciprocal()
        # Halves are added because the conversion to integers cuts off.
        levels = torch.addcmul(0.5 - low * inverse, rows, inverse).to(torch.uint8)
        product = _product(levels, self._packed, self._scale, self._zero).mul_(step)
        product.addmm_(torch.cat([low, torch.ones_like(low)], dim=1), self._offsets)
        return product.view(*x.shape[:-1], -1)


class Int8Attention(nn.Module):
    """Stands in for an ``nn.MultiheadAttention`` of equal widths, batch first, in evaluation."""

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self._heads = attention.num_heads
        self._project_in = Int8Linear(attention.in_proj_weight, attention.in_proj_bias)
        self._project_out = Int8Linear(attention.out_proj.weight, attention.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        need_weights: bool = False,
        attn_mask: Tensor | None = None,
    ) -> tuple[Tensor, None]:
        """(b, t, d) float32, the same as query, key and value -> (b, t, d) float32."""
        assert query is key is value, "self-attention alone is replaced"
        assert not need_weights, "not supported"
        batch, length, width = query.shape
        parts = self._project_in(query).view(batch, length, 3, self._heads, width // self._heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=attn_mask)
        return self._project_out(mixed.transpose(1, 2).reshape(batch, length, width)), None


class Replacement(NamedTuple):
    """A layer that was replaced; what it takes to put it back."""

    parent: nn.Module
    name: str
    layer: nn.Module

    def undo(self) -> None:
        setattr(self.parent, self.name, self.layer)


def quantize(network: nn.Module) -> list[Replacement]:
    """Replace the linear layers of ``network`` in place; gives what was there before."""
    replaced: list[Replacement] = []
    for parent in list(network.modules()):
        # These two read their layers' weights instead of calling them.
        if isinstance(parent, (nn.MultiheadAttention, AttentionPool2d)):
            continue
        for name, layer in list(parent.named_children()):
            stand_in = _stand_in(layer)
            if stand_in is not None:
                setattr(parent, name, stand_in)
                replaced.append(Replacement(parent, name, layer))
    return replaced


def _stand_in(layer: nn.Module) -> nn.Module | None:
    if isinstance(layer, nn.MultiheadAttention):
        has_one_width = layer.kdim == layer.vdim == layer.embed_dim
        is_plain = has_one_width and layer.batch_first and layer.bias_k is None
        is_large = 3 * layer.embed_dim**2 >= _FEWEST_WEIGHTS
        return Int8Attention(layer) if is_plain and is_large else None
    if isinstance(layer, nn.Linear) and layer.weight.numel() >= _FEWEST_WEIGHTS:
        return Int8Linear(layer.weight, layer.bias)
    return None


def gain() -> float:
    """How many times as fast as float32 a layer of ViT-B/32 is here; 0 where there is no int8.

    Tried out, in about a tenth of a second, because no flag tells which kernels are good. The best
    of several turns counts, on one thread: other programs can only make a turn slower.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        exact = nn.Linear(768, 3072)
        layers = exact, Int8Linear(exact.weight, exact.bias)
        rows = torch.randn(100, 768)  # the tokens of two pictures
        best = [float("inf"), float("inf")]
        with torch.inference_mode():
            for _ in range(8):
                for which, layer in enumerate(layers):
                    started = time.perf_counter()
                    layer(rows)
                    best[which] = min(best[which], time.perf_counter() - started)
        return best[0] / best[1]
    except (AttributeError, RuntimeError):  # an operator that this build of torch lacks
        return 0.0
    finally:
        torch.set_num_threads(threads)


@functools.cache
def _levels() -> tuple[int, int]:
    """The largest numbers for an activation (uint8) and a weight (int8). See the module's text.

    Of the pairs whose doubled product stays below 2**15, 181 and 90 spread the loss over both.
    """
    depth = 64
    full = torch.full((1, depth), 255, dtype=torch.uint8)
    weight = torch.ops.onednn.qlinear_prepack(torch.full((1, depth), 127, dtype=torch.int8), None)
    one, zero = torch.ones(1), torch.zeros(1, dtype=torch.int)
    is_exact = _product(full, weight, one, zero).item() == 255 * 127 * depth
    return (255, 127) if is_exact else (181, 90)


def _product(x: Tensor, packed: Any, scale: Tensor, zero: Tensor) -> Tensor:
    """(m, k) uint8 by the packed (n, k) int8 weight -> (m, n) float32, scaled, without a bias."""
    return torch.ops.onednn.qlinear_pointwise(
        x, 1.0, 0, packed, scale, zero, None, 1.0, 0, torch.float32, "none", [], ""
    )
