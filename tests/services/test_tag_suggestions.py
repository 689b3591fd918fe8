"""Suggested tags are those of the pictures that look most alike; better none than a wrong one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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


def test_a_neighbour_that_was_forgotten_meanwhile_says_nothing(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        pictures.save(folder / f"{name}.png", 1, (200 + ord(name), 200))
    finish(engine.indexing.run([folder], CancelToken()))
    ids = {asset.name[0]: asset.id for asset in engine.browsing.all()}
    engine.annotations.tag([ids["a"], ids["b"], ids["d"]], ["banana"])
    (folder / "d.png").unlink()
    suggestions = engine.curation.tag_suggestions
    search = suggestions._vectors.search

    def search_and_forget(*arguments: Any) -> Any:
        hits = search(*arguments)
        assert ids["d"] in {hit.asset.id for hit in hits}
        finish(engine.indexing.run([folder], CancelToken()))
        engine.curation.forgetting.forget([ids["d"]])
        return hits

    monkeypatch.setattr(suggestions._vectors, "search", search_and_forget)
    assert suggestions.for_assets([ids["c"]]) == ["banana"]
