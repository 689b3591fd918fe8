"""The small edition, without PyTorch: converted models run, and what it lacks is said."""

from __future__ import annotations

import importlib.util
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.errors import ModelError
from desktop.core.progress import finish
from desktop.embedding.conversion.kept import ConvertedModels
from desktop.embedding.models.manifest import read_manifest
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime import converted_encoder, converting, loading
from desktop.embedding.runtime.loading import load_encoder
from tests.embedding import tiny
from tests.fakes.hub import FakeHub


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that a full edition has used once."""
    models = tmp_path_factory.mktemp("full")
    folder = tiny.make_folder(models / "small")
    converting.convert(read_manifest(folder), ConvertedModels(models))
    return folder


@pytest.fixture
def without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else find(name)
    )


def refusal(error: pytest.ExceptionInfo[ModelError]) -> str:
    """What it says, once it is sure that it says how to go on."""
    assert "full edition" in error.value.next_step
    return error.value.message


@pytest.mark.usefixtures("without_pytorch")
def test_a_converted_model_is_imported_and_runs(
    converted: Path, registry: ModelRegistry, tmp_path: Path
) -> None:
    finish(registry.import_file(converted, cancel=CancelToken()))
    model = registry.resolve("own-words")
    assert model.folder == tmp_path / "models" / "own-words"
    with closing(load_encoder(model, models_dir=tmp_path / "models")) as encoder:
        assert encoder.encode_texts(["a red cape"]).shape == (1, encoder.info.dimension)


@pytest.mark.usefixtures("without_pytorch")
def test_a_gpu_that_is_there_does_not_matter(
    converted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "may_have_gpu", lambda: True)
    with closing(load_encoder(read_manifest(converted))) as encoder:
        assert encoder.arithmetic().runtime.startswith("OpenVINO")
    with pytest.raises(ModelError, match="PyTorch") as error:
        load_encoder(read_manifest(converted), "cuda")
    assert '"encoder_device"' in error.value.next_step


@pytest.mark.usefixtures("without_pytorch")
def test_a_model_that_was_not_converted_is_refused_with_a_way_on(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    folder = tiny.make_folder(tmp_path / "small")
    with pytest.raises(ModelError) as loaded:
        load_encoder(read_manifest(folder), models_dir=tmp_path / "models")
    with pytest.raises(ModelError) as imported:
        finish(registry.import_file(folder, cancel=CancelToken()))
    assert "PyTorch" in refusal(loaded)
    assert "PyTorch" in refusal(imported)
    assert not [path for path in (tmp_path / "models").iterdir() if path.name != ".lock"]


@pytest.mark.usefixtures("without_pytorch")
def test_a_checkpoint_is_refused_with_a_way_on(
    registry: ModelRegistry, tiny_checkpoint: Path
) -> None:
    with pytest.raises(ModelError) as imported:
        finish(registry.import_file(tiny_checkpoint, cancel=CancelToken()))
    with pytest.raises(ModelError) as in_place:
        registry.resolve(str(tiny_checkpoint))
    assert refusal(imported) == refusal(in_place)
    assert tiny_checkpoint.name in refusal(imported)


@pytest.mark.usefixtures("without_pytorch")
def test_nothing_is_downloaded_that_could_not_be_used(
    registry: ModelRegistry, hub: FakeHub
) -> None:
    with pytest.raises(ModelError) as error:
        finish(registry.download(tiny.KNOWN.name, endpoint=hub.endpoint, cancel=CancelToken()))
    assert tiny.KNOWN.name in refusal(error)
    assert not hub.requests


@pytest.mark.usefixtures("without_pytorch")
def test_a_converted_model_that_does_not_run_says_why(
    converted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no such instruction")

    monkeypatch.setattr(converted_encoder, "ConvertedEncoder", broken)
    with pytest.raises(ModelError) as error:
        load_encoder(read_manifest(converted))
    assert "no such instruction" in refusal(error)


def test_with_pytorch_a_converted_form_is_imported_too_and_not_made_again(
    converted: Path, registry: ModelRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(registry.import_file(converted, cancel=CancelToken()))
    monkeypatch.setattr(converting, "convert", lambda *_: pytest.fail("converted again"))
    load_encoder(registry.resolve("own-words"), "cpu", models_dir=tmp_path / "models").close()


def test_half_a_converted_form_is_imported_and_made_again(
    converted: Path, registry: ModelRegistry, tmp_path: Path
) -> None:
    folder = shutil.copytree(converted, tmp_path / "half")
    next(folder.glob("converted/*/texts.bin")).write_bytes(b"cut")
    finish(registry.import_file(folder, cancel=CancelToken()))
    load_encoder(registry.resolve("own-words"), "cpu", models_dir=tmp_path / "models").close()
    model = registry.resolve("own-words")
    assert ConvertedModels(None).find(model) is not None


@pytest.mark.usefixtures("without_pytorch")
def test_no_download_is_offered_that_could_not_be_used(registry: ModelRegistry) -> None:
    to_be_had = [each for each in registry.list() if not each.is_installed]
    assert to_be_had
    for entry in to_be_had:
        assert "folder of a model" in entry.problem


def test_with_it_every_download_is_offered(registry: ModelRegistry) -> None:
    assert not [each for each in registry.list() if each.problem]
