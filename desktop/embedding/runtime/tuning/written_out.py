"""Parts of a network written out in steps that an inference runtime does in one piece.

What torch does inside, a converter spells out in torch's order of steps, with a copy of everything
between two of them. In ViT-B/32 these copies, and the patches as a convolution of floats, took a
fifth of the 8-bit network's time. What nobody looks at is left out: behind the last attention, that
is every token of a picture but one.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from open_clip.transformer import ResidualAttentionBlock, VisionTransformer
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """What an ``nn.MultiheadAttention`` says of one sequence, (n, t, d) to (n, t, d)."""

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.heads = attention.num_heads
        parts = zip(attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3), strict=True)
        self.query, self.key, self.value = (_linear(weight, bias) for weight, bias in parts)
        self.out = attention.out_proj

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        need_weights: bool = False,
        attn_mask: Tensor | None = None,
    ) -> tuple[Tensor, None]:
        """``attn_mask`` is added to what is looked at; weights are not given."""
        asked, keys, values = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, x in ((self.query, query), (self.key, key), (self.value, value))
        )
        seen = nn.functional.scaled_dot_product_attention(asked, keys, values, attn_mask=attn_mask)
        return self.out(seen.transpose(1, 2).flatten(-2)), None


def write_out_attention(network: nn.Module) -> None:
    """Replace every plain self-attention of ``network`` by its steps: exact but for rounding."""
    for parent in list(network.modules()):
        for name, part in parent.named_children():
            if (
                isinstance(part, nn.MultiheadAttention)
                and part.batch_first
                and getattr(part, "in_proj_weight", None) is not None
                and getattr(part, "in_proj_bias", None) is not None
                and part.bias_k is None
                and not part.add_zero_attn
            ):
                setattr(parent, name, SelfAttention(part))


class Patches(nn.Module):
    """What a convolution whose steps are as long as it is wide says of pixels, as one product.

    Args:
        convolution: of normalised pixels, without padding.
        mean, std: by which they are normalised, of three channels in 0 to 1; that becomes part of
            the product.
    """

    def __init__(self, convolution: nn.Conv2d, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        weight = convolution.weight.double() / torch.tensor(std).double().view(1, 3, 1, 1)
        shift = (weight * torch.tensor(mean).double().view(1, 3, 1, 1)).sum(dim=(1, 2, 3))
        bias = -shift if convolution.bias is None else convolution.bias.double() - shift
        # Of a patch as its pixels lie in memory: rows, columns, channels.
        flat = (weight / 255).permute(0, 2, 3, 1).flatten(1)
        self.product = _linear(flat.float(), bias.float())
        self.side = int(convolution.kernel_size[0])

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, s, s, 3) of 0 to 255 -> (n, d, s / side, s / side)."""
        side = self.side
        rows = pixels.unflatten(2, (-1, side)).unflatten(1, (-1, side)).transpose(2, 3)
        patches = self.product(rows.flatten(1, 2).flatten(2))
        return patches.transpose(1, 2).unflatten(2, (pixels.shape[1] // side, -1))


def write_out_patches(network: nn.Module, mean: Sequence[float], std: Sequence[float]) -> bool:
    """Let the picture tower take pixels of 0 to 255 as they lie in memory, (n, s, s, 3).

    Returns:
        Whether it does now: a tower that does not begin with patches is left as it is.
    """
    tower: Any = getattr(network, "visual", None)
    if isinstance(tower, VisionTransformer):
        parent, name = tower, "conv1"
    else:
        parent, name = getattr(getattr(tower, "trunk", None), "patch_embed", None), "proj"
    convolution = getattr(parent, name, None)
    if not isinstance(convolution, nn.Conv2d) or not _is_by_patches(convolution):
        return False
    setattr(parent, name, Patches(convolution, mean, std))
    return True


class FirstToken(nn.Module):
    """What a block says of the first token, (n, t, d) to (n, 1, d)."""

    def __init__(self, block: ResidualAttentionBlock) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor, attn_mask: Tensor | None = None) -> Tensor:
        """``attn_mask`` is there to be called as the block is; a picture tower has none."""
        block: Any = self.block
        seen, first = block.ln_1(x), x[:, :1]
        first = first + block.ls_1(block.attention(seen[:, :1], seen, seen))
        return first + block.ls_2(block.mlp(block.ln_2(first)))


def leave_out_unseen_tokens(network: nn.Module) -> bool:
    """Let the last block of the picture tower tell of the one token that becomes the vector.

    Returns:
        Whether it does now: a tower that looks at the others, too, is left as it is.
    """
    tower = getattr(network, "visual", None)
    if (
        not isinstance(tower, VisionTransformer)
        or tower.attn_pool is not None
        or tower.pool_type != "tok"
        or tower.output_tokens
        or not tower.transformer.batch_first
    ):
        return False
    blocks = tower.transformer.resblocks
    last = blocks[-1]
    if type(last) is not ResidualAttentionBlock:
        return False
    blocks[-1] = FirstToken(last)
    return True


def _is_by_patches(convolution: nn.Conv2d) -> bool:
    return (
        convolution.in_channels == 3
        and convolution.groups == 1
        and convolution.padding in (0, (0, 0), "valid")
        and convolution.dilation == (1, 1)
        and convolution.kernel_size == convolution.stride
        and convolution.kernel_size[0] == convolution.kernel_size[1]
    )


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = nn.Parameter(weight.detach()), nn.Parameter(bias.detach())
    return layer
