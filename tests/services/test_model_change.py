"""Changing the model: the old one answers until the new one has encoded what there is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ModelError, SettingsError, UsageError
from desktop.core.progress import Progress, finish
from desktop.core.query import Query, SearchResult
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.services.engine import Engine
from desktop.services.reports import IndexReport, ModelChange
from tests import pictures
from tests.embedding import tiny
from tests.lent import LentEncoder
from tests.services.conftest import OpenEngine

PICTURES = 40


@pytest.fixture(scope="session")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with "old" and "new"."""
    folder = tmp_path_factory.mktemp("two")
    registry = ModelRegistry(folder / "models")
    for seed, name in enumerate(("old", "new"), start=1):
        checkpoint = tiny.save_with_sidecar(folder / name, seed=seed)
        finish(registry.import_file(checkpoint, name=name, cancel=CancelToken()))
    return folder / "models"


@pytest.fixture(scope="module")
def encoder_of(two_models: Path) -> Iterator[Callable[[InstalledModel], LentEncoder]]:
    """The real encoders in this process, each loaded once, in batches small enough to be cut."""
    loaded: dict[str, LentEncoder] = {}
    with ExitStack() as closing:
        for model in ModelRegistry(two_models).installed():
            encoder = load_encoder(model)
            closing.callback(encoder.close)
            lent = LentEncoder(encoder, model.manifest.name)
            lent.batch_size = 2
            lent.encode_texts(["a watch"] * 64)  # starts the threads that outlive a test
            loaded[model.identity] = lent
        yield lambda model: loaded[model.identity]


