"""Words to tokens: by CLIP's byte pairs, or by a tokenizer that a model brings. Without torch."""

from __future__ import annotations

import gzip
import html
import importlib.util
import string
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ftfy
import numpy as np
import regex
from numpy.typing import NDArray
from tokenizers import Tokenizer as FastTokenizer
from tokenizers.models import BPE

from desktop.core.errors import ModelDamaged
from desktop.core.text import tr
from desktop.embedding.models.manifest import InstalledModel
from desktop.files.regular_file import read_guarded

_PADDING = ("<pad>", "[PAD]")
_START, _END = "<start_of_text>", "<end_of_text>"
_WORD_END = "</w>"
_MOST_MERGES = 49_152 - 256 - 2
"""CLIP's file holds more lines than CLIP has tokens."""
_CONTEXT_LENGTH = 77
_WORDS = regex.compile(
    rf"{_START}|{_END}|'s|'t|'re|'ve|'m|'ll|'d|[\p{{L}}]+|[\p{{N}}]|[^\s\p{{L}}\p{{N}}]+",
    regex.IGNORECASE,
)
"""As open_clip.tokenizer has it. The tokenizers library could split by it too, but by other tables
of Unicode."""
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)

Tokenizer = Callable[[list[str]], NDArray[np.int64]]
"""n texts -> (n, context length), padded."""


def load_tokenizer(model: InstalledModel, config: Mapping[str, Any]) -> Tokenizer:
    """The model's whole tokenizer, or that of CLIP with CLIP's merges or the model's own.

    Args:
        config: open_clip's, of the model.

    Raises:
        ModelDamaged: a file of it cannot be read or does not belong to the model.
    """
    text: Mapping[str, Any] = config["text_cfg"]
    if model.tokenizer_path is not None:
        return _from_file(model, model.tokenizer_path, text)
    path = model.merges_path or _clips_merges()
    try:
        content = read_guarded(path)
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        # An empty last line would count as one more token.
        lines = content.rstrip(b"\r\n").decode().split("\n")
        tokenizer = BytePairs([line.split() for line in lines[1 : _MOST_MERGES + 1]], text)
    except Exception as error:  # the library raises nothing more exact
        raise _wrong_merges(model, tr("they cannot be read"), path) from error
    if model.merges_path is not None and tokenizer.count != text.get("vocab_size"):
        raise _wrong_merges(model, _too_many(tokenizer.count, text.get("vocab_size", 0)), path)
    return tokenizer


class BytePairs:
    """CLIP's tokenizer; gives what ``open_clip.tokenizer.SimpleTokenizer`` gives.

    Args:
        merges: pairs of pieces that become one, the most frequent first.
        text: the text part of open_clip's config.
    """

    def __init__(self, merges: Sequence[Sequence[str]], text: Mapping[str, Any]) -> None:
        self._letters = _letters_of_bytes()
        letters = list(self._letters.values())
        pairs = [(first, second) for first, second in merges]
        pieces = [*letters, *(letter + _WORD_END for letter in letters)]
        pieces += [first + second for first, second in pairs]
        vocabulary = {piece: number for number, piece in enumerate(pieces)}
        self.count = len(pieces) + 2
        self._start, self._end = self.count - 2, self.count - 1
        self._length = int(text.get("context_length", _CONTEXT_LENGTH))
        self._clean = _cleaning(text, "lower")
        self._fast = FastTokenizer(BPE(vocabulary, pairs, end_of_word_suffix=_WORD_END))

    def __call__(self, texts: list[str]) -> NDArray[np.int64]:
        """n texts -> (n, context length), zeros behind the end."""
        result = np.zeros((len(texts), self._length), np.int64)
        for row, text in zip(result, texts, strict=True):
            tokens = [self._start, *self._tokens(text)][: self._length - 1]
            row[: len(tokens) + 1] = [*tokens, self._end]
        return result

    def _tokens(self, text: str) -> list[int]:
        words: list[str] = _WORDS.findall(self._clean(text))
        special = {_START: self._start, _END: self._end}
        found: list[int] = []
        run: list[str] = []
        for word in words:
            if word in special:
                found += self._pieces(run)
                found.append(special[word])
                run = []
            else:
                run.append("".join(self._letters[byte] for byte in word.encode()))
        return found + self._pieces(run)

    def _pieces(self, words: list[str]) -> list[int]:
        return self._fast.encode(words, is_pretokenized=True).ids if words else []


