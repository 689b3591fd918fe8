"""Vectors are written by one thread, whatever a person does in the window: the index lane's."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.index.milvus import MilvusStore
from desktop.library.catalog.vectors import VectorTable
from desktop.qt.shell.session import Session
from desktop.qt.theme import Theme
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures
from tests.e2e.person import Person
from tests.index.server import milvus_server

INDEX_LANE = "lane-index"
WRITES: dict[type, tuple[str, ...]] = {
    MilvusStore: ("upsert", "delete", "flush"),
    VectorTable: ("record", "mark_stored", "mark_lost", "mark_deleted", "settle_in"),
}


class Writes:
    """Which thread wrote what, since the last look."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def note(self, what: str) -> None:
        self._seen.add((what, threading.current_thread().name))

    def has(self, what: str) -> bool:
        return any(what == noted for noted, _ in self._seen)

    def threads(self) -> set[str]:
        """Of all that wrote; then they are forgotten."""
        seen, self._seen = self._seen, set()
        return {thread for _, thread in seen}


def watch(monkeypatch: pytest.MonkeyPatch) -> Writes:
    writes = Writes()

    def noting(what: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **options: Any) -> Any:
            writes.note(what)
            return write(*arguments, **options)

        return noted

    for kept, names in WRITES.items():
        for name in names:
            monkeypatch.setattr(kept, name, noting(name, getattr(kept, name)))
    return writes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_server(tmp_path_factory.mktemp("milvus")) as running:
        yield running.uri


def engine_of(profile: Path) -> Engine:
    return open_engine(EngineOptions(profile_dir=profile, model="demo"), {})


@pytest.fixture
def library(tmp_path: Path, server: str) -> Path:
    """A profile in a team, with six pictures and no vectors in the store; a colleague has others.

    The catalogue does not know that the vectors are gone, as after a disk that lost a file.
    """
    profile, names = tmp_path / "profile", ("colleague", "profile")
    for seed, name in enumerate(names):
        folder = tmp_path / f"pictures of {name}"
        pictures.fill(folder, 6, first_seed=100 * seed)
        with engine_of(tmp_path / name) as engine:
            finish(engine.indexing.run([folder], CancelToken()))
            engine.endpoints.join("studio", server)
            engine.team.share(name, folder)
            if name == "colleague":
                finish(engine.team.sync(CancelToken()))
    shutil.rmtree(profile / "library" / "vectors.db")
    return profile


def test_whatever_is_done_the_index_lane_alone_writes(
    qapp: QApplication, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines: list[Engine] = []

    def open_it() -> Engine:
        engines.append(engine_of(library))
        return engines[0]

    writes = watch(monkeypatch)
    theme = Theme.named("dark")
    theme.apply(qapp)
    session = Session(theme, open_it)
    session.start()
    person = Person(session)
    person.wait_for_library()
    person.wait_until("pictures are shown", lambda: len(person.shown()) == 6)
    [engine] = engines
    space = engine.model.require().identity

    def wait_until_settled(assets: int) -> None:
        person.wait_until(
            f"{assets} pictures have their vectors in the store",
            lambda: (
                engine.vector_table.stored_counts().get(space) == assets
                and engine.vector_table.is_settled(space)
                and writes.has("upsert")
                and session.lanes.index.is_idle
            ),
        )

    assert not writes.threads(), "nothing is written to show a library"
    person.search("a red cape")
    wait_until_settled(6)
    assert writes.threads() == {INDEX_LANE}, "a first search"
    now = person.window.centre
    person.wait_until(
        "all are found again",
        lambda: session.lanes.search.is_idle and now.state.shown + now.state.weaker == 6,
    )
    person.show_weaker()
    assert len(person.shown()) == 6

    person.grid.select_asset(person.grid.assets.asset(0).id)
    session.controllers.annotations.rate(5)
    wait_until_settled(6)
    assert writes.threads() == {INDEX_LANE}, "stars"

    person.open_create_panel("moodboard")
    person.type_prompt("0001 beside 0002")
    person.wait_for_proposals()
    person.click_create()
    person.wait_for_outcome()
    wait_until_settled(7)
    assert writes.threads() == {INDEX_LANE}, "a generation"
    result = person.create.result_card.result
    assert result is not None
    person.wait_until("the search shows it too", lambda: result.asset.path in person.shown())

    session.window.action_list["team.refresh"].trigger()
    wait_until_settled(13)
    assert writes.threads() == {INDEX_LANE}, "pictures of the team"

    assert session.close()
    session.window.deleteLater()
    assert writes.threads() <= {INDEX_LANE}, "the end"
    with engine_of(library) as engine:
        store = engine.vectors.open_known(space)
        assert store is not None
        assert store.ids() == engine.vector_table.stored_ids(space)
