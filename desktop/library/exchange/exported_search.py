"""A saved search in an export."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from desktop.core.annotations import clean_name
from desktop.core.query_language import QueryError, parse
from desktop.core.saved_search import SavedSearch
from desktop.core.text import tr
from desktop.files.checked_json import MalformedJson, checked, parse_json
from desktop.library.catalog.filter_text import dump_filter, load_filter
from desktop.library.catalog.saved_examples import dump_examples, load_examples


@dataclass(frozen=True, slots=True)
class ExportedSearch:
    """A saved search; ``examples`` and ``filter`` as the catalogue writes them."""

    name: str
    text: str
    examples: str = "[]"
    filter: str = "{}"
    is_board: bool = False

    @classmethod
    def of(cls, search: SavedSearch) -> ExportedSearch:
        examples, wanted = dump_examples(search.examples), dump_filter(search.filter)
        return cls(search.name, search.text, examples, wanted, search.is_board)

    def saved(self) -> SavedSearch:
        """Raises: MalformedJson: it says what this Plantain does not know."""
        examples, wanted = load_examples(self.examples), load_filter(self.filter)
        return SavedSearch(clean_name(self.name), self.text, examples, wanted, self.is_board)

    def rest(self) -> str:
        """What is behind its name and its text, as one cell of a table."""
        told = {"examples": self.examples, "filter": self.filter, "is_board": self.is_board}
        return json.dumps(told, ensure_ascii=False)


def raw_search(name: str, text: str, rest: str) -> dict[str, Any]:
    """A row of a table as JSON has it. Raises: MalformedJson."""
    told = parse_json(rest or "{}")
    if not isinstance(told, dict):
        raise MalformedJson(tr("It is no search."))
    return {**cast("dict[str, Any]", told), "name": name, "text": text}


def read_search(item: Any) -> ExportedSearch:
    """Raises: MalformedJson: it is none, or says what this Plantain does not know."""
    read = checked(item, ExportedSearch)
    try:
        parse(read.saved().text)
    except QueryError as error:
        raise MalformedJson(error.message) from error
    return read
