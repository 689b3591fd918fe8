"""How text is cut into what the full-text index finds: words, and signs that are words by
themselves.

FTS5's ``unicode61`` tokeniser splits at spaces and punctuation and drops signs. So a run of
Chinese, Thai or Khmer would be one token that only the whole run finds, or pieces between its
vowel marks; and an emoji would be nothing. Therefore every character of a script that is written
without spaces, and every sign, is written into the index as a token of its own, in place of which
stands a private character where the tokeniser would not take it for a letter. In a query a run of
such characters is a phrase: any part of the text matches, as people expect.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from itertools import groupby, pairwise

VERSION = 2
"""Of these rules; 1 knew Chinese, Japanese and Korean alone, and no signs."""

_MOST_WORDS, _MOST_CHARACTERS = 50, 100
"""Of a search: SQLite's time grows with the square of the words (2,000 take 15 s)."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f"
    # Thai to Balinese;
    "\ua980-\ua9ff\uaa60-\uaadf"  # Javanese, Burmese, Tai Viet;
    # Japanese, Korean, Chinese, Yi
    "\u1100-\u11ff\u3005-\u3007\u3021-\u3035\u303b\u3040-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\ua4cf\uac00-\ud7af\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_COMMON_SIGNS = frozenset("#@&%!?+=$<>|~^`")
"""Found when they are all that is asked for; beside words they are mostly punctuation."""
_PARTICLES = re.compile("[的了和与或在是はがのをにでとも]")
"""Between words of a run."""
_SAYS_NOTHING = frozenset(
    [
        *("a", "an", "and", "are", "as", "be", "is", "it", "its", "of", "or", "that", "the"),
        *("their", "these", "this", "those", "was", "were"),
        *("photo", "photos", "picture", "pictures", "image", "images"),
    ]
)
"""Of English, the language of most file names; and what everything here is."""
_RELATES = frozenset(
    [
        *("at", "behind", "beside", "by", "for", "from", "in", "into", "off", "on", "onto", "over"),
        *("than", "to", "under", "up", "upon", "with", "without"),
    ]
)
"""With them the next word means something else: a "table lamp" is not "on the table"."""
_ACCENTS = re.compile("[\u0300-\u036f]")


class _Kind(Enum):
    WORD = auto()
    """A part of a word."""
    MARK = auto()
    """A part of the word before it."""
    ALONE = auto()
    """A token of its own."""
    COMMON = auto()
    """As ``ALONE``; see ``_COMMON_SIGNS``."""
    NOTHING = auto()
    """Joins or shapes its neighbours and is not seen itself."""
    GAP = auto()


@cache
def _kind(character: str) -> _Kind:
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0000":
        is_private = category == "Co" or character == "\u200b"
        return _Kind.GAP if is_private else _Kind.NOTHING  # a space of no width parts words
    if character in _COMMON_SIGNS:
        return _Kind.COMMON
    if category[0] in "LMN" and _WITHOUT_SPACES.match(character):
        return _Kind.ALONE
    if category[0] == "S" and character > "\x7f":
        return _Kind.ALONE
    if category in {"Co", "Me"}:  # of icon fonts; around a key or a number
        return _Kind.ALONE
    if category[0] == "P" and character > "\x7f":
        return _Kind.COMMON
    if character.isalnum():
        return _Kind.WORD
    return _Kind.MARK if category[0] == "M" else _Kind.GAP


@cache
def _token(character: str) -> str:
    """A character as the tokeniser takes it for a letter: itself, or one for private use."""
    code = ord(character)
    if unicodedata.category(character)[0] == "L" or code >= 0x1FFF0:
        return character
    return chr(0xF0000 + code) if code < 0xFFF0 else chr(0x100000 + code - 0x10000)


