"""A folder moved: its pictures are the same ones there."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.services.engine import Engine
from desktop.services.indexing.relocation import RelocationReport
from tests import pictures


@pytest.fixture
def ids(engine: Engine, folder: Path) -> list[int]:
    pictures.fill(folder, 6)
    finish(engine.indexing.run([folder], CancelToken()))
    ids = [asset.id for asset in engine.browsing.all()]
    engine.annotations.tag(ids, ["kept"])
    return ids


def relocate(engine: Engine, old: Path, new: Path, *, is_forced: bool = False) -> RelocationReport:
    return finish(engine.relocation.run(old, new, CancelToken(), is_forced=is_forced))


def test_assets_keep_their_identity_and_are_found_at_the_new_place(
    engine: Engine, folder: Path, ids: list[int], tmp_path: Path
) -> None:
    new = tmp_path / "elsewhere" / "archive"
    new.parent.mkdir()
    folder.rename(new)
    moved = relocate(engine, folder, new)
    assert (moved.assets, moved.found, moved.asked) == (6, 6, 6)
    assert (moved.indexed.added, moved.indexed.missing) == (0, 0)
    assets = engine.browsing.all()
    assert [asset.id for asset in assets] == ids
    assert all(asset.path.parent == new and not asset.is_missing for asset in assets)
    assert engine.annotations.tagged("kept") == sorted(ids)
    assert len(engine.catalog.words.find("archive", 10)) == 6
    assert engine.catalog.words.find("pictures", 10) == {}
    [hit] = engine.searching.search(Query.like(new / "0002.png", limit=1)).hits
    assert hit.asset.name == "0002.png"
    assert engine.vector_table.pending_count(engine.model.vector_space()) == 0


def test_a_folder_without_the_pictures_is_refused_unless_insisted(
    engine: Engine, folder: Path, ids: list[int], tmp_path: Path
) -> None:
    new = tmp_path / "other"
    pictures.fill(new, 2)
    with pytest.raises(LibraryError, match="Of 6 pictures"):
        relocate(engine, folder, new)
    assert [root.path for root in engine.catalog.roots.all()] == [folder]
    assert relocate(engine, folder, new, is_forced=True).found == 2
    assert [root.path for root in engine.catalog.roots.all()] == [new]


def test_what_makes_no_sense_is_refused(
    engine: Engine, folder: Path, ids: list[int], tmp_path: Path
) -> None:
    other = tmp_path / "second"
    pictures.fill(other, 1)
    finish(engine.indexing.run([other], CancelToken()))
    for old, new, words in (
        (tmp_path / "no root", other, "no folder of the library"),
        (folder, tmp_path / "nowhere", "no folder at"),
        (folder, other, "already"),
        (folder, tmp_path, "already"),
        (folder, engine.library.paths.folder, "already"),
    ):
        with pytest.raises(LibraryError, match=words):
            relocate(engine, old, new, is_forced=True)
