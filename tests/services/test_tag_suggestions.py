"""Suggested tags are those of the pictures that look most alike; better none than a wrong one."""

from __future__ import annotations

from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.services.curation.tag_suggestions import ranked_tags
from desktop.services.engine import Engine
from tests import pictures


def test_what_most_of_the_nearest_have_comes_first() -> None:
    near = [(0.9, ("cape", "red")), (0.88, ("Cape",)), (0.7, ("cape", "snow")), (0.4, ("shoe",))]
    assert ranked_tags(near) == ["cape"]
    assert ranked_tags([]) == []


def test_one_neighbour_alone_says_nothing() -> None:
    assert ranked_tags([(0.9, ("cape",))]) == []
    assert ranked_tags([(0.9, ("cape",)), (0.9, ("hat",)), (0.9, ("shoe",))]) == []


def test_a_picture_gets_the_tags_of_those_that_look_like_it(engine: Engine, folder: Path) -> None:
    for name, number in (("a", 1), ("b", 1), ("c", 1), ("d", 5), ("e", 5)):
        pictures.save(folder / f"{name}.png", number, (200 + ord(name), 200))
    finish(engine.indexing.run([folder], CancelToken()))
    ids = {asset.name[0]: asset.id for asset in engine.browsing.all()}
    said = engine.annotations
    suggest = engine.curation.tag_suggestions.for_assets
    assert suggest([ids["c"]]) == []
    said.tag([ids["a"], ids["b"]], ["banana", "yellow"])
    assert suggest([ids["c"]]) == ["banana", "yellow"]
    said.tag([ids["c"]], ["Yellow"])
    assert suggest([ids["c"]]) == ["banana"]
