"""Generated pictures are found by what they were made with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.filter import Filter
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage import SOURCES, LineageTable
from desktop.library.folders.scan import FoundFile


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Two generated pictures, one that is not, and a next turn of the first."""
    database = Database(tmp_path / "catalog.sqlite")
    catalog, lineage = Catalog(database), LineageTable(database)
    root = catalog.roots.add(tmp_path)
    names = (b"a.png", b"b.png", b"c.png", b"d.png")
    one, other, _, turn = catalog.add_files(root, [FoundFile(name, 1, 1) for name in names])
    aurora = Reference(Path("/shoots/aurora_50%.png"))
    red = GenerationRequest("A red Cape, 红披风", (aurora,), model="nano-banana", kit="Spring")
    lineage.record(one, GenerationRecord(red, model="nano-banana-2.1", attempt="1"))
    lineage.record(other, GenerationRecord(GenerationRequest("a cape by the sea")))
    bluer = GenerationRequest("bluer", parent="other bytes by now", parent_attempt="1")
    lineage.record(turn, GenerationRecord(bluer))
    yield catalog
    database.close()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(prompt="cape"), [1, 2]),
        (Filter(prompt="CAPE red"), [1]),
        (Filter(prompt="披风"), [1]),
        (Filter(model="banana-2.1"), [1]),
        (Filter(model="nano-banana"), [1]),
        (Filter(made_from="aurora"), [1]),
        (Filter(made_from="shoots 50%"), [1]),
        (Filter(made_from="auroraX50"), []),
        (Filter(made_from="aurora_5_%"), []),
        (Filter(made_from="a.png"), [4]),
        (Filter(kit="spring"), [1]),
        (Filter(kit="spr"), []),
        (~Filter(prompt="red"), [2, 3, 4]),
    ],
)
def test_it_is_found_by_what_it_was_made_with(
    catalog: Catalog, wanted: Filter, found: list[int]
) -> None:
    assert catalog.filters.ids(wanted).tolist() == found


def test_what_one_picture_was_made_from_is_looked_up_and_not_searched_for(tmp_path: Path) -> None:
    """`from:` asks it of every generated picture: going through all for each takes minutes."""
    database = Database(tmp_path / "catalog.sqlite")
    asked = f"EXPLAIN QUERY PLAN SELECT source_id FROM ({SOURCES}) WHERE asset_id = 1"
    steps = [str(row["detail"]) for row in database.read(asked)]
    database.close()
    assert any("SEARCH" in step for step in steps)
    assert not [step for step in steps if "SCAN" in step]
