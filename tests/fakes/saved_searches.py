"""Saved searches and the history, in memory."""

from __future__ import annotations

from desktop.core.annotations import name_key
from desktop.core.saved_search import SavedSearch
from desktop.library.catalog.saved_searches import SavedSearches


class FakeSavedSearches(SavedSearches):
    """Keeps them in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, SavedSearch] = {}
        self.unreadable: list[str] = []
        self.noted: list[str] = []

    def all(self) -> list[SavedSearch]:
        return [self.kept[key] for key in sorted(self.kept)]

    def unread(self) -> list[str]:
        return self.unreadable

    def save(self, search: SavedSearch) -> SavedSearch | None:
        before = self.find(search.name)
        self.kept[name_key(search.name)] = search
        return before

    def rename(self, name: str, new: str) -> None:
        self.kept[name_key(new)] = self.kept.pop(name_key(name)).renamed(new)

    def delete(self, name: str) -> None:
        self.kept.pop(name_key(name), None)

    def note(self, text: str) -> None:
        self.noted = [text, *(each for each in self.noted if each != text)]

    def history(self) -> list[str]:
        return self.noted

    def clear_history(self) -> None:
        self.noted = []
