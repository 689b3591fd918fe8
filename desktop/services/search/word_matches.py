"""How well what an asset is called, and what was said about it, fits the words of a query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePath

from desktop.core.colour_words import BETWEEN_COLOURS
from desktop.core.query import Signal, Why
from desktop.core.text import listed, tr
from desktop.library.catalog.word_search import Words
from desktop.library.catalog.word_tokens import QueryWord, comparable, query_words, spellings

ENOUGH = 0.7
"""Share of the words from which on a hit is relevant: three of four, both of two."""
_BEGINNING = 0.8
"""What the beginning of a word counts beside a whole one."""
_PHRASE = 3
"""Characters of a run without spaces from which on it is more than a word."""


class Exactness(IntEnum):
    """What comes first, whatever a model thinks."""

    NONE = 0
    PHRASE = 1
    """Several words stand in it as they were typed."""
    NAME = 2
    """The file, or a tag, is called so."""


@dataclass(frozen=True, slots=True)
class WordMatch:
    """Attributes:
    share: of the query's words that were found, 0 to 1.
    why: one for each place in which something was found.
    """

    share: float
    exactness: Exactness
    why: tuple[Why, ...]


class WordMatcher:
    """Compares assets with the words of one query."""

    def __init__(self, text: str) -> None:
        self._words = query_words(text)
        self._whole = comparable(text)
        self._spellings = spellings(text)
        tokens = self._whole.split()
        is_run = len(self._words) == 1 and self._words[0].is_run
        # Without the spaces between words there is nothing to tell 红色 from the end of 粉红色.
        others = [name for name in BETWEEN_COLOURS if name not in text]
        is_written_so = any(word.is_run for word in self._words)
        self._other_colours = (
            re.compile("|".join(" ".join(name) for name in others)) if is_written_so else None
        )
        self._is_phrase = len(tokens) >= (_PHRASE if is_run else 2)

    def match(self, words: Words) -> WordMatch:
        """How well these fit."""
        best = dict.fromkeys(self._words, 0.0)
        exactness = Exactness.NONE
        why: list[Why] = []
        for place, content in _places(words):
            if not content:
                continue
            text = self._comparable(content)
            shares = {word: _share(word, text) for word in self._words}
            found = [word for word, share in shares.items() if share > best[word]]
            exactness = max(exactness, self._exactness(place, content, text))
            if found:
                best |= {word: shares[word] for word in found}
                score = sum(shares[word] for word in found) / len(self._words)
                signal = Signal.TEXT if place is _in_picture else Signal.WORDS
                why.append(Why(signal, place(content, found), score))
        share = sum(best.values()) / len(best) if best else 0.0
        return WordMatch(share, exactness, tuple(why))

    def _comparable(self, content: str) -> str:
        """Without the colours that only end like one that is looked for."""
        text = comparable(content)
        if self._other_colours is None:
            return text
        return self._other_colours.sub(lambda name: f"{name[0][:-1]}_", text)

    def _exactness(self, place: _Place, content: str, text: str) -> Exactness:
        if place in (_in_tag, _in_name):
            names = [content, PurePath(content).stem] if place is _in_name else [content]
            if any(self._spellings & spellings(name) for name in names):
                return Exactness.NAME
        if self._is_phrase and self._whole in text:
            return Exactness.PHRASE
        return Exactness.NONE


def _share(word: QueryWord, text: str) -> float:
    """How much of a word is in a text, 0 to 1."""
    if word.is_run:
        found = sum(f" {pair} " in text for pair in word.parts) / len(word.parts)
        return found if found > 0.5 else 0.0  # less is a character that both happen to have
    [token] = word.parts
    if f" {token} " in text or not word.is_telling:
        return float(f" {token} " in text)
    return _BEGINNING if f" {token}" in text else 0.0


# -- places: what is found there, as a person reads it --------------------------------------------

_Place = Callable[[str, list[QueryWord]], str]


def _places(words: Words) -> Iterator[tuple[_Place, str]]:
    """What speaks most for an asset first."""
    yield from ((_in_tag, tag) for tag in words.tags)
    yield _in_name, words.name
    yield _in_note, words.note
    yield _in_prompt, words.prompt
    yield _in_picture, words.written
    yield _in_file, words.told
    yield _in_folder, words.folder


def _in_tag(tag: str, _: list[QueryWord]) -> str:
    return tr("tag {tag}", tag=tag)


def _in_name(_: str, found: list[QueryWord]) -> str:
    return tr("name: {words}", words=_said(found))


def _in_note(_: str, found: list[QueryWord]) -> str:
    return tr("note: {words}", words=_said(found))


def _in_prompt(_: str, found: list[QueryWord]) -> str:
    return tr("prompt: {words}", words=_said(found))


def _in_picture(_: str, found: list[QueryWord]) -> str:
    return tr("written in it: {words}", words=_said(found))


def _in_file(_: str, found: list[QueryWord]) -> str:
    return tr("in the file’s own words: {words}", words=_said(found))


def _in_folder(_: str, found: list[QueryWord]) -> str:
    return tr("folder: {words}", words=_said(found))


def _said(found: list[QueryWord]) -> str:
    return listed([word.text for word in found])
