"""Saved searches follow a tag or a board that gets another name, and its way back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop.core.filter import Filter
from desktop.core.saved_search import SavedSearch
from desktop.library.catalog.annotations import Annotations
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.saved_searches import SavedSearches
from desktop.library.folders.scan import FoundFile


@pytest.fixture
def said(tmp_path: Path) -> Annotations:
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    ids = catalog.add_files(
        catalog.roots.add(Path("/pictures")), [FoundFile(os.fsencode("a.png"), 10, 5)]
    )
    said = Annotations(database)
    said.tag(ids, ["place", "place/Lisbon", "city", "places"])
    said.create_board("Spring 2027", ids)
    return said


@pytest.fixture
def saved(said: Annotations) -> SavedSearches:
    return SavedSearches(said._database)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("red tag:place shoes", "red tag:town shoes"),
        ("-tag:PLACE/Lisbon  cape", "-tag:town/Lisbon  cape"),
        ("tag:places place", "tag:places place"),
        ('board:place "tag:place"', 'board:place "tag:place"'),
        ("tag:place rating:>=x", "tag:place rating:>=x"),  # which means nothing, as before
    ],
)
def test_what_was_typed_names_the_new_tag_and_undo_the_old_one(
    said: Annotations, saved: SavedSearches, text: str, after: str
) -> None:
    saved.save(SavedSearch("one", text))
    undo = said.rename_tag("place", "town")
    assert saved.named("one").text == after
    said.apply(undo)
    assert saved.named("one").text == text


def test_a_filter_follows_at_every_depth(said: Annotations, saved: SavedSearches) -> None:
    def wanted(tag: str, board: str) -> Filter:
        deep = Filter(none_of=(Filter(tag=f"{tag}/Porto"),))
        return Filter(
            tag=tag, every=(Filter(board=board), Filter(any_of=(deep, Filter(tag="city"))))
        )

    saved.save(SavedSearch("one", "", filter=wanted("place", "Spring 2027"), is_board=True))
    first = said.rename_tag("place", "town")
    second = said.rename_board("spring 2027", 'The "spring"')
    assert saved.named("one").filter == wanted("town", 'The "spring"')
    assert saved.named("one").is_board
    said.apply(second)
    said.apply(first)
    assert saved.named("one").filter == wanted("place", "Spring 2027")


def test_a_name_that_cannot_be_typed_becomes_a_condition_of_its_own(
    said: Annotations, saved: SavedSearches
) -> None:
    saved.save(SavedSearch("one", 'cape board:"Spring 2027"'))
    undo = said.rename_board("Spring 2027", 'The "spring"')
    assert saved.named("one") == SavedSearch("one", "cape", filter=Filter(board='The "spring"'))
    said.apply(undo)
    assert saved.named("one").text == 'cape board:"Spring 2027"'


def test_a_merged_tag_is_asked_for_by_the_one_that_took_it_over(
    said: Annotations, saved: SavedSearches
) -> None:
    saved.save(SavedSearch("one", "tag:place"))
    said.rename_tag("place", "city")
    assert saved.named("one").text == "tag:city"


def test_a_search_that_was_changed_since_is_not_taken_back(
    said: Annotations, saved: SavedSearches
) -> None:
    saved.save(SavedSearch("one", "tag:place"))
    undo = said.rename_tag("place", "town")
    saved.save(SavedSearch("one", "tag:town rating:5"))
    said.apply(undo)
    assert saved.named("one").text == "tag:town rating:5"


def test_one_of_a_newer_plantain_stays_as_it_is(said: Annotations, saved: SavedSearches) -> None:
    saved.save(SavedSearch("one", "tag:place"))
    with said._database.transaction() as connection:
        connection.execute('UPDATE saved_searches SET filter = \'{"mood":"happy"}\'')
    said.rename_tag("place", "town")
    row = said._database.read_one("SELECT text FROM saved_searches")
    assert row is not None
    assert row["text"] == "tag:place"
