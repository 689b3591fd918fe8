"""Tokens are those of open_clip, in every script and of any rubbish."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

import numpy as np
import pytest
from open_clip.tokenizer import SimpleTokenizer

from desktop.embedding.models.manifest import InstalledModel, Manifest
from desktop.embedding.runtime.tokenizer import Tokenizer, load_tokenizer
from tests.demo_world import model as demo

LINES = 10_000
SCRIPTS = (
    *((0x41, 0x7A), (0xC0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x531, 0x58F), (0x590, 0x5FF)),
    *((0x600, 0x6FF), (0x900, 0x97F), (0x980, 0x9FF), (0xB80, 0xBFF), (0xE00, 0xE7F)),
    *((0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x1780, 0x17FF), (0x1E00, 0x1FFF)),
    *((0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFDFF), (0xFF00, 0xFFEF)),
    *((0x10330, 0x1034A), (0x1D400, 0x1D7FF), (0x20000, 0x20400)),
)
OTHERS = (
    *((0x00, 0x1F), (0x20, 0x40), (0x7F, 0xA0), (0x2000, 0x206F), (0x20A0, 0x20CF)),
    *((0x2100, 0x27BF), (0x1F300, 0x1FAFF), (0xE000, 0xE0FF), (0xFE00, 0xFE0F), (0xE0020, 0xE007F)),
)
SAID = (
    *("a photo of a cat", "It's the dog's; they'll've we're I'm I'D can't", "naïve café №5 ½ x²"),
    *("&amp;lt;b&gt; &eacute;", "schÃ¶n â€œquotedâ€\x9d"),
    "<start_of_text>a<END_OF_TEXT> <end_of_text>",
    *("红色的丝绸披风", "👩‍👩‍👧‍👦🏳️‍🌈", "ﬁne İstanbul ǅ ß", "", " \t\n ", "\x00\x01", "x" * 400),
)  # fmt: skip


def corpus(seed: int) -> list[str]:
    """Words of one script or several, with what else stands between words."""
    chosen = random.Random(seed)

    def letters(ranges: tuple[tuple[int, int], ...], most: int) -> str:
        low, high = chosen.choice(ranges)
        found = (chr(chosen.randint(low, high)) for _ in range(chosen.randint(1, most)))
        return "".join(one for one in found if unicodedata.category(one) != "Cs")

    lines = list(SAID)
    while len(lines) < LINES:
        parts = [letters(SCRIPTS, 9) if chosen.random() < 0.75 else letters(OTHERS, 4)
                 for _ in range(chosen.randint(1, 9))]  # fmt: skip
        lines.append(chosen.choice(["", " ", " ", "  "]).join(parts))
    return lines


def model(merges: str | None = None) -> InstalledModel:
    return InstalledModel(
        demo.FOLDER, Manifest("any", "any", "any", "0" * 64, tokenizer_merges=merges)
    )


def expected(texts: list[str], theirs: Any) -> np.ndarray:
    return theirs(texts).numpy()


def test_clips_tokens_are_open_clips() -> None:
    texts = corpus(20261130)
    assert len(texts) == LINES
    assert_equal(load_tokenizer(model(), {"text_cfg": {}}), SimpleTokenizer(), texts)


@pytest.mark.parametrize("clean", ["whitespace", "canonicalize"])
def test_texts_are_cleaned_as_the_model_wants_it(clean: str) -> None:
    ours = load_tokenizer(model(), {"text_cfg": {"tokenizer_kwargs": {"clean": clean}}})
    assert_equal(ours, SimpleTokenizer(clean=clean), corpus(20261130)[:1_000])


def test_tokens_of_a_models_own_merges_are_open_clips() -> None:
    text = {"context_length": 40, "vocab_size": 1349}
    ours = load_tokenizer(model(demo.MERGES), {"text_cfg": text})
    theirs = SimpleTokenizer(bpe_path=str(demo.FOLDER / demo.MERGES), context_length=40)
    assert_equal(ours, theirs, corpus(7)[:2_000])


def assert_equal(ours: Tokenizer, theirs: Any, texts: list[str]) -> None:
    found, wanted = ours(texts), expected(texts, theirs)
    assert found.dtype == np.int64
    assert found.shape == wanted.shape
    different = np.flatnonzero((found != wanted).any(axis=1))
    assert not different.size, [texts[at] for at in different[:5]]


def test_no_texts_are_no_tokens() -> None:
    assert load_tokenizer(model(), {"text_cfg": {}})([]).shape == (0, 77)
