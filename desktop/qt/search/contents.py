"""What the search bar holds, as a value, and what can be made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.filter import EVERYTHING, NamedFilter
from desktop.core.query import Example, Query
from desktop.core.query_language import Parsed, QueryError, Term, parse
from desktop.core.query_writing import written
from desktop.core.text import tr
from desktop.qt.search.query_chips import Condition, Held, Pictured

HIT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Contents:
    """All that the bar holds: chips, and the text behind them."""

    held: tuple[Held, ...] = ()
    text: str = ""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(each for each in self.held if isinstance(each, Condition))

    @property
    def pictured(self) -> tuple[Pictured, ...]:
        return tuple(each for each in self.held if isinstance(each, Pictured))

    def query(self, text: str) -> Query:
        """What is asked, with a text that means something in place of that in the field."""
        typed = [each.text for each in self.conditions if each.text]
        others = EVERYTHING
        for each in self.conditions:
            if not each.text:
                others = others & each.filter
        return Query(
            " ".join(part for part in (*typed, text) if part),
            tuple(each.example for each in self.pictured),
            HIT_LIMIT,
            others,
        )


def condition_of(section: NamedFilter) -> Condition:
    """Its chip, as text where it can be typed."""
    text = written(Parsed("", section.filter)) or ""
    return Condition(text, section.filter, "" if text else section.name)


def problem_of(text: str) -> QueryError | None:
    """What in it means nothing, the first of it."""
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def text_without(text: str, whole: Sequence[Term], cursor: int) -> tuple[str, int]:
    """A text without these terms, and where its cursor is then."""
    before, after, at = "", "", 0
    for term in (*whole, Term("", len(text), len(text))):
        part = text[at : term.start]
        split = min(max(cursor - at, 0), len(part))
        before, after = before + part[:split], after + part[split:]
        at = term.end
    before = " ".join(before.split()) + (" " if before[-1:].isspace() and before.strip() else "")
    return before + after.lstrip(), len(before)


def name_of(example: Example) -> str:
    """What its chip says."""
    image = example.image
    return displayable(image.name) if isinstance(image, Path) else tr("Pasted picture")
