"""CLIP's text tower over as many tokens as there are, instead of all 77.

A token of a causal transformer sees those before it alone, and a text's vector is read off its
last token. So the padding behind it changes nothing, and leaving it out is exact and, for a query
of a few words, several times as fast.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


def are_enough(network: nn.Module) -> bool:
    """True when the network reads a text off its last token, and each token sees those before."""
    tower: Any = network
    return (
        type(network) is open_clip.CLIP
        and tower.attn_mask is not None
        and tower.text_pool_type == "argmax"
    )


def cut(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, context length) tokens without the padding that all texts have."""
    return tokens[:, : int(tokens.argmax(axis=1).max()) + 1]


def encode(tower: Any, tokens: Tensor) -> Tensor:
    """As ``tower.encode_text(tokens)``, for a network that ``are_enough`` is true of.

    Args:
        tokens: (n, t) int, of as many tokens as ``cut`` leaves or more.

    Returns:
        (n, d), not normalised.
    """
    length = tokens.shape[1]
    last = tokens.argmax(dim=-1)  # the end token has the highest number
    # The steps of open_clip.CLIP.encode_text.
    x = tower.token_embedding(tokens).to(tower.transformer.get_cast_dtype())
    x = x + tower.positional_embedding[:length].to(x.dtype)
    x = tower.transformer(x, attn_mask=tower.attn_mask[:length, :length])
    x = tower.ln_final(x)[torch.arange(x.shape[0], device=x.device), last]
    projection = tower.text_projection
    if projection is None:
        return x
    return projection(x) if isinstance(projection, nn.Module) else x @ projection
