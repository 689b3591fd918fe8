"""The small model that comes with Plantain is there and understands what it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop.core.cancellation import CancelToken
from desktop.core.progress import finish
from desktop.embedding.encoder import Encoder
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.loading import load_encoder

FOLDER = Path(__file__).parents[2] / "resources" / "demo" / "model"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    registry = ModelRegistry(tmp_path_factory.mktemp("models"), [FOLDER])
    encoder = load_encoder(registry.resolve("demo"), "cpu")
    yield encoder
    encoder.close()


def test_it_is_listed_as_bundled(tmp_path: Path) -> None:
    entry = ModelRegistry(tmp_path, [FOLDER], known=()).list()[0]
    assert (entry.name, entry.source, entry.is_installed) == ("demo", "bundled", True)
    assert entry.licence
    assert entry.description
    assert {"en", "zh"} <= set(entry.languages)


def test_it_is_small_and_loads(demo: Encoder) -> None:
    assert (FOLDER / "model.safetensors").stat().st_size < 50_000_000
    size = demo.info.pixels.size
    pictures = demo.encode_images(np.zeros((2, size, size, 3), np.uint8))
    assert pictures.shape == (2, demo.info.dimension)


def test_words_of_one_meaning_are_near_each_other_in_both_languages(demo: Encoder) -> None:
    english, chinese, other = demo.encode_texts(["a red bag", "红色的包", "a blue chair"])
    assert float(english @ chinese) > float(english @ other) + 0.1


def test_it_can_be_imported_like_any_other_model(tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path, known=())
    entry = finish(registry.import_file(FOLDER, name="copy", cancel=CancelToken()))
    assert entry.source == "imported"
    model = registry.resolve("copy")
    assert load_encoder(model, "cpu").info.identity == model.identity
