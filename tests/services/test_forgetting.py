"""Missing pictures are forgotten when a person says so, and nothing else is."""

from __future__ import annotations

from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.core.query import Query
from desktop.services.engine import Engine
from tests import pictures


def index(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def test_only_what_is_missing_is_forgotten(engine: Engine, folder: Path) -> None:
    paths = [pictures.save(folder / f"{number}.png", number) for number in (1, 2, 3)]
    index(engine, folder)
    ids = {asset.name: asset.id for asset in engine.catalog.all_assets()}
    for path in paths[:2]:
        path.unlink()
    index(engine, folder)
    forgetting = engine.curation.forgetting
    assert forgetting.missing() == sorted([ids["1.png"], ids["2.png"]])
    assert forgetting.missing_and_said() == set()
    assert forgetting.forget([*ids.values()]) == 2
    assert [asset.name for asset in engine.catalog.all_assets()] == ["3.png"]
    assert forgetting.missing() == []
    engine.searching.settle()
    assert [hit.asset.name for hit in engine.searching.search(Query("png")).hits] == ["3.png"]


def test_what_somebody_entered_is_told_apart(engine: Engine, folder: Path) -> None:
    paths = [pictures.save(folder / f"{number}.png", number) for number in range(1, 5)]
    index(engine, folder)
    ids = {asset.name: asset.id for asset in engine.catalog.all_assets()}
    engine.annotations.tag([ids["1.png"]], ["beach"])
    engine.annotations.rate([ids["2.png"]], 4)
    engine.annotations.annotate([ids["3.png"]], "Cropped.")
    for path in paths:
        path.unlink()
    index(engine, folder)
    said = engine.curation.forgetting.missing_and_said()
    assert said == {ids["1.png"], ids["2.png"], ids["3.png"]}
    assert engine.curation.forgetting.forget([ids["4.png"]]) == 1
    assert {asset.id for asset in engine.catalog.all_assets()} == said


def test_what_is_in_a_removed_folder_is_neither_counted_nor_forgotten(
    engine: Engine, folder: Path
) -> None:
    path = pictures.save(folder / "a.png", 1)
    index(engine, folder)
    [asset] = engine.catalog.all_assets()
    engine.annotations.rate([asset.id], 4)
    path.unlink()
    index(engine, folder)
    forgetting = engine.curation.forgetting
    assert forgetting.missing_and_said() == {asset.id}
    engine.folder_removal.remove(folder)
    assert (forgetting.missing(), forgetting.missing_and_said()) == ([], set())
    assert forgetting.forget([asset.id]) == 0


def test_one_that_came_back_meanwhile_stays(engine: Engine, folder: Path) -> None:
    path = pictures.save(folder / "a.png", 1)
    index(engine, folder)
    [asset] = engine.catalog.all_assets()
    data = path.read_bytes()
    path.unlink()
    index(engine, folder)
    missing = engine.curation.forgetting.missing()
    path.write_bytes(data)
    index(engine, folder)
    assert engine.curation.forgetting.forget(missing) == 0
    assert [each.id for each in engine.catalog.all_assets()] == [asset.id]