class _Written(dict[int, str]):
    """For ``str.translate``: a character as the index has it; found out once for each."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        match _kind(character):
            case _Kind.WORD | _Kind.MARK:
                written = character
            case _Kind.ALONE | _Kind.COMMON:
                written = f" {_token(character)} "
            case _Kind.NOTHING:
                written = ""
            case _Kind.GAP:
                written = " "
        self[code] = written
        return written


_WRITTEN = _Written()


def searchable(text: str) -> str:
    """Text as it is put into the index: "goldWatch_红色01.png" -> "gold Watch 红 色 01 png …".

    Names glued together are found both by their parts and whole.
    """
    normal = unicodedata.normalize("NFKC", text)
    parts = " ".join(_cut(_CAMEL.sub(" ", normal)))
    whole = " ".join(_cut(normal))
    return parts if parts == whole else f"{parts} {whole}"


def _cut(normal: str) -> list[str]:
    """Words and tokens of their own; a mark that begins one is a mark of nothing."""
    words: list[str] = []
    for word in normal.translate(_WRITTEN).split():
        while word and _kind(word[0]) is _Kind.MARK:
            word = word[1:]
        if word:
            words.append(word)
    return words


def match_expression(query: str) -> str:
    """A person's words as an FTS5 expression: every word must occur, Latin ones as prefixes, runs
    of other scripts and of signs as they stand.

    Returns an empty string when the query holds no word at all. Of a long text (a page was pasted)
    the first different words decide, and of a long run without spaces its beginning.
    """
    words: dict[str, None] = {}
    signs: dict[str, None] = {}
    for kind, piece in _pieces(unicodedata.normalize("NFKC", query)):
        piece = piece[:_MOST_CHARACTERS]
        if kind is _Kind.WORD:
            words[f'"{piece}"*'] = None
        else:
            of_kind = words if kind is _Kind.ALONE else signs
            of_kind['"' + " ".join(map(_token, piece)) + '"'] = None
        if len(words) == _MOST_WORDS:
            break
    return " AND ".join(words or list(signs)[:_MOST_WORDS])


def phrase_expression(words: str) -> str:
    """Words as an FTS5 expression: next to each other, in this order; empty without a word."""
    normal = unicodedata.normalize("NFKC", words)
    tokens = _cut(_CAMEL.sub(" ", normal))[:_MOST_WORDS]
    return f'"{" ".join(tokens)}"' if tokens else ""


def _pieces(normal: str) -> Iterator[tuple[_Kind, str]]:
    """Runs of one kind: words, tokens of their own, common signs."""
    seen = (c for c in normal if _kind(c) is not _Kind.NOTHING)
    before = _Kind.GAP

    def kind_here(character: str) -> _Kind:
        nonlocal before
        kind = _kind(character)
        if kind is _Kind.MARK:  # of a word that it can be in; the tokeniser knows none without
            kind = _Kind.WORD if before is _Kind.WORD else _Kind.GAP
        before = kind
        return kind

    for kind, run in groupby(seen, kind_here):
        if kind is not _Kind.GAP:
            yield kind, "".join(run)


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word that is looked for by itself.

    Attributes:
        text: as it was typed.
        parts: what of it the index can hold, as ``comparable`` writes it: the word, or of a run
            without spaces every two neighbours ("红 色", "色 披", "披 风").
        is_run: written without spaces.
        is_telling: worth looking for; the others ("on", "with") only count among those that are
            found or not.
    """

    text: str
    parts: tuple[str, ...]
    is_run: bool = False
    is_telling: bool = True


def query_words(query: str) -> tuple[QueryWord, ...]:
    """The words of a query, each once, without those that say nothing ("the", 的) as long as others
    are there; signs where there is nothing else."""
    found: dict[_Kind, dict[str, None]] = {kind: {} for kind in _Kind}
    for kind, piece in _pieces(unicodedata.normalize("NFKC", query)):
        for part in _PARTICLES.split(piece) if kind is _Kind.ALONE else [piece]:
            if part:
                found[kind][part[:_MOST_CHARACTERS]] = None
    words = [_word(piece) for piece in found[_Kind.WORD]]
    words += [_run(piece) for piece in found[_Kind.ALONE]]
    saying = [word for word in words if word.is_run or word.parts[0] not in _SAYS_NOTHING]
    if not any(word.is_telling for word in saying):
        saying = [replace(word, is_telling=True) for word in words]
    signs = [_run(piece) for piece in found[_Kind.COMMON]]
    return tuple((saying or signs)[:_MOST_WORDS])


def comparable(text: str) -> str:
    """Text as the index holds it, for looking whether a ``QueryWord`` is in it: its tokens, each
    between spaces, without case and accents."""
    return f" {_folded(searchable(text))} "


def spellings(text: str) -> frozenset[str]:
    """By which names are told to be the same: "heroShot" is spelled as "hero_shot" and "Hero Shot"
    are, and as "heroshot" is."""
    normal = unicodedata.normalize("NFKC", text)
    return frozenset(_folded(" ".join(_cut(s))) for s in (_CAMEL.sub(" ", normal), normal)) - {""}


def _folded(text: str) -> str:
    """Without case and accents."""
    if text.isascii():
        return text.lower()  # which is the same there, and most of what there is
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _word(piece: str) -> QueryWord:
    token = (comparable(piece).split() or [piece])[-1]
    return QueryWord(piece, (token,), is_telling=token not in _RELATES)


def _run(piece: str) -> QueryWord:
    tokens = [*map(_token, piece)]
    pairs = [" ".join(pair) for pair in pairwise(tokens)] or tokens
    return QueryWord(piece, tuple(dict.fromkeys(pairs)), is_run=True)
