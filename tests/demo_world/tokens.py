"""The demo model's own small vocabulary of byte pairs, in open_clip's merges format.

open_clip's `SimpleTokenizer` works on bytes, so Chinese needs no special care; but its stock
vocabulary has 49,408 entries, more weights than our whole model. Here every English word of the
captions becomes one token and every Chinese character one token, never more: merging Chinese words
across attributes ("红色丝绸") would hide from the model what they are made of.
"""

from __future__ import annotations

import gzip
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import regex
from open_clip.tokenizer import SimpleTokenizer, bytes_to_unicode

from tests.demo_world.captions import LANGUAGES, caption, random_fields
from tests.demo_world.vocabulary import random_scene

CONTEXT_LENGTH = 40
_WORD = regex.compile(r"\p{L}+")


def _pieces(word: str) -> tuple[str, ...]:
    """The byte symbols of a word, the last one marked as its end."""
    table = bytes_to_unicode()
    symbols = [table[byte] for byte in word.encode("utf-8")]
    return (*symbols[:-1], symbols[-1] + "</w>")


def _join(pieces: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    result: list[str] = []
    i = 0
    while i < len(pieces):
        if pieces[i : i + 2] == pair:
            result.append(pair[0] + pair[1])
            i += 2
        else:
            result.append(pieces[i])
            i += 1
    return tuple(result)


def train_merges(seed: int = 11, sentences: int = 40_000) -> list[tuple[str, str]]:
    """Byte-pair merges under which every caption word is a single token.

    Merging stops when each English word and each Chinese character (inside a word and at its
    end) has become one symbol.
    """
    rng = random.Random(seed)
    words: Counter[tuple[str, ...]] = Counter()
    for _ in range(sentences // 2):
        for language in LANGUAGES:
            text = caption(random_scene(rng), rng, language, random_fields(rng)).text.lower()
            for word in _WORD.findall(text):
                if word.isascii():
                    words[_pieces(word)] += 1
                else:
                    for character in word:
                        ending = _pieces(character)
                        words[ending] += 1
                        words[(*ending[:-1], ending[-1].removesuffix("</w>"))] += 1
    merges: list[tuple[str, str]] = []
    while True:
        pairs: Counter[tuple[str, str]] = Counter()
        for pieces, count in words.items():
            for pair in pairwise(pieces):
                pairs[pair] += count
        if not pairs:
            return merges
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        joined: Counter[tuple[str, ...]] = Counter()
        for pieces, count in words.items():
            joined[_join(pieces, best)] += count
        words = joined


def write_merges(path: Path, merges: list[tuple[str, str]]) -> None:
    """Write merges as `SimpleTokenizer` reads them: gzip, one header line, no last newline."""
    text = "\n".join(["#version: 0.2 plantain-demo", *(" ".join(pair) for pair in merges)])
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def load_tokenizer(path: Path) -> SimpleTokenizer:
    """The stock open_clip tokenizer over our merges."""
    return SimpleTokenizer(bpe_path=str(path), context_length=CONTEXT_LENGTH)