@pytest.fixture(autouse=True)
def _one_process_for_all(
    encoder_of: Callable[[InstalledModel], LentEncoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def instead(model: InstalledModel, *_: object, **__: object) -> Encoder:
        return encoder_of(model)

    monkeypatch.setattr("desktop.wiring.models.ProcessEncoder", instead)


@pytest.fixture
def reopen(tmp_path: Path, two_models: Path, open_engine: OpenEngine) -> Callable[[], Engine]:
    """The engine with the model that the settings name."""
    shutil.copytree(two_models, tmp_path / "profile" / "models")
    return lambda: open_engine(model="")


@pytest.fixture
def engine(reopen: Callable[[], Engine], folder: Path) -> Engine:
    """A library, indexed with "old"; "new" is chosen, and has done nothing."""
    pictures.fill(folder, PICTURES)
    engine = reopen()
    engine.model_switch.use("old")
    finish(engine.indexing.run([folder], CancelToken()))
    engine.model_switch.use("new")
    return engine


def search(engine: Engine, limit: int = 50) -> SearchResult:
    return engine.searching.search(Query(text="a watch", limit=limit))


def catch_up(engine: Engine, until: int = 10_000) -> IndexReport | None:
    """Encode with the chosen model; None when stopped after ``until`` pictures or a few more."""
    cancel = CancelToken()
    steps = engine.indexing.catch_up(cancel)
    try:
        while True:
            if next(steps).done >= until:
                cancel.cancel()
    except StopIteration as stop:
        return stop.value
    except Cancelled:
        return None


def encoded(engine: Engine, name: str) -> int:
    """Vectors in the collection of that model."""
    encoder_id = engine.models.resolve(name).identity
    engine.vectors.settle(encoder_id)
    store = engine.vectors.open_known(encoder_id)
    return store.count() if store else 0


def test_the_old_model_answers_until_the_new_one_is_complete(engine: Engine) -> None:
    for _ in range(2):
        result = search(engine)
        assert (result.model, len(result.hits)) == ("old", PICTURES)
        done = encoded(engine, "new")
        assert result.notice == (
            f"old is still used for searches. {done} of {PICTURES} pictures are encoded with new."
        )
        assert catch_up(engine, until=2) is None
    assert 0 < encoded(engine, "new") < PICTURES
    catch_up(engine)
    result = search(engine)
    assert (result.model, len(result.hits), result.notice) == ("new", PICTURES, "")
    assert (encoded(engine, "new"), encoded(engine, "old")) == (PICTURES, PICTURES)


def test_words_are_searched_while_the_model_is_made_ready(
    engine: Engine,
    encoder_of: Callable[[InstalledModel], LentEncoder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.model_switch.use("old")
    encoder = encoder_of(engine.models.resolve("old"))
    step = Progress("Making the model ready", 3, 8, unit="steps")
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "loading", lambda: step)
        assert engine.model.load(engine.models.resolve("old")) is encoder
        found = engine.searching.search(Query(text="0003"))
        assert [hit.asset.filename for hit in found.hits] == ["0003.png"]
        assert "being made ready" in found.notice
        with pytest.raises(UsageError, match="being made ready"):
            engine.searching.search(Query.like(found.hits[0].asset.path))
    assert search(engine).model == "old"


def test_the_next_start_goes_on_with_the_rest(engine: Engine, reopen: Callable[[], Engine]) -> None:
    assert catch_up(engine, until=4) is None
    done = encoded(engine, "new")
    assert engine.status.read().model_change == ModelChange("old", "new", done, PICTURES)
    engine.close()
    again = reopen()
    assert search(again).model == "old"
    report = catch_up(again)
    assert report is not None
    assert (report.found, report.updated, report.failed) == (PICTURES - done, PICTURES - done, ())
    assert search(again).model == "new"
    assert again.status.read().model_change is None


def test_looking_for_changes_completes_it_too(engine: Engine, folder: Path) -> None:
    pictures.fill(folder / "more", 2, first_seed=90)
    report = finish(engine.indexing.run([], CancelToken()))
    assert (report.added, report.updated) == (2, PICTURES)
    assert search(engine).model == "new"


def test_changing_back_is_immediate(engine: Engine) -> None:
    catch_up(engine, until=4)
    engine.model_switch.use("old")
    assert (search(engine).model, search(engine).notice) == ("old", "")
    engine.model_switch.use("new")
    catch_up(engine)
    engine.model_switch.use("old")
    assert (search(engine).model, search(engine).notice) == ("old", "")


def test_a_picture_added_meanwhile_is_encoded_once_with_the_new_model(
    engine: Engine, folder: Path
) -> None:
    catch_up(engine, until=4)
    [path] = pictures.fill(folder.parent / "dropped", 1, first_seed=90)
    finish(engine.indexing.run([path], CancelToken()))
    assert search(engine).model == "old"
    catch_up(engine)
    result = search(engine)
    assert (result.model, len(result.hits)) == ("new", PICTURES + 1)
    assert (encoded(engine, "new"), encoded(engine, "old")) == (PICTURES + 1, PICTURES)


def test_pictures_that_cannot_be_encoded_now_do_not_hold_it_up(
    engine: Engine, folder: Path, tmp_path: Path
) -> None:
    engine.model_switch.use("old")
    drive = tmp_path / "drive"
    pictures.fill(drive, 3, first_seed=50)
    finish(engine.indexing.run([drive], CancelToken()))
    missing, broken, *_ = sorted(folder.iterdir())
    kept = missing.read_bytes()
    missing.unlink()
    finish(engine.indexing.run([folder], CancelToken()))
    drive.rename(tmp_path / "unplugged")
    broken.write_bytes(b"no picture any more")

    engine.model_switch.use("new")
    report = catch_up(engine)
    assert report is not None
    assert [failure.path for failure in report.failed] == [broken]
    assert (search(engine).model, len(search(engine).hits)) == ("new", PICTURES - 2)

    # They are found again once they are back, and do not bring the old model back with them.
    (tmp_path / "unplugged").rename(drive)
    missing.write_bytes(kept)
    assert search(engine).model == "new"
    finish(engine.indexing.run([], CancelToken()))
    assert (search(engine).model, len(search(engine).hits)) == ("new", PICTURES + 2)


def test_an_old_model_that_was_removed_does_not_answer(
    engine: Engine, reopen: Callable[[], Engine]
) -> None:
    catch_up(engine, until=4)
    engine.close()
    shutil.rmtree(engine.library.paths.folder.parent / "models" / "old")
    again = reopen()
    assert again.status.read().model_change is None
    result = search(again)
    assert (result.model, len(result.hits)) == ("new", encoded(again, "new"))


def test_an_old_model_that_does_not_load_gives_way_with_a_word(
    engine: Engine, reopen: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    catch_up(engine, until=4)
    engine.close()
    again = reopen()
    load = again.model._load

    def failing(model: InstalledModel) -> Encoder:
        if model.manifest.name == "old":
            raise ModelError("The weights of old are damaged.")
        return load(model)

    monkeypatch.setattr(again.model, "_load", failing)
    result = search(again)
    done = encoded(again, "new")
    assert (result.model, len(result.hits)) == ("new", done)
    assert result.notice == (
        f"new is used for searches already. {done} of {PICTURES} pictures are encoded with new. "
        "The weights of old are damaged."
    )


def test_a_choice_that_cannot_be_kept_changes_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = engine.model_switch.in_use()
    other = "new" if before == "old" else "old"

    def full(*_: object, **__: object) -> None:
        raise SettingsError("The disk is full.")

    monkeypatch.setattr("desktop.config.preferences.save_settings", full)
    with pytest.raises(SettingsError):
        engine.model_switch.use(other)
    assert engine.model_switch.in_use() == before
