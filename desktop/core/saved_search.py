"""A search that was given a name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop.core.filter import EVERYTHING, Filter
from desktop.core.query import Example, Query
from desktop.core.query_language import QueryError, parse


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """What is asked, to be asked again: it finds what fits by then.

    Attributes:
        name: told apart without its case.
        text, examples, filter: as in ``Query``.
        is_board: it is listed among the boards too.
    """

    name: str
    text: str
    examples: tuple[Example, ...] = ()
    filter: Filter = EVERYTHING
    is_board: bool = False

    def query(self, limit: int) -> Query:
        """The question."""
        return Query(self.text, self.examples, limit, self.filter)

    def asks(self, query: Query) -> bool:
        """It is the very question."""
        return self.query(query.limit) == query

    @property
    def conditions(self) -> Filter:
        """Among what it finds; without those in a text of a language that has changed since."""
        try:
            return self.filter & parse(self.text).filter
        except QueryError:
            return self.filter

    @property
    def is_ranked(self) -> bool:
        """There is more to it than conditions, or they mean nothing any more, so nobody can count
        what it finds."""
        try:
            return bool(self.examples or parse(self.text).words)
        except QueryError:
            return True

    def renamed(self, name: str) -> SavedSearch:
        return replace(self, name=name)
