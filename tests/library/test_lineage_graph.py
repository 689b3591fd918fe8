"""The lineage of a picture, as the catalogue tells it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.core.errors import LibraryError
from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference
from desktop.library.catalog.assets import Catalog
from desktop.library.catalog.database import Database
from desktop.library.catalog.lineage import LineageTable
from desktop.library.folders.scan import FoundFile
from desktop.services.search.lineage_reading import read_lineage


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "catalog.sqlite")
    yield made
    made.close()


def test_references_files_and_turns_are_all_ways_to_come_from_a_picture(
    database: Database, tmp_path: Path
) -> None:
    catalog, lineage = Catalog(database), LineageTable(database)
    root = catalog.roots.add(tmp_path)
    product, made, turn, alone = catalog.add_files(
        root, [FoundFile(name, 1, 1) for name in (b"a.png", b"b.png", b"c.png", b"d.png")]
    )
    with database.transaction() as connection:
        connection.execute("UPDATE assets SET content_hash = 'aa' || id")
    content = f"aa{made}"
    outside = Path("/elsewhere/sketch.png")
    used = (Reference(tmp_path / "a.png", product), Reference(outside))
    lineage.record(made, GenerationRecord(GenerationRequest("a cape", used), "nano-banana-2"))
    next_turn = GenerationRequest("now in red", parent=content, parent_attempt="k1")
    lineage.record(turn, GenerationRecord(next_turn))

    def shown(asset_id: int) -> dict[str, tuple[int, str]]:
        graph = read_lineage(asset_id, catalog, lineage, lambda _: "Mood board")
        return {node.name: (node.generation, node.maker) for node in graph.nodes}

    assert shown(made) == {
        "b.png": (0, "nano-banana-2"),
        "a.png": (-1, ""),
        "sketch.png": (-1, ""),
        "c.png": (1, "Mood board"),
    }
    assert {name: step for name, (step, _) in shown(turn).items()} == {
        "c.png": 0,
        "b.png": -1,
        "a.png": -2,
        "sketch.png": -2,
    }
    assert [*shown(alone)] == ["d.png"]
    with pytest.raises(LibraryError):
        shown(99)
