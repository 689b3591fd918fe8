"""Texts that no picture has anything to do with, in any script.

How alike a model finds them to the pictures of a library tells what its scores mean there: see
``relevance``. Each script has its own, because a model takes one that it never learned for
anything at all: the demo model scores random Cyrillic as high as a right answer in English.
"""

from __future__ import annotations

import random
from functools import cache

from desktop.core.scripts import script_of

COUNT = 64
"""Texts a script."""
VERSION = 1
"""Of the texts; their vectors are kept."""
SIGNS = "SIGNS"
"""In place of a script where there is no letter."""

_SEED = 20_261_129
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_SYLLABLES = tuple(first + second for first in "bcdfghjklmnprstvwz" for second in "aeiou")
_WORDLESS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "YI")
"""Scripts in which a few characters are a word."""
_ALPHABET = 40
"""Letters of a script, from where Unicode begins with it; rare ones and shapes come later."""
_ABSTRACT = {
    # Words that nobody can draw, so that the texts are not only ones that nobody would write.
    "LATIN": (
        *("therefore", "nevertheless", "whereas", "hypothesis", "although", "notwithstanding"),
        *("perhaps", "whether", "according", "because", "eventually", "regarding", "seldom"),
        *("furthermore", "maybe", "otherwise", "policy", "theory", "concept", "clause", "average"),
    ),
    "CJK": (
        *("因此", "然而", "关于", "虽然", "如果", "也许", "根据", "尽管", "从而", "否则", "理论"),
        *("概念", "平均", "政策", "条款", "估计", "曾经", "偶尔", "通常", "何时"),
    ),
}
_SIGN_CHARACTERS = "0123456789-_.#?!+*/=%&"


@cache
def unrelated_texts(script: str) -> tuple[str, ...]:
    """``COUNT`` texts of one to three words, always the same."""
    rng = random.Random(f"{_SEED}/{script}")
    return tuple(_text(script, kind, rng) for kind in range(COUNT))


def _text(script: str, kind: int, rng: random.Random) -> str:
    abstract = _ABSTRACT.get(script)
    if abstract and kind % 4 == 0:
        return ("" if script == "CJK" else " ").join(rng.sample(abstract, rng.randint(2, 3)))
    words = [_word(script, kind, rng) for _ in range(rng.randint(1, 3))]
    return " ".join(words)


def _word(script: str, kind: int, rng: random.Random) -> str:
    if script == "LATIN" and kind % 4 == 1:
        return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4)))
    letters = _letters(script)
    if script == "LATIN" and kind % 4 == 2:
        letters += "0123456789"
    least, most = (1, 4) if script in _WORDLESS else (4, 9)
    return "".join(rng.choices(letters, k=rng.randint(least, most)))


@cache
def _letters(script: str) -> str:
    if script == "LATIN":
        return _LATIN
    if script == SIGNS:
        return _SIGN_CHARACTERS
    found = [c for c in map(chr, range(0x80, 0x10000)) if c.isalpha() and script_of(c) == script]
    letters = [c for c in found if not c.isupper()] or found or [*_LATIN]
    return "".join(letters if script in _WORDLESS else letters[:_ALPHABET])
