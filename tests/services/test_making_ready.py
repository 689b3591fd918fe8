"""A model that is loaded for the first time is made ready with progress, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ModelDamaged
from desktop.core.progress import finish
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.manifest import InstalledModel
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from desktop.services.current_model import CurrentModel
from tests.embedding import pretend

Begin = Callable[..., CurrentModel]


class Pretended(ModelRegistry):
    """Whatever is asked for is the pretended model."""

    def resolve(self, name_or_path: str) -> InstalledModel:
        return pretend.model(self._models_dir)


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Makes a current model whose encoder is loaded like that."""
    made: list[CurrentModel] = []

    def begin_it(load: Callable[..., Encoder]) -> CurrentModel:
        registry = Pretended(tmp_path)
        model = CurrentModel(registry, "", "", lambda model: ProcessEncoder(model, load))
        made.append(model)
        return model

    yield begin_it
    for model in made:
        model.close()


@pytest.fixture
def pretended(tmp_path: Path) -> InstalledModel:
    return pretend.model(tmp_path)


def let_go_on(model: InstalledModel, step: int) -> None:
    (model.folder / f"go on after {step}").touch()


def test_every_step_is_told(begin: Begin, pretended: InstalledModel) -> None:
    model = begin(pretend.load_in_steps)
    told: list[tuple[str, int]] = []
    for step in model.make_ready(pretended, CancelToken()):
        told.append((step.stage, step.done))
        if step.total:
            let_go_on(pretended, step.done)
    assert told[0] == ("Starting the model", 0)
    assert ("Making the model ready", 0) in told
    assert ("Making the model ready", 1) in told
    assert model.loading() is None
    assert model.load(pretended).info.name == "pretend"


def test_a_stop_ends_the_process_and_the_next_time_begins_anew(
    begin: Begin, pretended: InstalledModel
) -> None:
    model, cancel = begin(pretend.load_in_steps), CancelToken()
    steps = model.make_ready(pretended, cancel)
    while not next(steps).total:
        pass
    assert model.loading() is not None
    cancel.cancel()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        finish(steps)
    assert time.monotonic() - began < 5
    assert model.loading() is None
    for step in (0, 1):
        let_go_on(pretended, step)
    finish(model.make_ready(pretended, CancelToken()))


def test_what_waits_for_a_model_that_is_stopped_waits_no_longer(
    begin: Begin, pretended: InstalledModel
) -> None:
    model = begin(pretend.load_in_steps)
    encoder = model.load(pretended)
    encoder.prepare()
    model.stop_loading()
    assert model.loading() is None
    assert model.load(pretended) is not encoder


def test_a_process_killed_on_the_way_starts_again_with_progress_and_can_be_stopped(
    begin: Begin, pretended: InstalledModel
) -> None:
    model, cancel = begin(pretend.load_in_steps_killed_once), CancelToken()
    steps = model.make_ready(pretended, cancel)
    while not next(steps).total:
        pass
    assert (pretended.folder / "was killed").exists()
    cancel.cancel()
    with pytest.raises(Cancelled):
        finish(steps)
    assert model.loading() is None


@pytest.mark.parametrize("is_in_use", [False, True])
def test_what_is_made_ready_is_not_stopped_with_what_waits_for_a_model(
    begin: Begin, pretended: InstalledModel, tmp_path: Path, is_in_use: bool
) -> None:
    other = InstalledModel(tmp_path, replace(pretended.manifest, sha256="1" * 64))
    asked_for = pretended if is_in_use else other
    model = begin(pretend.load_in_steps)
    steps = model.make_ready(asked_for, CancelToken())
    while not next(steps).total:
        pass
    model.stop_loading()
    for step in (0, 1):
        let_go_on(asked_for, step)
    finish(steps)
    assert model.load(asked_for).info.name == "pretend"


def test_a_model_that_is_loaded_is_not_stopped(begin: Begin, pretended: InstalledModel) -> None:
    model = begin(pretend.load)
    finish(model.make_ready(pretended, CancelToken()))
    encoder = model.load(pretended)
    model.stop_loading()
    assert model.load(pretended) is encoder
    assert encoder.encode_texts(["a"]).shape == (1, 3)


def test_a_model_that_cannot_be_loaded_says_why(begin: Begin, pretended: InstalledModel) -> None:
    model = begin(pretend.load_damaged)
    with pytest.raises(ModelDamaged, match="torn"):
        finish(model.make_ready(pretended, CancelToken()))
