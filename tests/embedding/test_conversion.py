"""A model is converted once, runs without torch, and says what the checkpoint says."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from desktop.core.errors import ModelDamaged, ModelError
from desktop.core.progress import Progress
from desktop.embedding.conversion import eight_bits, kept
from desktop.embedding.conversion.kept import ConvertedModels, stamp_of
from desktop.embedding.conversion.trial import agreement, trial_pictures
from desktop.embedding.encoder import Encoder
from desktop.embedding.inference import load_openvino
from desktop.embedding.models.manifest import InstalledModel, read_manifest
from desktop.embedding.runtime import clip, converted_encoder, converting
from desktop.embedding.runtime.loading import load_encoder
from desktop.embedding.runtime.process_encoder import ProcessEncoder
from tests.demo_world import model as demo
from tests.embedding import tiny

openvino = load_openvino()
operations = openvino.opset13
TEXTS = ["a red velvet sofa", "", "红色的包 🎒", "word " * 200]
SIZE = 32


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with an installed model that was converted."""
    models = tmp_path_factory.mktemp("models")
    converting.convert(read_manifest(tiny.make_folder(models / "small")), ConvertedModels(models))
    return models


def test_a_conversion_tells_its_steps(tmp_path: Path) -> None:
    told: list[Progress] = []
    model = read_manifest(tiny.make_folder(tmp_path / "small"))
    converting.convert(model, ConvertedModels(tmp_path), told.append)
    assert [(step.done, step.total) for step in told] == [(at, 8) for at in range(8)]
    assert {step.stage for step in told} == {"Making the model ready"}


