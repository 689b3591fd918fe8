"""Which models there are, and what a name or a path means."""

from __future__ import annotations

import json
import os
from pathlib import Path

import open_clip
import pytest
from open_clip.pretrained import get_pretrained_cfg

from desktop.core.cancellation import CancelToken
from desktop.core.errors import ModelDamaged, ModelMissing, UsageError
from desktop.core.progress import finish
from desktop.embedding.models import checkpoint_probe
from desktop.embedding.models.known_models import DEFAULT_MODEL, KNOWN_MODELS
from desktop.embedding.models.registry import ModelRegistry
from tests.embedding import tiny

TAGS = {
    "ViT-B-32-SigLIP2-256": ("ViT-B-32-SigLIP2-256", "webli"),
    "ViT-B-32": ("ViT-B-32", "datacomp_xl_s13b_b90k"),
    "ViT-B-32-laion2b": ("ViT-B-32", "laion2b_s34b_b79k"),
    "ViT-B-32-openai": ("ViT-B-32", "openai"),
}


def test_a_fresh_registry_lists_what_can_be_fetched_and_writes_nothing(tmp_path: Path) -> None:
    entries = ModelRegistry(tmp_path / "models").list()
    assert [e.name for e in entries] == [
        *("ViT-B-32", "ViT-B-32-laion2b", "ViT-B-32-openai", "ViT-B-32-SigLIP2-256")
    ]
    assert not any(e.is_installed for e in entries)
    assert all(e.licence == "MIT" and e.languages == ("en",) for e in entries[:3])
    assert entries[3].licence == "Apache-2.0"
    assert {"en", "zh"} < set(entries[3].languages)
    assert all(e.source == "downloadable" and e.size_bytes > 600e6 for e in entries)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("known", KNOWN_MODELS, ids=lambda known: known.name)
def test_the_table_agrees_with_open_clips_own(known: object) -> None:
    model = next(k for k in KNOWN_MODELS if k is known)
    config = get_pretrained_cfg(*TAGS[model.name])
    assert config["hf_hub"] == model.repository + "/"
    assert bool(config.get("quick_gelu", False)) == model.quickgelu
    told = model.preprocess
    assert (tuple(config["mean"]), tuple(config["std"])) == (told.mean, told.std)
    assert config["interpolation"] == told.interpolation
    assert config["resize_mode"] == told.resize_mode
    architecture = open_clip.get_model_config(model.architecture)
    assert architecture is not None
    assert bool(architecture.get("quick_gelu", False)) == model.quickgelu
    assert bool(architecture["text_cfg"].get("hf_tokenizer_name")) == bool(model.tokenizer)


def test_the_default_is_in_the_table() -> None:
    assert DEFAULT_MODEL in {known.name for known in KNOWN_MODELS}


def test_a_bundled_model_is_listed_and_found_in_any_case(tmp_path: Path) -> None:
    folder = tiny.make_folder(tmp_path / "bundle", name="demo")
    registry = ModelRegistry(tmp_path / "models", [folder, tmp_path / "not shipped"], known=())
    [entry] = registry.list()
    assert (entry.name, entry.source, entry.is_installed) == ("demo", "bundled", True)
    assert registry.resolve("Demo").folder == folder
    assert registry.resolve(" demo ").manifest.languages == ("en", "zh")


@pytest.mark.parametrize("wanted", ["ViT-B-32", "vit-b-32", "ViT-B-32-openai"])
def test_a_known_model_that_is_not_installed_says_how_to_get_one(
    tmp_path: Path, wanted: str
) -> None:
    with pytest.raises(ModelMissing, match="is not installed") as caught:
        ModelRegistry(tmp_path).resolve(wanted)
    step = caught.value.at_terminal
    assert f"plantain model download {wanted}".casefold() in step.casefold()
    assert "plantain model import FILE" in step
    assert "--model demo" in step


