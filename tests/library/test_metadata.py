"""What files say about their pictures is kept, found, and read again when more is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from desktop.core.filter import Filter
from desktop.core.metadata import NO_METADATA, Metadata
from desktop.library.catalog import metadata as table
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.folders.scan import FoundFile

TOLD = Metadata(
    camera="Canon EOS R5",
    taken_at="2025-03-14T09:26:53+08:00",
    creator=("Ann Doe",),
    keywords=("Harbour", "朝の港"),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    database = Database(tmp_path / "catalog.sqlite")
    yield Catalog(database)
    database.close()


def add(catalog: Catalog, tmp_path: Path, count: int = 1) -> list[int]:
    root = catalog.roots.add(tmp_path)
    return catalog.add_files(
        root, [FoundFile(f"{n}.jpg".encode(), 1, 1_000_000_000) for n in range(count)]
    )


def read(catalog: Catalog, asset_id: int, told: Metadata) -> None:
    catalog.record_read([ReadFile(asset_id, 1, 1, "JPEG", "ab" * 16, metadata=told)])


def test_it_is_kept_and_its_words_are_found(catalog: Catalog, tmp_path: Path) -> None:
    one, other = add(catalog, tmp_path, 2)
    read(catalog, one, TOLD)
    read(catalog, other, NO_METADATA)
    assert catalog.metadata.of(one) == TOLD
    assert catalog.metadata.of(other) == NO_METADATA
    for words in ("canon r5", "doe", "港", "harbour"):
        assert [*catalog.words.find(words, 9)] == [one], words
    assert catalog.metadata.keywords_of([one, other]) == ["Harbour", "朝の港"]


def test_words_go_with_a_file_that_says_nothing_any_more(catalog: Catalog, tmp_path: Path) -> None:
    [one] = add(catalog, tmp_path)
    read(catalog, one, TOLD)
    read(catalog, one, NO_METADATA)
    assert catalog.metadata.of(one) == NO_METADATA
    assert catalog.words.find("canon", 9) == {}
    asset = catalog.asset(one)
    assert asset is not None
    assert asset.taken_s == 0


def test_the_day_is_that_which_the_camera_showed(catalog: Catalog, tmp_path: Path) -> None:
    one, other = add(catalog, tmp_path, 2)
    read(catalog, one, TOLD)
    read(catalog, other, NO_METADATA)
    found = catalog.assets_by_id([one, other])
    assert datetime.fromtimestamp(found[one].dated_s).isoformat() == "2025-03-14T09:26:53"
    assert found[other].dated_s == 1.0, "where nobody knows, its file's"


def test_files_that_an_older_plantain_read_are_waiting(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = add(catalog, tmp_path, 2)
    read(catalog, one, TOLD)
    roots = catalog.roots.at_hand()
    assert catalog.metadata.unread(roots) == []
    assert not catalog.metadata.has_unread(roots), "not those that nobody has read at all"
    monkeypatch.setattr(table, "VERSION", table.VERSION + 1)
    assert catalog.metadata.unread(roots) == [one]
    assert catalog.metadata.has_unread(roots)
    assert not catalog.metadata.has_unread([]), "their drive is away"
    catalog.metadata.record([(one, TOLD)])
    assert not catalog.metadata.has_unread(roots)
    assert catalog.filters.ids(Filter(keyword="harbour")).tolist() == [one]
