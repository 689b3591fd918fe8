"""Saved searches and the history of searches, in a real catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError, UsageError
from desktop.core.filter import Filter
from desktop.core.query import Crop, Example
from desktop.core.saved_search import SavedSearch
from desktop.library.catalog.database import Database
from desktop.library.catalog.saved_searches import SavedSearches


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[SavedSearches]:
    database = Database(tmp_path / "catalog.sqlite")
    yield SavedSearches(database)
    database.close()


HERO = SavedSearch(
    "Hero shots",
    "tag:hero red",
    (
        Example(Path("/a/b.pdf"), 0.5, Crop(0.1, 0.2, 0.3, 0.4), page=6),
        Example(Path("/a/c.mp4"), position_ms=42_000),
        Example(b"\x89PNG", -1.0),
    ),
    Filter(rating=None, folder="/a"),
    is_board=True,
)


def test_a_search_comes_back_whole(saved: SavedSearches) -> None:
    saved.save(HERO)
    assert saved.all() == [HERO]
    assert saved.named("HERO  shots") == HERO
    saved.save(SavedSearch("hero shots", "tag:hero"))
    assert [each.text for each in saved.all()] == ["tag:hero"], "one name, one search"


def test_it_is_renamed_and_deleted(saved: SavedSearches) -> None:
    saved.save(HERO)
    saved.save(SavedSearch("Other", "cape"))
    with pytest.raises(UsageError, match="already"):
        saved.rename("Other", "hero SHOTS")
    saved.rename("Hero shots", "HERO shots")
    saved.delete("other")
    assert [each.name for each in saved.all()] == ["HERO shots"]
    with pytest.raises(UsageError) as raised:
        saved.named("other")
    assert "HERO shots" in raised.value.next_step
    with pytest.raises(UsageError):
        saved.save(SavedSearch("  ", "cape"))


def test_one_without_a_name_keeps_the_one_it_has(saved: SavedSearches) -> None:
    saved.save(HERO)
    with pytest.raises(UsageError, match="needs a name"):
        saved.rename("Hero shots", "  ")
    assert saved.all() == [HERO]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("filter", value) for value in ('{"mood":"happy"}', "{", '{"tag":"\\ud800"}')),
        ("examples", '[{"path":"/a","weight":1,"scent":"rose"}]'),
        *(
            ("examples", f'[{{"path":"/a","weight":{weight}}}]')
            for weight in ("NaN", "Infinity", "1e308", "-11", "9" * 400, '"1"')
        ),
        *(
            ("examples", f'[{{"path":"/a","weight":1,"crop":[{crop}]}}]')
            for crop in ("0,0,NaN,1", "0,0,0,1", "0,0,1e308,1", "-1,0,1,1", "0,0,1")
        ),
        *(
            ("examples", f'[{{"path":"/a","weight":1,{more}}}]')
            for more in ('"page":-1', '"page":1.5', '"position_ms":-1', '"position_ms":1e300')
        ),
        *(
            ("examples", value)
            for value in ('[{"weight":1,"picture":"ü"}]', "5", '[{"path":"/a"}]')
        ),
    ],
)
def test_one_that_cannot_be_read_hides_no_other(
    saved: SavedSearches, column: str, value: str
) -> None:
    saved.save(HERO)
    saved.save(SavedSearch("Newer", "cape"))
    with saved._database.transaction() as connection:
        connection.execute(f"UPDATE saved_searches SET {column} = ? WHERE key = 'newer'", (value,))
    assert saved.all() == [HERO]
    assert saved.unread() == ["Newer"]
    assert saved.is_taken("NEWER")
    with pytest.raises(LibraryError, match="newer Plantain"):
        saved.named("newer")
    with pytest.raises(UsageError, match="already"):
        saved.rename("Hero shots", "Newer")
    assert saved.unread() == ["Newer"], "it is kept"


def test_the_history_has_the_newest_first_and_each_once(saved: SavedSearches) -> None:
    for text in ("red", "blue ", "", "red"):
        saved.note(text)
    assert saved.history() == ["red", "blue"]
    saved.clear_history()
    assert saved.history() == []


def test_one_that_cannot_be_read_is_not_replaced(saved: SavedSearches) -> None:
    saved.save(SavedSearch("Newer", "cape"))
    with saved._database.transaction() as connection:
        connection.execute("""UPDATE saved_searches SET filter = '{"mood":"happy"}'""")
    with pytest.raises(LibraryError, match="newer Plantain") as raised:
        saved.save(SavedSearch("NEWER", "hat"))
    assert raised.value.safe
    (row,) = saved._database.read("SELECT name, text, filter FROM saved_searches")
    assert tuple(row) == ("Newer", "cape", '{"mood":"happy"}')
