"""The library's folder is moved or deleted while it is open: that is said, and nothing is begun
anew where it was."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from desktop.commands.checkup import examine
from desktop.config.options import EngineOptions
from desktop.core.cancellation import CancelToken
from desktop.core.errors import LibraryGone
from desktop.core.generation_record import GenerationRequest
from desktop.core.progress import finish
from desktop.services.engine import Engine
from desktop.wiring.engine import open_engine
from tests import pictures as sample


@pytest.fixture
def options(tmp_path: Path) -> EngineOptions:
    return EngineOptions(profile_dir=tmp_path / "profile")


@pytest.fixture
def engine(options: EngineOptions, tmp_path: Path) -> Iterator[Engine]:
    sample.fill(tmp_path / "pictures", 2)
    with open_engine(options, {}) as opened:
        opened.model.installed = lambda: None  # nothing of this needs one
        opened.model.vector_space = lambda: None
        finish(opened.indexing.run([tmp_path / "pictures"], CancelToken()))
        yield opened


def take_away(folder: Path, how: str) -> None:
    if how == "moved":
        folder.rename(folder.with_name("elsewhere"))
    elif how == "deleted":
        shutil.rmtree(folder)
    elif how == "replaced":
        folder.rename(folder.with_name("elsewhere"))
        shutil.copytree(folder.with_name("elsewhere"), folder)
    else:  # the catalogue alone
        (folder / "catalog.sqlite").unlink()


@pytest.mark.parametrize("how", ["moved", "deleted", "replaced", "catalogue deleted"])
def test_nothing_is_written_where_the_library_was(
    engine: Engine, options: EngineOptions, tmp_path: Path, how: str
) -> None:
    folder = engine.library.paths.folder
    [first, _] = engine.browsing.all()
    take_away(folder, how)
    before = sorted(folder.rglob("*")) if folder.exists() else None
    attempts = (
        lambda: engine.annotations.rate([first.id], 3),
        lambda: engine.annotations.create_board("Mood", [first.id]),
        lambda: finish(engine.indexing.run([tmp_path / "pictures"], CancelToken())),
        lambda: finish(engine.indexing.catch_up(CancelToken())),
        lambda: finish(
            engine.generation.generating.run(
                GenerationRequest("red", (), "moodboard"), CancelToken()
            )
        ),
        lambda: engine.daily_backups.make_if_due(),
    )
    for attempt in attempts[:-1]:
        with pytest.raises(LibraryGone, match="no longer at"):
            attempt()
    engine.daily_backups.keep_up()
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever it is, it makes no folder)
        if folder.exists():
            raise FileExistsError
        engine.thumbnails.write("ab" * 32, Image.new("RGB", (8, 8)))
    found: list[object] = []

    def in_another_thread() -> None:  # with a connection of its own
        try:
            engine.annotations.rate([first.id], 3)
        except LibraryGone as error:
            found.append(error)

    thread = threading.Thread(target=in_another_thread)
    thread.start()
    thread.join()
    assert len(found) == 1
    assert (sorted(folder.rglob("*")) if folder.exists() else None) == before


def test_closing_makes_no_folder_and_the_check_up_tells(
    options: EngineOptions, tmp_path: Path
) -> None:
    sample.fill(tmp_path / "pictures", 1)
    with open_engine(options, {}) as engine:
        engine.model.installed = lambda: None
        engine.model.vector_space = lambda: None
        finish(engine.indexing.run([tmp_path / "pictures"], CancelToken()))
        folder = engine.library.paths.folder
        folder.rename(tmp_path / "elsewhere")
    assert not folder.exists()
    [problem] = [text for text in examine(options)["problems"] if str(folder) in text]
    assert "moved or deleted" in problem
    assert not folder.exists()


@pytest.mark.parametrize("stub", ["thumbnails", "generated"])
def test_a_stub_is_called_one(options: EngineOptions, stub: str) -> None:
    (options.library.folder / stub / "ab").mkdir(parents=True)
    [problem, *_] = examine(options)["problems"]
    assert "damaged" in problem
    assert stub in problem


def test_once_it_is_back_it_is_written_again(engine: Engine) -> None:
    folder = engine.library.paths.folder
    [first, _] = engine.browsing.all()
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(LibraryGone):
        engine.annotations.rate([first.id], 3)
    folder.with_name("elsewhere").rename(folder)
    engine.annotations.rate([first.id], 3)
    assert engine.annotations.of([first.id])[first.id].rating == 3
