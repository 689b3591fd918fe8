"""Words to tokens, by open_clip's byte-pair tokenizer."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from desktop.core.errors import ModelDamaged
from desktop.embedding.manifest import InstalledModel

if TYPE_CHECKING:
    from torch import Tensor

Tokenizer = Callable[[list[str]], "Tensor"]
"""n texts -> (n, context length) int64, padded."""


def load_tokenizer(model: InstalledModel, config: dict[str, Any]) -> Tokenizer:
    """open_clip's byte-pair tokenizer with CLIP's merges or the model's own.

    Raises:
        ModelDamaged: the merges cannot be read or do not belong to the model.
    """
    from open_clip import SimpleTokenizer

    text: dict[str, Any] = config["text_cfg"]
    options: dict[str, Any] = dict(text.get("tokenizer_kwargs") or {})
    options["context_length"] = text.get("context_length", 77)
    path = model.merges_path
    try:
        if path is None:
            return cast("Tokenizer", SimpleTokenizer(**options))
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        # SimpleTokenizer would count an empty last line as one more token.
        packed = io.BytesIO(gzip.compress(content.rstrip(b"\r\n"), compresslevel=1))
        tokenizer: Any = SimpleTokenizer(bpe_path=cast("str", packed), **options)
    except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
        raise _wrong_merges(model, "cannot be read") from error
    if tokenizer.vocab_size != text.get("vocab_size"):
        raise _wrong_merges(
            model, f"make {tokenizer.vocab_size} tokens, the model has {text.get('vocab_size')}"
        )
    return cast("Tokenizer", tokenizer)


def _wrong_merges(model: InstalledModel, why: str) -> ModelDamaged:
    return ModelDamaged(
        f"The word pieces of the model {model.manifest.name} ({model.merges_path}) {why}.",
        safe="The index is untouched.",
        next_step="Install the model again.",
    )