@pytest.mark.parametrize("wanted", ["nonsense", "", "ViT", "./nonsense.pt", "/no/where", "~nobody"])
def test_an_unknown_name_or_path_says_how_to_get_one(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(ModelMissing) as caught:
        ModelRegistry(tmp_path).resolve(wanted)
    assert "plantain model" in caught.value.at_terminal
    assert "“Models…”" in caught.value.next_step


def test_what_is_installed_is_offered_instead(
    registry: ModelRegistry, tiny_checkpoint: Path
) -> None:
    finish(registry.import_file(tiny_checkpoint, name="mine", cancel=CancelToken()))
    with pytest.raises(ModelMissing) as caught:
        registry.resolve("tiny")
    assert "Installed: mine" in caught.value.at_terminal


def test_paths_of_folders_manifests_and_checkpoints_work(
    registry: ModelRegistry, tmp_path: Path, tiny_checkpoint: Path
) -> None:
    folder = tiny.make_folder(tmp_path / "folder")
    for path in (folder, folder / "model.json", folder / "model.safetensors"):
        assert registry.resolve(str(path)).manifest.name == "own-words"
    model = registry.resolve(str(tiny_checkpoint))
    assert model.weights_path == tiny_checkpoint
    assert model.manifest.config == tiny.CONFIG


def test_a_checkpoint_used_in_place_is_read_once_until_it_changes(
    registry: ModelRegistry, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    real = checkpoint_probe.model_in_place

    def counting(path: Path) -> object:
        read.append(path)
        return real(path)

    monkeypatch.setattr(checkpoint_probe, "model_in_place", counting)
    first = registry.resolve(str(tiny_checkpoint))
    assert registry.resolve(str(tiny_checkpoint)) is first
    os.utime(tiny_checkpoint, (1, 1))
    registry.resolve(str(tiny_checkpoint))
    assert len(read) == 2


def test_what_a_checkpoint_in_place_is_is_known_at_the_next_start(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = registry.resolve(str(tiny_checkpoint))
    started_again = ModelRegistry(tmp_path / "models", known=())
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint_probe, "model_in_place", None)
        assert started_again.resolve(str(tiny_checkpoint)) == model
    assert [entry.name for entry in started_again.list()] == []
    sidecar = tiny_checkpoint.with_name("open_clip_config.json")
    sidecar.write_text("{")
    with pytest.raises(ModelDamaged, match="open_clip_config"):
        ModelRegistry(tmp_path / "models").resolve(str(tiny_checkpoint))


def test_a_note_about_a_checkpoint_that_is_damaged_or_cannot_be_kept_costs_only_time(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    model = registry.resolve(str(tiny_checkpoint))
    [note] = (tmp_path / "models").glob(".in-place/*/model.json")
    note.write_text("{")
    assert ModelRegistry(tmp_path / "models").resolve(str(tiny_checkpoint)) == model
    (tmp_path / "no folder").touch()
    assert ModelRegistry(tmp_path / "no folder").resolve(str(tiny_checkpoint)) == model


def test_a_damaged_folder_is_listed_with_its_problem_and_named_when_asked_for(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "models" / "broken"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("{")
    registry = ModelRegistry(tmp_path / "models", known=())
    [entry] = registry.list()
    assert (entry.name, entry.is_installed) == ("broken", False)
    assert "model.json" in entry.problem
    with pytest.raises(ModelDamaged, match=r"model\.json"):
        registry.resolve("broken")


def test_a_model_without_its_weights_is_listed_with_its_problem(tmp_path: Path) -> None:
    folder = tiny.make_folder(tmp_path / "models" / "own-words")
    (folder / "model.safetensors").unlink()
    [entry] = ModelRegistry(tmp_path / "models", known=()).list()
    assert not entry.is_installed
    assert "missing" in entry.problem


def test_a_model_folder_dropped_in_by_hand_is_found(tmp_path: Path) -> None:
    tiny.make_folder(tmp_path / "models" / "whatever")
    registry = ModelRegistry(tmp_path / "models", known=())
    assert registry.resolve("own-words").folder.name == "whatever"


def test_folders_under_way_and_strangers_are_not_models(tmp_path: Path) -> None:
    models = tmp_path / "models"
    tiny.make_folder(models / ".importing-123")
    tiny.make_folder(models / ".downloading-tiny")
    (models / "notes").mkdir()
    (models / "readme.txt").write_text("hello")
    assert ModelRegistry(models, known=()).list() == []


def test_a_model_of_a_newer_plantain_is_refused_politely(tmp_path: Path) -> None:
    folder = tiny.make_folder(tmp_path / "models" / "own-words", format=9)
    registry = ModelRegistry(tmp_path / "models", known=())
    with pytest.raises(ModelDamaged, match="newer Plantain"):
        registry.resolve(str(folder))
    assert "newer Plantain" in registry.list()[0].problem
    assert json.loads((folder / "model.json").read_text())["format"] == 9


def test_only_models_of_the_table_can_be_downloaded(registry: ModelRegistry) -> None:
    with pytest.raises(UsageError, match="No downloadable model") as caught:
        finish(registry.download("nonsense", cancel=CancelToken()))
    assert "tiny" in caught.value.next_step
