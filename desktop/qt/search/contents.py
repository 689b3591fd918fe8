"""What the search bar holds, as a value, and what can be made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from desktop.core.filter import EVERYTHING, Filter, NamedFilter, is_same
from desktop.core.query import MOST_RELEVANT, Query
from desktop.core.query_language import Parsed, QueryError, Term, parse, terms, typing_at
from desktop.core.query_writing import written
from desktop.core.saved_search import SavedSearch
from desktop.qt.search.query_chips import Condition, Held, Pictured

HIT_LIMIT = MOST_RELEVANT


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

    def narrowed(self, section: NamedFilter, instead_of: Iterable[Filter] = ()) -> Contents:
        """With a condition more; where it is there already and nothing gives way to it, without it.

        Args:
            section: its name is shown where it cannot be typed.
            instead_of: conditions that give way to it.
        """
        gone = [*instead_of]
        kept = tuple(
            each for each in self.held if isinstance(each, Pictured) or each.filter not in gone
        )
        if not any(is_same(each.filter, section.filter) for each in Contents(kept).conditions):
            return replace(self, held=(*kept, condition_of(section)))
        return self.without(section) if kept == self.held else replace(self, held=kept)

    def without(self, section: NamedFilter) -> Contents:
        """Without this condition, whoever gave it."""
        kept = (
            each
            for each in self.held
            if isinstance(each, Pictured) or not is_same(each.filter, section.filter)
        )
        return replace(self, held=tuple(kept))

    def with_picture(self, pictured: Pictured) -> Contents:
        """Searched by this picture as well; each picture, and each part of one, is there once."""
        same = replace(pictured.example, weight=1.0)
        others = (
            each
            for each in self.held
            if isinstance(each, Condition) or replace(each.example, weight=1.0) != same
        )
        return replace(self, held=(*others, pictured))

    def with_chips(self, end: int, cursor: int) -> tuple[Contents, int] | None:
        """With chips of the conditions that end before a place in the text, and where the cursor
        is then; None where there are none, or the text means nothing."""
        try:
            whole = [t for t in terms(self.text) if t.end <= end and t.filter is not None]
        except QueryError:
            return None
        if not whole:
            return None
        rest, cursor = _text_without(self.text, whole, cursor)
        chips = (Condition(t.text, t.filter) for t in whole if t.filter and t.filter != EVERYTHING)
        new = (chip for chip in chips if chip not in self.held)
        return Contents((*self.held, *new), rest), cursor

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


def meant_text(text: str, cursor: int | None) -> str:
    """The text without the condition that is being typed at ``cursor``; None: nobody types."""
    now = None if cursor is None else typing_at(text, cursor)
    if now is not None and now.is_condition:
        text = text[: now.start] + text[now.end :]
    return " ".join(text.split()) if '"' not in text else text.strip()


def what_holds(text: str) -> tuple[str, QueryError | None]:
    """The text without what of it means nothing, and the first of that."""
    first = problem = _problem_of(text)
    while problem is not None:
        text = f"{text[: problem.start]} {text[problem.end :]}".strip()
        problem = _problem_of(text)
    return text, first


def _problem_of(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def _text_without(text: str, whole: Sequence[Term], cursor: int) -> tuple[str, int]:
    """A text without these terms, and where its cursor is then."""
    before, after, at = "", "", 0
    for term in (*whole, Term("", len(text), len(text))):
        part = text[at : term.start]
        split = min(max(cursor - at, 0), len(part))
        before, after = before + part[:split], after + part[split:]
        at = term.end
    before = " ".join(before.split()) + (" " if before[-1:].isspace() and before.strip() else "")
    return before + after.lstrip(), len(before)


def contents_of(saved: SavedSearch, pictured: Sequence[Pictured]) -> Contents:
    """What was saved, as it can be changed.

    Args:
        pictured: how each of its examples is shown.
    """
    held: list[Held] = [*pictured]
    words: list[str] = []
    try:
        found = [*terms(saved.text)]
    except QueryError:  # of a language that has changed since: the bar says so
        found = [Term(saved.text, 0, len(saved.text))]
    for term in found:
        if term.filter is None:
            words.append(term.text)
        else:
            held.append(Condition(term.text, term.filter))
    if saved.filter != EVERYTHING:
        held.append(Condition("", saved.filter, saved.name))
    return Contents(tuple(held), " ".join(words))


class ContentsHistory:
    """What the bar held before, and what it held when that was asked for."""

    def __init__(self) -> None:
        self._before: list[Contents] = []
        self._after: list[Contents] = []

    def keep(self, now: Contents) -> None:
        """This is about to be changed."""
        if not self._before or self._before[-1] != now:
            self._before.append(now)
        self._after.clear()

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        return bool(self._after)

    def undo(self, now: Contents) -> Contents:
        """What was there before ``now``; the same where there is nothing."""
        return self._step(now, self._before, self._after)

    def redo(self, now: Contents) -> Contents:
        """What was there before ``undo``; the same where there is nothing."""
        return self._step(now, self._after, self._before)

    def _step(self, now: Contents, source: list[Contents], target: list[Contents]) -> Contents:
        if not source:
            return now
        target.append(now)
        return source.pop()
