"""A model is asked only what it can read; otherwise the person is told."""

from __future__ import annotations

import pytest

from desktop.core.scripts import SCRIPTS, language_of, unread_script, unread_sentence
from desktop.embedding.models.known_models import KNOWN_MODELS


@pytest.mark.parametrize(
    ("text", "languages", "unread"),
    [
        ("red silk cape", ("en",), None),
        ("Übergrößenträger, déjà vu 2027!", ("en",), None),
        ("红色披风", ("en",), "CJK"),
        ("red 披风", ("en",), "CJK"),
        ("红色披风 red", ("en", "zh"), None),
        ("赤いマント", ("en", "zh"), "HIRAGANA"),
        ("赤いマント", ("ja",), None),
        ("빨간 망토", ("en", "zh", "ja"), "HANGUL"),
        ("красный плащ", ("en",), "CYRILLIC"),
        ("ผ้าคลุม", ("en", "th"), None),
        ("عباءة", ("en",), "ARABIC"),
        ("红", (), None),  # nobody knows its languages
        ("🔥 50 % → ∞", ("en",), None),
        ("ⴰⵣⵓⵍ", ("en",), None),  # a script that no known model was trained on
        ("", ("en",), None),
    ],
)
def test_the_first_script_that_it_does_not_read(
    text: str, languages: tuple[str, ...], unread: str | None
) -> None:
    assert unread_script(text, languages) == unread


def test_some_known_model_reads_each_script() -> None:
    samples = {
        **{"LATIN": "a", "CJK": "红", "HIRAGANA": "い", "KATAKANA": "ア", "HANGUL": "빨"},
        **{"CYRILLIC": "д", "GREEK": "δ", "ARABIC": "ع", "HEBREW": "ש", "THAI": "ผ"},
        **{"DEVANAGARI": "क", "BENGALI": "ক", "TELUGU": "క"},
    }
    assert samples.keys() == SCRIPTS.keys()
    for script, sample in samples.items():
        assert unread_script(sample, ("en",)) == (None if script == "LATIN" else script)
        assert any(unread_script(sample, known.languages) is None for known in KNOWN_MODELS)


def test_it_is_said_in_words() -> None:
    assert unread_sentence("ViT-B-32", "CJK").startswith(
        "ViT-B-32 was not trained on Chinese characters"
    )


@pytest.mark.parametrize(
    ("text", "spoken", "language"),
    [
        ("a red cape", "en", "en"),
        ("ein rotes Cape", "de", "de"),
        ("a red cape", "zh_CN", ""),  # whoever speaks Chinese may have written in any other
        ("红色披风", "en", "zh"),
        ("AURORA 红色披风", "en", "zh"),
        ("赤いマント", "en", "ja"),
        ("빨간 망토", "en", "ko"),
        ("κόκκινη κάπα", "en", "el"),
        ("красный плащ", "en", ""),  # Russian, Ukrainian, Bulgarian …
        ("50 % 🔥", "en", ""),
        ("", "en", ""),
    ],
)
def test_a_language_is_said_where_its_script_tells_it(
    text: str, spoken: str, language: str
) -> None:
    assert language_of(text, spoken) == language
