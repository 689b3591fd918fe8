"""Which scripts a text is written in, and which a model of certain languages can read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from desktop.core.text import marked, tr

SCRIPTS = {
    "LATIN": marked("Latin letters"),
    "CJK": marked("Chinese characters"),
    "HIRAGANA": marked("Japanese kana"),
    "KATAKANA": marked("Japanese kana"),
    "HANGUL": marked("Korean letters"),
    "CYRILLIC": marked("Cyrillic letters"),
    "GREEK": marked("Greek letters"),
    "ARABIC": marked("Arabic letters"),
    "HEBREW": marked("Hebrew letters"),
    "THAI": marked("Thai letters"),
    "DEVANAGARI": marked("Devanagari letters"),
    "BENGALI": marked("Bengali letters"),
    "TELUGU": marked("Telugu letters"),
}
"""As the names of Unicode's characters begin -> what people call it."""
_BY_LANGUAGE = {
    "zh": {"CJK"},
    "ja": {"CJK", "HIRAGANA", "KATAKANA"},
    "ko": {"HANGUL"},
    "ru": {"CYRILLIC"},
    "uk": {"CYRILLIC"},
    "bg": {"CYRILLIC"},
    "sr": {"CYRILLIC", "LATIN"},
    "el": {"GREEK"},
    "ar": {"ARABIC"},
    "fa": {"ARABIC"},
    "ur": {"ARABIC"},
    "he": {"HEBREW"},
    "th": {"THAI"},
    "hi": {"DEVANAGARI"},
    "mr": {"DEVANAGARI"},
    "ne": {"DEVANAGARI"},
    "bn": {"BENGALI"},
    "te": {"TELUGU"},
}
"""ISO codes; whatever is not here is written in Latin letters."""


def scripts_of(text: str) -> tuple[str, ...]:
    """The scripts of its letters, by Unicode's names of characters ("LATIN", "CJK"); each once."""
    normal = unicodedata.normalize("NFKC", text)
    letters = (character for character in normal if character.isalpha())
    return tuple(filter(None, dict.fromkeys(map(script_of, letters))))


def language_of(text: str, spoken: str) -> str:
    """A guess at the language of a text, as an ISO code, by its script; empty where that tells
    nothing. Chinese characters beside kana are Japanese, and Latin letters beside others are names.

    Args:
        spoken: code of the language of whoever wrote it ("en", "zh_CN"): taken for a text in Latin
            letters, if it is written in them.
    """
    scripts = set(scripts_of(text))
    if scripts & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    others = scripts - {"LATIN"}
    if not others:
        code = spoken.partition("_")[0]
        return code if scripts and code not in _BY_LANGUAGE else ""
    fitting = [code for code, known in _BY_LANGUAGE.items() if others <= known - {"LATIN"}]
    fitting = [code for code in fitting if code != "ja"]
    return fitting[0] if len(fitting) == 1 else ""


def unread_script(text: str, languages: Iterable[str]) -> str | None:
    """The first script in a text that a model of these languages was not trained on, of those in
    ``SCRIPTS``; None where it reads all of it, or nobody knows its languages."""
    spoken = list(languages)
    if not spoken:
        return None
    read = set[str]().union(*(_BY_LANGUAGE.get(code, {"LATIN"}) for code in spoken))
    named = (script for script in scripts_of(text) if script in SCRIPTS)
    return next((script for script in named if script not in read), None)


def unread_sentence(model: str, script: str) -> str:
    """What ``unread_script`` means to a person who searches with ``model``."""
    return tr(
        "{model} was not trained on {script}: names and tags are found by these words, what "
        "pictures show is not.",
        model=model,
        script=tr(SCRIPTS[script]),
    )


@cache
def script_of(letter: str) -> str:
    """As ``scripts_of``; empty for a letter without a name."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