@pytest.fixture
def models(converted: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return shutil.copytree(converted, tmp_path / "models")


@pytest.fixture
def encoder(converted: Path) -> Iterator[Encoder]:
    encoder = load_encoder(read_manifest(converted / "small"), "cpu", models_dir=converted)
    yield encoder
    encoder.close()


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the models that are converted from now on."""
    names: list[str] = []
    convert = converting.convert

    def noted(model: InstalledModel, place: ConvertedModels, *told: object) -> None:
        names.append(model.manifest.name)
        convert(model, place)

    monkeypatch.setattr(converting, "convert", noted)
    return names


def test_it_says_what_the_checkpoint_says(converted: Path, encoder: Encoder) -> None:
    exact = clip.load_on(torch.device("cpu"), read_manifest(converted / "small"), "float32")
    pixels = trial_pictures(encoder.batch_size + 3, SIZE, seed=77)
    assert encoder.info == exact.info
    assert agreement(encoder.encode_texts(TEXTS), exact.encode_texts(TEXTS)) > 0.9999
    assert agreement(encoder.encode_images(pixels), exact.encode_images(pixels)) > 0.99
    together, alone = encoder.encode_images(pixels), encoder.encode_images(pixels[-1:])
    assert agreement(together[-1:], alone) > 0.9999
    assert encoder.encode_images(pixels[:0]).shape == (0, exact.info.dimension)
    assert encoder.encode_texts([]).shape == (0, exact.info.dimension)


def test_it_says_how_pictures_are_encoded(converted: Path) -> None:
    model = read_manifest(converted / "small")
    plain = load_encoder(model, "cpu", "float32", models_dir=converted)
    told = plain.arithmetic()
    assert told.runtime.startswith("OpenVINO ")
    assert (told.device, told.precision, told.why) == ("cpu", "float32", "The settings ask for it.")
    plain.close()
    with pytest.raises(ModelError, match="closed"):
        plain.encode_texts(["a"])


def test_what_is_converted_is_not_converted_again(models: Path, conversions: list[str]) -> None:
    load_encoder(read_manifest(models / "small"), "cpu", models_dir=models).close()
    assert conversions == []


@pytest.mark.parametrize("change", ["digest", "converter", "cut short", "gone"])
def test_another_checkpoint_converter_or_a_broken_file_is_converted_again(
    models: Path, conversions: list[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    model = read_manifest(models / "small")
    found = ConvertedModels(models).find(model)
    assert found is not None
    if change == "digest":
        shutil.rmtree(models / "small")
        converted = models / "small" / found.folder.parent.name
        tiny.make_folder(models / "small", preprocess={"mean": [0.1] * 3, "std": [0.5] * 3})
        converted.mkdir()
        model = read_manifest(models / "small")
    elif change == "converter":
        monkeypatch.setattr(kept, "CONVERTER", 99)
    elif change == "cut short":
        os.truncate(found.network(kept.TEXTS), 100)
    else:
        found.network(kept.TEXTS).with_suffix(".bin").unlink()
    encoder = load_encoder(model, "cpu", models_dir=models)
    assert conversions == [model.manifest.name]
    assert encoder.encode_texts(["a"]).shape == (1, encoder.info.dimension)
    encoder.close()
    assert [one.name for one in (model.folder / "converted").iterdir()] == [stamp_of(model)]


def test_killed_while_converting_it_is_converted_the_next_time(tmp_path: Path) -> None:
    folder = tiny.make_folder(tmp_path / "small")
    program = (
        "import os, signal, sys; from pathlib import Path;"
        "from desktop.embedding.conversion import kept;"
        "from desktop.embedding.runtime import converting;"
        "from desktop.embedding.models.manifest import read_manifest;"
        "kept.write_about = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "place = kept.ConvertedModels(Path(sys.argv[2]));"
        "converting.convert(read_manifest(Path(sys.argv[1])), place)"
    )
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, folder, tmp_path], check=False
    )
    assert ended.returncode == -signal.SIGKILL
    [left] = (folder / "converted").iterdir()
    assert left.name.startswith(".")
    model = read_manifest(folder)
    assert ConvertedModels(tmp_path).find(model) is None
    load_encoder(model, "cpu", models_dir=tmp_path).close()
    assert [one.name for one in (folder / "converted").iterdir()] == [stamp_of(model)]


def test_the_encoders_process_may_write_the_converted_model(tmp_path: Path) -> None:
    """It may change nothing else."""
    models = tmp_path / "models"
    model = read_manifest(tiny.make_folder(models / "small"))
    places = ConvertedModels(models)
    home = places.home(model)
    assert home is not None
    load = partial(load_encoder, device="cpu", models_dir=models)
    with closing(ProcessEncoder(model, load, writable=[home])) as encoder:
        assert encoder.arithmetic().runtime.startswith("OpenVINO ")
        assert encoder.encode_texts(TEXTS).shape == (len(TEXTS), encoder.info.dimension)
    assert places.find(model) is not None


def test_a_model_that_cannot_be_converted_is_run_by_torch_and_tried_once(
    models: Path, conversions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise RuntimeError("No conversion rule for aten::strange\nand so on")

    monkeypatch.setattr(openvino, "convert_model", unknown)
    shutil.rmtree(models / "small" / "converted")
    for _ in range(2):
        encoder = load_encoder(read_manifest(models / "small"), "cpu", models_dir=models)
        told = encoder.arithmetic()
        assert told.runtime.startswith("PyTorch ")
        assert "cannot be converted: No conversion rule for aten::strange." in told.why
        assert encoder.encode_texts(["a"]).shape == (1, encoder.info.dimension)
        encoder.close()
    assert conversions == ["own-words"]


def test_where_the_converted_model_does_not_run_torch_does(
    converted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("unsupported processor")

    monkeypatch.setattr(converted_encoder, "ConvertedEncoder", refuse)
    encoder = load_encoder(read_manifest(converted / "small"), "cpu", models_dir=converted)
    assert "does not run here: unsupported processor." in encoder.arithmetic().why
    encoder.close()


def test_a_checkpoint_that_is_gone_is_told_although_it_was_converted(models: Path) -> None:
    model = read_manifest(models / "small")
    model.weights_path.unlink()
    with pytest.raises(ModelDamaged):
        load_encoder(model, "cpu", models_dir=models)


class TestEightBits:
    """On the demo model, whose converted form comes with the program."""

    model = read_manifest(demo.FOLDER)

    def encoder(self, monkeypatch: pytest.MonkeyPatch, gain: float) -> Encoder:
        monkeypatch.setattr(converted_encoder, "gain", lambda *_, **__: gain)
        return load_encoder(self.model, "cpu")

    def test_are_taken_where_they_are_faster_and_say_the_same(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        encoder = self.encoder(monkeypatch, 1.9)
        told = encoder.arithmetic()
        assert told.precision == "int8"
        assert "1.9 times" in told.why
        exact = load_encoder(self.model, "cpu", "float32")
        pixels = trial_pictures(6, 80, seed=5)
        ours, theirs = encoder.encode_images(pixels), exact.encode_images(pixels)
        assert not np.array_equal(ours, theirs)
        assert agreement(ours, theirs) > 0.99
        encoder.close()
        exact.close()

    def test_are_left_where_nothing_is_gained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        encoder = self.encoder(monkeypatch, 1.1)
        told = encoder.arithmetic()
        assert told.precision == "float32"
        assert "int8 is not faster on this processor." in told.why
        encoder.close()

    def test_are_passed_over_where_they_do_not_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> float:
            raise RuntimeError("could not create a primitive descriptor")

        monkeypatch.setattr(converted_encoder, "gain", refuse)
        encoder = load_encoder(self.model, "cpu")
        told = encoder.arithmetic()
        assert told.precision == "float32"
        assert "int8 does not run here." in told.why
        encoder.close()

    def test_are_given_up_where_they_say_something_else(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(converted_encoder, "agreement", lambda *_: 0.7)
        encoder = self.encoder(monkeypatch, 1.9)
        told = encoder.arithmetic()
        assert told.precision == "float32"
        assert "int8 gives other vectors (cosine 0.700)." in told.why
        encoder.close()


def layer(weights: np.ndarray, rows: int = 2) -> Any:
    """Pictures of 32 × 16, or less, as rows of 768 channels, through one layer."""
    pixels = operations.parameter([-1, 16 * rows, 16, 3], np.uint8)
    flat = operations.reshape(pixels, np.array([-1, rows, 768]), special_zero=False)
    numbers = operations.convert(flat, np.float32)
    loud = np.ones((1, 1, 768), np.float32)
    loud[..., ::97] = 60
    product = operations.matmul(operations.multiply(numbers, loud), weights, False, True)
    return openvino.Model([product], [pixels], "layer")


def answer_and_error(exact: Any, quick: Any, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    core = openvino.Core()
    said, other = (
        core.compile_model(one, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(pictures)[0]
        for one in (exact, quick)
    )
    return said, other - said


def test_loud_channels_do_not_drown_the_others() -> None:
    """As behind the normalisations of trained transformers: their weights are small in turn."""
    random = np.random.default_rng(3)
    weights = random.standard_normal((256, 768), np.float32)
    weights[:, ::97] /= 60
    pictures = random.integers(0, 256, (20, 32, 16, 3), np.uint8)
    exact = layer(weights)
    quick = eight_bits.quantized(exact, pictures[:16])
    assert quick is not None
    said, off = answer_and_error(exact, quick, pictures[16:])
    assert 0 < np.linalg.norm(off) / np.linalg.norm(said) < 0.02


def test_what_8_bits_do_to_all_pictures_alike_is_taken_out() -> None:
    """It would part the vectors from those that were made in float32, and so from their like."""
    random = np.random.default_rng(5)
    exact = layer(random.standard_normal((256, 768), np.float32))
    pictures = random.integers(0, 256, (80, 32, 16, 3), np.uint8)
    quick = eight_bits.quantized(exact, pictures[:16])
    assert quick is not None
    _, off = answer_and_error(exact, quick, pictures[16:])
    # Left in, it is three quarters of the error: such pixels are 127 on average, 74 off it.
    assert np.mean(off.mean(axis=(0, 1)) ** 2) < 0.1 * np.mean(off**2)


def test_what_several_layers_get_is_brought_to_8_bits_once() -> None:
    """As the queries, keys and values of attention; and one more for the weights of each."""
    random = np.random.default_rng(4)
    network = layer(random.standard_normal((256, 768), np.float32))
    given = next(op for op in network.get_ops() if op.get_type_name() == "MatMul").input_value(0)
    others = [
        operations.matmul(given, random.standard_normal((256, 768), np.float32), False, True)
        for _ in range(2)
    ]
    network = openvino.Model(
        [network.output(0).get_node().input_value(0), *(each.output(0) for each in others)],
        network.get_parameters(),
        "three layers",
    )
    quick = eight_bits.quantized(network, random.integers(0, 256, (8, 32, 16, 3), np.uint8))
    assert quick is not None
    kinds = [op.get_type_name() for op in quick.get_ops()]
    inputs = {
        (source.get_node().get_friendly_name(), source.get_index())
        for op in quick.get_ops()
        if op.get_type_name() == "MatMul"
        for source in [op.input_value(0)]
    }
    assert kinds.count("MatMul") == 3
    assert len(inputs) == 1


def test_a_network_without_large_layers_has_no_eight_bit_form() -> None:
    random = np.random.default_rng(3)
    small = layer(random.standard_normal((4, 768), np.float32))
    assert eight_bits.quantized(small, random.integers(0, 256, (2, 32, 16, 3), np.uint8)) is None


def test_what_is_done_once_a_picture_stays_in_float32() -> None:
    """As the last product, whose errors are those of the vector."""
    random = np.random.default_rng(3)
    last = layer(random.standard_normal((256, 768), np.float32), rows=1)
    assert eight_bits.quantized(last, random.integers(0, 256, (2, 16, 16, 3), np.uint8)) is None


def test_the_shipped_models_converted_form_is_of_this_version_and_needs_no_torch(
    tmp_path: Path,
) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from desktop.embedding.models.manifest import read_manifest;"
        "from desktop.embedding.runtime.loading import load_encoder;"
        "import numpy;"
        "model = read_manifest(Path(sys.argv[1]));"
        "encoder = load_encoder(model, 'cpu', 'auto', Path(sys.argv[2]));"
        "encoder.encode_texts(['a red bag']);"
        "encoder.encode_images(numpy.zeros((1, 80, 80, 3), numpy.uint8));"
        "names = {'torch', 'open_clip', 'torchvision', 'pymilvus'};"
        "print(sorted(name for name in names if sys.modules.get(name)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, demo.FOLDER, tmp_path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.strip() == "[]"
    assert not list(tmp_path.iterdir())


def test_openvino_tells_its_makers_nothing(tmp_path: Path) -> None:
    """Its reports begin with an identity of this computer in the home folder."""
    folder = tiny.make_folder(tmp_path / "small")
    program = (
        "import sys; from pathlib import Path;"
        "from desktop.embedding.models.manifest import read_manifest;"
        "from desktop.embedding.runtime.loading import load_encoder;"
        "model = read_manifest(Path(sys.argv[1]));"
        "encoder = load_encoder(model, 'cpu', 'auto', Path(sys.argv[2]));"
        "print(encoder.arithmetic().runtime[:8], sys.modules['openvino_telemetry'])"
    )
    home = tmp_path / "home"
    home.mkdir()
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, folder, tmp_path],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(home), "USERPROFILE": str(home)},
    )
    assert ended.stdout.strip() == "OpenVINO None"
    assert not (home / "intel").exists()


def test_vectors_of_both_arithmetics_rank_the_same_together() -> None:
    """A collection half of which was encoded in float32 is searched as one of one arithmetic."""
    model = read_manifest(demo.FOLDER)
    exact = load_encoder(model, "cpu", "float32")
    quick = load_encoder(model, "cpu")
    pixels = trial_pictures(120, 80, seed=9)
    pure, other = exact.encode_images(pixels), quick.encode_images(pixels)
    mixed = np.where(np.arange(120)[:, None] % 2, pure, other)
    queries = exact.encode_images(trial_pictures(20, 80, seed=11))

    def ten(vectors: np.ndarray) -> list[set[int]]:
        return [{*row} for row in np.argsort(-(queries @ vectors.T), axis=1)[:, :10].tolist()]

    pairs: list[Any] = list(zip(ten(pure), ten(mixed), strict=True))
    assert np.mean([len(one & two) / 10 for one, two in pairs]) >= 0.9
    exact.close()
    quick.close()