def _from_file(model: InstalledModel, path: Path, text: Mapping[str, Any]) -> Tokenizer:
    """As ``open_clip.tokenizer.HFTokenizer``, without the transformers library: a tokenizer.json
    says all that one needs, but how long a text is."""
    length = int(text.get("context_length", _CONTEXT_LENGTH))
    try:
        fast = FastTokenizer.from_str(read_guarded(path).decode())
    except Exception as error:  # the library raises nothing more exact
        raise _wrong_merges(model, tr("they cannot be read"), path) from error
    cutting: Any = fast  # typed in part
    count, expected = fast.get_vocab_size(with_added_tokens=True), text.get("vocab_size", 0)
    if count > expected:
        raise _wrong_merges(model, _too_many(count, expected), path)
    padding = next((p for p in _PADDING if fast.token_to_id(p) is not None), None)
    cutting.enable_truncation(length)
    cutting.enable_padding(
        length=length,
        pad_id=0 if padding is None else fast.token_to_id(padding),
        pad_token=padding or _PADDING[0],
    )
    clean = _cleaning(text, "whitespace")

    def tokenize(texts: list[str]) -> NDArray[np.int64]:
        found = fast.encode_batch([clean(one) for one in texts])
        return np.array([one.ids for one in found], np.int64).reshape(len(texts), length)

    return tokenize


def _cleaning(text: Mapping[str, Any], default: str) -> Callable[[str], str]:
    """How texts are cleaned before they are split; as ``open_clip.tokenizer.get_clean_fn``.

    Raises:
        KeyError: there is no such way.
    """
    options: Mapping[str, Any] = text.get("tokenizer_kwargs") or {}
    ways = {"lower": _lower, "whitespace": _whitespace, "canonicalize": _canonical}
    return ways[str(options.get("clean", default))]


def _whitespace(text: str) -> str:
    return " ".join(html.unescape(html.unescape(ftfy.fix_text(text))).split())


def _lower(text: str) -> str:
    return _whitespace(text).lower()


def _canonical(text: str) -> str:
    plain = html.unescape(html.unescape(ftfy.fix_text(text))).strip().replace("_", " ")
    return " ".join(plain.translate(_NO_PUNCTUATION).lower().split())


def _letters_of_bytes() -> dict[int, str]:
    """A letter that can be seen for each byte: itself in Latin-1 where that can be, for the others
    those from U+0100 on. In the order of CLIP's vocabulary (GPT-2's ``bytes_to_unicode``)."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {
        byte: chr(256 + number) for number, byte in enumerate(others)
    }


def _clips_merges() -> Path:
    """CLIP's own, which open_clip brings; found without running it."""
    package = importlib.util.find_spec("open_clip")
    assert package is not None
    [place, *_] = package.submodule_search_locations or [""]
    return Path(place, "bpe_simple_vocab_16e6.txt.gz")


def _too_many(count: int, expected: int) -> str:
    return tr("they make {count} tokens, the model has {expected}", count=count, expected=expected)


def _wrong_merges(model: InstalledModel, why: str, path: Path) -> ModelDamaged:
    return ModelDamaged(
        tr(
            "The word pieces of the model {name} ({path}) cannot be used: {why}.",
            name=model.manifest.name,
            path=path,
            why=why,
        ),
        safe=tr("The index is untouched."),
        next_step=tr("Install the model again."),
    )
