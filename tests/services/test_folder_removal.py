"""A folder leaves the library without anything of it being lost, and comes back whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryError, UsageError
from desktop.core.filter import Filter
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.services.indexing.folder_removal import Removal
from desktop.wiring.engine import open_engine
from tests import pictures


@pytest.fixture
def shoots(tmp_path: Path) -> Path:
    folder = tmp_path / "shoots"
    for number, place in enumerate(("a.png", "beach/b.png", "beach/dunes/c.png", "drafts/d.png")):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        pictures.save(folder / place, number + 1)
    return folder


@pytest.fixture
def engine(tmp_path: Path, shoots: Path) -> Iterator[Engine]:
    """A real library without a model: four pictures with tags in one folder, one in another."""
    with open_engine(EngineOptions(profile_dir=tmp_path / "profile"), {}) as made:
        made.model.installed = lambda: None  # nothing of this needs one
        made.model.vector_space = lambda: None
        other = tmp_path / "other"
        other.mkdir()
        pictures.save(other / "e.png", 9)
        add(made, shoots, other)
        for asset in made.browsing.all():
            made.annotations.tag([asset.id], [asset.name])
        yield made


def add(engine: Engine, *paths: Path) -> None:
    finish(engine.indexing.run(paths, CancelToken()))


def shown(engine: Engine) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Name -> id and tags of what the grid shows."""
    assets = engine.browsing.all()
    said = engine.annotations.of([asset.id for asset in assets])
    return {
        asset.name: (asset.id, said[asset.id].tags if asset.id in said else ()) for asset in assets
    }


def test_it_is_no_longer_shown_found_or_looked_through(engine: Engine, shoots: Path) -> None:
    assert engine.folder_removal.preview(shoots) == Removal(shoots, 4)
    assert len(shown(engine)) == 5
    assert engine.folder_removal.remove(shoots) == Removal(shoots, 4)
    assert [*shown(engine)] == ["e.png"]
    assert engine.browsing.count(Filter(tag="a.png")) == 0
    assert [folder.path for folder in engine.browsing.folders()] == [str(shoots.parent / "other")]
    pictures.save(shoots / "new.png", 20)
    add(engine)
    assert [*shown(engine)] == ["e.png"]
    assert engine.catalog.roots.locate(shoots / "a.png") is None
    assert (shoots / "a.png").exists()


def test_added_again_it_has_everything_that_was_said(engine: Engine, shoots: Path) -> None:
    before = shown(engine)
    engine.folder_removal.remove(shoots)
    pictures.save(shoots / "new.png", 20)
    add(engine, shoots)
    after = shown(engine)
    assert after.pop("new.png")[1] == ()
    assert after == before


def test_it_is_put_back_while_its_drive_is_away(engine: Engine, shoots: Path) -> None:
    before = shown(engine)
    engine.folder_removal.remove(shoots)
    shoots.rename(shoots.with_name("unplugged"))
    engine.folder_removal.put_back(shoots)
    assert shown(engine) == before


def test_what_a_rule_hides_stays_hidden(engine: Engine, shoots: Path) -> None:
    engine.ignore_rules.add("drafts/")
    engine.folder_removal.remove(shoots)
    engine.ignore_rules.add("*.psd")
    engine.ignore_rules.remove("*.psd")
    assert [*shown(engine)] == ["e.png"]
    add(engine, shoots)
    assert {*shown(engine)} == {"a.png", "b.png", "c.png", "e.png"}
    engine.ignore_rules.remove("drafts/")
    assert "d.png" in shown(engine)


def test_a_part_of_it_may_be_added_and_then_the_rest(engine: Engine, shoots: Path) -> None:
    before = shown(engine)
    engine.folder_removal.remove(shoots)
    add(engine, shoots / "beach")
    part = shown(engine)
    assert {*part} == {"b.png", "c.png", "e.png"}
    assert part == {name: before[name] for name in part}
    add(engine, shoots)
    assert shown(engine) == before
    assert [root.path for root in engine.catalog.roots.all()].count(shoots / "beach") == 0


def test_a_single_file_of_it_may_be_added(engine: Engine, shoots: Path) -> None:
    before = shown(engine)
    engine.folder_removal.remove(shoots)
    add(engine, shoots / "beach" / "b.png")
    assert shown(engine) == {name: before[name] for name in ("b.png", "e.png")}
    add(engine, shoots)
    assert shown(engine) == before


def test_the_folder_around_it_takes_it_over(engine: Engine, shoots: Path) -> None:
    before = shown(engine)
    engine.folder_removal.remove(shoots)
    add(engine, shoots.parent)
    after = shown(engine)
    assert {name: after[name] for name in before} == before


def test_what_is_missing_in_it_is_not_forgotten(engine: Engine, shoots: Path) -> None:
    (shoots / "a.png").unlink()
    add(engine)
    assert len(engine.curation.forgetting.missing()) == 1
    engine.folder_removal.remove(shoots)
    assert engine.curation.forgetting.missing() == []


def test_only_what_was_added_can_be_removed(engine: Engine, shoots: Path) -> None:
    before = shown(engine)
    for folder in (shoots / "beach", shoots.parent, shoots / "nowhere"):
        with pytest.raises(UsageError):
            engine.folder_removal.remove(folder)
    engine.team_tables.roots.share("studio", shoots)
    with pytest.raises(LibraryError, match="Your team knows “shoots” as “studio”"):
        engine.folder_removal.remove(shoots)
    assert shown(engine) == before


def test_a_folder_of_single_files_comes_back_with_those_files_alone(
    engine: Engine, tmp_path: Path
) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    chosen = pictures.save(desk / "chosen.png", 21)
    pictures.save(desk / "beside.png", 22)
    add(engine, chosen)
    engine.folder_removal.remove(desk)
    assert "chosen.png" not in shown(engine)
    engine.folder_removal.put_back(desk)
    add(engine)
    assert "chosen.png" in shown(engine)
    assert "beside.png" not in shown(engine)
