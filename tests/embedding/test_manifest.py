"""Reading ``model.json``, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.core.errors import ModelDamaged, ModelMissing
from desktop.embedding.models.manifest import (
    Manifest,
    Preprocess,
    read_manifest,
    same_model,
    write_manifest,
)

MANIFEST = Manifest(
    name="mine",
    architecture="custom",
    weights="model.safetensors",
    sha256="ab" * 32,
    config={"embed_dim": 8, "vision_cfg": {"width": 64}, "text_cfg": {"width": 64}},
    size_bytes=12,
    tokenizer_merges="merges.txt",
    preprocess=Preprocess((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), "bilinear", "squash"),
    quickgelu=True,
    licence="MIT",
    description="Für Entwürfe 设计",
    languages=("de", "zh"),
    source="here",
)
SMALLEST = {
    "format": 1,
    "name": "mine",
    "architecture": "ViT-B-32",
    "weights": "w.safetensors",
    "sha256": "0" * 64,
}


def write(folder: Path, text: str) -> Path:
    (folder / "model.json").write_text(text, encoding="utf-8")
    return folder


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    model = read_manifest(tmp_path)
    assert model.manifest == MANIFEST
    assert model.weights_path == tmp_path / "model.safetensors"
    assert model.merges_path == tmp_path / "merges.txt"


def test_what_is_left_out_takes_clips_own_values(tmp_path: Path) -> None:
    manifest = read_manifest(write(tmp_path, json.dumps(SMALLEST))).manifest
    assert manifest.preprocess == Preprocess()
    assert manifest.config is None
    assert not manifest.quickgelu
    assert manifest.languages == ()


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    text = json.dumps({**SMALLEST, "colour": "yellow"})
    assert read_manifest(write(tmp_path, text)).manifest.name == "mine"


def test_quickgelu_is_part_of_the_identity(tmp_path: Path) -> None:
    plain = read_manifest(write(tmp_path, json.dumps(SMALLEST)))
    assert plain.identity == "ViT-B-32@000000000000"
    quick = read_manifest(write(tmp_path, json.dumps({**SMALLEST, "quickgelu": True})))
    assert quick.identity == "ViT-B-32-quickgelu@000000000000"


def test_a_newer_format_is_refused_politely(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="newer Plantain") as caught:
        read_manifest(write(tmp_path, json.dumps({**SMALLEST, "format": 2})))
    assert "Update Plantain" in caught.value.next_step


def test_a_folder_without_a_manifest_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"model\.json"):
        read_manifest(tmp_path)
    with pytest.raises(ModelMissing):
        read_manifest(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "\x00\xff", "[" * 100_000, " " * 1_000_001, '{"format": NaN}']
)
def test_garbage_is_damaged_and_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ModelDamaged, match=r"model\.json"):
        read_manifest(write(tmp_path, text))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", None),
        ("format", "1"),
        ("format", True),
        ("format", 0),
        ("name", ""),
        ("name", 5),
        ("architecture", None),
        ("weights", "../outside.safetensors"),
        ("weights", "/etc/passwd"),
        ("weights", "C:evil"),
        ("weights", ".."),
        ("tokenizer_merges", "sub/merges.txt"),
        ("sha256", "short"),
        ("sha256", "g" * 64),
        ("size_bytes", -1),
        ("quickgelu", "yes"),
        ("config", []),
        ("config", {"embed_dim": 8}),
        ("config", {"embed_dim": "8", "vision_cfg": {}, "text_cfg": {}}),
        ("languages", "en"),
        ("languages", [1]),
        ("preprocess", 3),
        ("preprocess", {"mean": [0.5, 0.5]}),
        ("preprocess", {"mean": [0.5, 0.5, float("nan")]}),
        ("preprocess", {"std": [0.5, 0.5, 0]}),
        ("preprocess", {"interpolation": "magic"}),
        ("preprocess", {"resize_mode": "melt"}),
    ],
)
def test_a_wrong_value_is_damaged_and_named(tmp_path: Path, key: str, value: object) -> None:
    folder = write(tmp_path, json.dumps({**SMALLEST, key: value}))
    with pytest.raises(ModelDamaged, match=r"model\.json"):
        read_manifest(folder)


def test_models_are_the_same_whatever_they_are_called() -> None:
    one = Manifest(name="a", architecture="ViT-B-32", weights="x", sha256="1" * 64)
    assert same_model(one, Manifest("b", "ViT-B-32", "y", "1" * 64, licence="MIT"))
    assert not same_model(one, Manifest("a", "ViT-B-32", "x", "2" * 64))
    assert not same_model(one, Manifest("a", "ViT-B-32", "x", "1" * 64, quickgelu=True))
