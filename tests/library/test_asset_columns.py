"""A library in columns answers as the list of its assets would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop.core.asset import Asset
from desktop.core.asset_sequence import ids_of
from desktop.core.natural_order import natural
from desktop.library.catalog.asset_columns import Assets
from desktop.library.catalog.assets import Catalog, ReadFile
from desktop.library.catalog.database import Database
from desktop.library.folders.scan import FoundFile

_LONG = "a name that goes on for longer than the bytes that are compared at first, part "
_NAMES = (
    *("b/look 10.png", "b/Look 2.png", "a/look 2.png", "b/海报 1.png", "look 1.png"),
    *(f"a/{_LONG}{n}.png" for n in (11, 2, 3)),
)


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    """From a catalogue; the first was not read, the last has the content of the one before."""
    database = Database(tmp_path / "catalog.sqlite")
    catalog = Catalog(database)
    for name in _NAMES:
        place = tmp_path / "pictures" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    files = [FoundFile(name.encode(), 10 - n, n) for n, name in enumerate(_NAMES)]
    ids = catalog.add_files(catalog.roots.add(tmp_path / "pictures"), files)
    catalog.record_read(ReadFile(i, 4, 3, "PNG", f"{min(i, ids[-2]):064x}") for i in ids[1:])
    catalog.mark_missing([ids[3]], is_missing=True)
    catalog.mark_generated([ids[4]])
    found = catalog.all_assets()
    database.close()
    return found


def test_each_is_what_the_catalogue_says(assets: Assets) -> None:
    listed = [*assets]
    assert [asset.id for asset in listed] == [*range(len(_NAMES), 0, -1)]
    assert [asset.name for asset in listed] == [name.rpartition("/")[2] for name in _NAMES[::-1]]
    assert [asset.id for asset in listed if asset.is_missing] == [4]
    assert [asset.id for asset in listed if asset.is_generated] == [5]
    assert (listed[-1].content_hash, listed[-1].width) == ("", 0)
    assert assets == listed
    assert Assets.of(listed) == listed
    assert assets.ids == ids_of(listed)


def test_a_part_is_in_the_same_order(assets: Assets) -> None:
    assert assets[2:4] == [*assets][2:4]
    assert assets[::-1].ids == assets.ids[::-1]
    assert assets[:].ids is assets.ids
    assert assets.among([2, 7, 99]).ids == (7, 2)
    assert assets.listed([2, 99, 7]).ids == (2, 7)
    assert assets.in_ranges([(0, 1), (4, 4)]).ids == (8, 7, 4)
    assert assets.in_ranges([]).ids == ()
    assert assets[:0].listed([1]).ids == ()


def test_an_asset_is_found_by_its_id(assets: Assets) -> None:
    assert assets.row_of(7) == 1
    assert assets.row_of(99) is None
    assert assets.get(7) == assets[1]
    assert assets.get(99) is None
    assert assets.ranges_of([8, 7, 3, 99]) == [(0, 1), (5, 5)]
    assert assets.ranges_of(assets) == [(0, 7)]
    assert assets.ranges_of([99]) == []


@pytest.mark.parametrize("is_listed", [False, True])
def test_orders_are_those_that_a_sort_makes(assets: Assets, is_listed: bool) -> None:
    listed = [*assets]
    made = Assets.of(listed) if is_listed else assets
    by_name = sorted(listed, key=lambda asset: natural(asset.name))
    assert made.by_name() == by_name

    def place(asset: Asset) -> tuple[str, str]:
        return natural(asset.folder), natural(asset.name)

    assert made.by_folder() == sorted(listed, key=place)
    assert made.greatest_first(made.numbers("size")).ids == (1, 2, 3, 4, 5, 6, 7, 8)
    assert np.allclose(made.numbers("dated_s"), [asset.dated_s for asset in listed])


@pytest.mark.parametrize("is_listed", [False, True])
def test_counts(assets: Assets, is_listed: bool) -> None:
    made = Assets.of([*assets]) if is_listed else assets
    assert made.duplicates() == 2
    assert made[1:].duplicates() == 0
    assert sum(made.in_folders().values()) == len(made) - 1
    assert made.has("is_missing").sum() == 1
    assert made.has("is_offline").sum() == 0
    assert made.says("content_hash").sum() == len(made) - 1


def test_a_name_is_found_by_its_beginning_going_round(assets: Assets) -> None:
    names = [asset.name for asset in assets]
    looks = [row for row, name in enumerate(names) if name.lower().startswith("look")]
    assert assets.row_named("LOOK", -1) == looks[0]
    assert assets.row_named("look", looks[0]) == looks[1]
    assert assets.row_named("look", looks[-1]) == looks[0]
    assert assets.row_named("海", 0) == names.index("海报 1.png")
    assert assets.row_named(_LONG + "2", -1) == names.index(f"{_LONG}2.png")
    assert assets.row_named("nothing", 0) is None


def test_of_nothing_everything_is_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    for none in (Catalog(database).all_assets(), Assets.of([])):
        assert len(none) == 0
        assert none.ids == ()
        assert [*none.by_name()] == [*none.by_folder()] == [*none.among([1])] == []
        assert [*none.greatest_first(none.numbers("dated_s"))] == []
        assert none.row_of(1) is None
        assert none.get(1) is None
        assert none.row_named("a", -1) is None
        assert none.ranges_of([1]) == []
        assert none.duplicates() == 0
        assert not sum(none.in_folders().values())
        assert not none.has("is_missing").any()
        assert not none.has("is_offline").any()
    database.close()
