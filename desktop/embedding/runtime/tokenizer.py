"""Words to tokens: by open_clip's byte-pair tokenizer, or by one that a model brings."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from desktop.core.errors import ModelDamaged
from desktop.core.text import tr
from desktop.embedding.models.manifest import InstalledModel
from desktop.files.regular_file import read_guarded

if TYPE_CHECKING:
    from torch import Tensor

_PADDING = ("<pad>", "[PAD]")
Tokenizer = Callable[[list[str]], "Tensor"]
"""n texts -> (n, context length) int64, padded."""


def load_tokenizer(model: InstalledModel, config: dict[str, Any]) -> Tokenizer:
    """The model's whole tokenizer, or open_clip's with CLIP's merges or the model's own.

    Raises:
        ModelDamaged: a file of it cannot be read or does not belong to the model.
    """
    if model.tokenizer_path is not None:
        return _from_file(model, model.tokenizer_path, config["text_cfg"])
    from open_clip import SimpleTokenizer

    text: dict[str, Any] = config["text_cfg"]
    options: dict[str, Any] = dict(text.get("tokenizer_kwargs") or {})
    options["context_length"] = text.get("context_length", 77)
    path = model.merges_path
    try:
        if path is None:
            return cast("Tokenizer", SimpleTokenizer(**options))
        content = read_guarded(path)
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        # SimpleTokenizer would count an empty last line as one more token.
        packed = io.BytesIO(gzip.compress(content.rstrip(b"\r\n"), compresslevel=1))
        tokenizer: Any = SimpleTokenizer(bpe_path=cast("str", packed), **options)
    except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
        raise _wrong_merges(model, tr("they cannot be read")) from error
    if tokenizer.vocab_size != text.get("vocab_size"):
        raise _wrong_merges(
            model,
            _too_many(tokenizer.vocab_size, text.get("vocab_size", 0)),
        )
    return cast("Tokenizer", tokenizer)


def _from_file(model: InstalledModel, path: Path, text: dict[str, Any]) -> Tokenizer:
    """As ``open_clip.tokenizer.HFTokenizer``, without the transformers library: a tokenizer.json
    says all that one needs, but how long a text is."""
    import torch
    from open_clip.tokenizer import get_clean_fn
    from tokenizers import Tokenizer as FastTokenizer

    length = int(text.get("context_length", 77))
    try:
        fast = FastTokenizer.from_str(read_guarded(path).decode())
    except Exception as error:  # the library raises nothing more exact
        raise _wrong_merges(model, tr("they cannot be read"), path) from error
    count, expected = fast.get_vocab_size(with_added_tokens=True), text.get("vocab_size", 0)
    if count > expected:
        raise _wrong_merges(model, _too_many(count, expected), path)
    padding = next((p for p in _PADDING if fast.token_to_id(p) is not None), None)
    fast.enable_truncation(length)
    fast.enable_padding(
        length=length,
        pad_id=0 if padding is None else fast.token_to_id(padding),
        pad_token=padding or _PADDING[0],
    )
    options: dict[str, Any] = text.get("tokenizer_kwargs") or {}
    clean = get_clean_fn(str(options.get("clean", "whitespace")))

    def tokenize(texts: list[str]) -> Tensor:
        found = fast.encode_batch([clean(one) for one in texts])
        return torch.tensor([one.ids for one in found], dtype=torch.int64)

    return tokenize


def _too_many(count: int, expected: int) -> str:
    return tr("they make {count} tokens, the model has {expected}", count=count, expected=expected)


def _wrong_merges(model: InstalledModel, why: str, path: Path | None = None) -> ModelDamaged:
    return ModelDamaged(
        tr(
            "The word pieces of the model {name} ({path}) cannot be used: {why}.",
            name=model.manifest.name,
            path=path or model.merges_path,
            why=why,
        ),
        safe=tr("The index is untouched."),
        next_step=tr("Install the model again."),
    )
