"""Any honest checkpoint can be imported; anything else is refused in words and leaves no trace."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from desktop.core.cancellation import CancelToken
from desktop.core.errors import Cancelled, ModelDamaged, ModelError, ModelMissing, UsageError
from desktop.core.progress import finish
from desktop.embedding.models.registry import ModelEntry, ModelRegistry
from desktop.embedding.runtime.loading import load_encoder
from desktop.files.content_hash import sha256_of
from tests.embedding import tiny

ROOT = Path(__file__).parents[2]


def import_it(
    registry: ModelRegistry, path: Path, name: str = "mine", architecture: str = ""
) -> ModelEntry:
    return finish(
        registry.import_file(path, name=name, architecture=architecture, cancel=CancelToken())
    )


def left_behind(tmp_path: Path) -> list[str]:
    """What is in the models folder apart from its lock."""
    folder = tmp_path / "models"
    return sorted(p.name for p in folder.iterdir() if p.name != ".lock") if folder.exists() else []


def text_vectors(registry: ModelRegistry, name: str) -> np.ndarray:
    encoder = load_encoder(registry.resolve(name), "cpu")
    try:
        return encoder.encode_texts(["a cat", "a dress"])
    finally:
        encoder.close()


# --- what can be imported ---------------------------------------------------------------------


def test_safetensors_are_stored_as_they_are(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    entry = import_it(registry, tiny_checkpoint)
    assert (entry.name, entry.source, entry.is_installed) == ("mine", "imported", True)
    assert entry.size_bytes == tiny_checkpoint.stat().st_size
    model = registry.resolve("MINE")
    assert model.manifest.sha256 == sha256_of(tiny_checkpoint) == sha256_of(model.weights_path)
    assert model.manifest.preprocess.mean == (0.5, 0.5, 0.5)
    assert left_behind(tmp_path) == ["mine"]
    assert load_encoder(model, "cpu").info.dimension == 24


def save_plain(path: Path, weights: dict[str, torch.Tensor]) -> None:
    torch.save(weights, path)


def save_old_format(path: Path, weights: dict[str, torch.Tensor]) -> None:
    torch.save(weights, path, _use_new_zipfile_serialization=False)


def save_as_open_clip_trains(path: Path, weights: dict[str, torch.Tensor]) -> None:
    wrapped = {f"module.{name}": tensor for name, tensor in weights.items()}
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.AdamW([parameter]).state_dict()
    torch.save(
        {"epoch": 3, "name": "run", "state_dict": wrapped, "optimizer": optimizer, "scaler": {}},
        path,
    )


def save_compiled(path: Path, weights: dict[str, torch.Tensor]) -> None:
    wrapped = {f"module._orig_mod.{name}": tensor for name, tensor in weights.items()}
    torch.save({"state_dict": wrapped}, path)


def save_with_openai_extras(path: Path, weights: dict[str, torch.Tensor]) -> None:
    extras = {"input_resolution": torch.tensor(32), "context_length": torch.tensor(16)}
    torch.save({**weights, **extras, "vocab_size": torch.tensor(49408)}, path)


def save_with_long_temperature(path: Path, weights: dict[str, torch.Tensor]) -> None:
    torch.save({**weights, "logit_scale": weights["logit_scale"].reshape(1)}, path)


def save_views(path: Path, weights: dict[str, torch.Tensor]) -> None:
    projection = weights["text_projection"]
    torch.save({**weights, "text_projection": projection.t().contiguous().t()}, path)


@pytest.mark.parametrize(
    "save",
    [
        save_plain,
        save_old_format,
        save_as_open_clip_trains,
        save_compiled,
        save_with_openai_extras,
        save_with_long_temperature,
        save_views,
    ],
)
def test_pytorch_checkpoints_become_safetensors_with_the_same_weights(
    registry: ModelRegistry,
    tiny_checkpoint: Path,
    save: Callable[[Path, dict[str, torch.Tensor]], None],
) -> None:
    path = tiny_checkpoint.with_name("epoch_3.pt")
    expected = load_file(tiny_checkpoint)
    save(path, expected)
    import_it(registry, path, "from-torch")
    model = registry.resolve("from-torch")
    assert model.weights_path.suffix == ".safetensors"
    stored = load_file(model.weights_path)
    assert stored.keys() == expected.keys()
    assert all(torch.equal(stored[name], expected[name]) for name in expected)


def test_a_pytorch_checkpoint_can_be_used_where_it_lies(
    registry: ModelRegistry, tiny_checkpoint: Path
) -> None:
    path = tiny_checkpoint.with_name("epoch_3.bin")
    save_as_open_clip_trains(path, load_file(tiny_checkpoint))
    assert np.array_equal(
        text_vectors(registry, str(path)), text_vectors(registry, str(tiny_checkpoint))
    )


def test_a_model_folder_is_imported_whole(registry: ModelRegistry, tmp_path: Path) -> None:
    folder = tiny.make_folder(tmp_path / "shared by a colleague")
    entry = import_it(registry, folder, name="")
    assert entry.name == "own-words"
    assert entry.languages == ("en", "zh")
    shutil.rmtree(folder)
    assert text_vectors(registry, "own-words").shape == (2, 24)


def test_the_weights_inside_a_model_folder_bring_their_manifest(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    folder = tiny.make_folder(tmp_path / "folder")
    assert import_it(registry, folder / "model.safetensors", name="").name == "own-words"


def test_a_folder_as_the_hub_has_it_is_imported(
    registry: ModelRegistry, tiny_checkpoint: Path
) -> None:
    (tiny_checkpoint.parent / "open_clip_pytorch_model.bin").write_bytes(b"the same, as pickle")
    assert import_it(registry, tiny_checkpoint.parent).is_installed


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("open_clip_model.safetensors", "custom"),
        ("my fashion CLIP (v2).safetensors", "my-fashion-CLIP-v2"),
        ("设计.safetensors", "custom"),
    ],
)
def test_without_a_name_the_file_gives_one(
    registry: ModelRegistry, tiny_checkpoint: Path, file: str, expected: str
) -> None:
    path = tiny_checkpoint.rename(tiny_checkpoint.with_name(file))
    assert import_it(registry, path, name="").name == expected


@pytest.mark.parametrize(
    "name", ["../up", "a/b", " ", ".hidden", "con", "LPT1.x", "a" * 65, "dot.", "ä"]
)
def test_names_that_cannot_be_folders_are_refused(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        import_it(registry, tiny_checkpoint, name)
    assert left_behind(tmp_path) == []


# --- what a checkpoint is ---------------------------------------------------------------------


def test_vit_b_32_is_recognised_by_its_shapes(vit_b_32: Path, registry: ModelRegistry) -> None:
    manifest = registry.resolve(str(vit_b_32)).manifest
    assert manifest.architecture == "ViT-B-32"
    assert manifest.config is None
    assert not manifest.quickgelu
    assert "Standard GELU activation" in manifest.description


def test_a_file_name_hints_at_openais_activation(
    vit_b_32: Path, registry: ModelRegistry, tmp_path: Path
) -> None:
    path = tmp_path / "ViT-B-32-openai.safetensors"
    path.symlink_to(vit_b_32)
    manifest = registry.resolve(str(path)).manifest
    assert manifest.architecture == "ViT-B-32-quickgelu"
    assert manifest.quickgelu
    assert "QuickGELU activation assumed" in manifest.description


def test_the_architecture_can_be_given(
    vit_b_32: Path, registry: ModelRegistry, tmp_path: Path
) -> None:
    entry = import_it(registry, vit_b_32, "given", architecture="vit-b-32-QUICKGELU")
    manifest = registry.resolve(entry.name).manifest
    assert manifest.architecture == "ViT-B-32-quickgelu"
    assert manifest.quickgelu
    assert manifest.sha256 == sha256_of(vit_b_32)
    shutil.rmtree(tmp_path / "models")


def test_a_wrong_or_unknown_architecture_is_refused(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="ViT-Q-32"):
        import_it(registry, tiny_checkpoint, architecture="ViT-Q-32")
    with pytest.raises(ModelDamaged, match="missing"):
        import_it(registry, tiny_checkpoint, architecture="ViT-B-16")
    assert left_behind(tmp_path) == []


def test_every_plain_architecture_of_open_clip_is_recognised(tmp_path: Path) -> None:
    from desktop.embedding.models import architecture

    for name in ("ViT-B-32", "ViT-B-32-256", "ViT-B-16", "ViT-L-14", "ViT-S-32-alt", "ViT-H-14"):
        config = architecture.full_config(name, None, quickgelu=False)
        assert architecture.detect(tmp_path, architecture.expected_shapes(config)) == name


# --- what is refused --------------------------------------------------------------------------


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("plantain-was-here",)


def no_bytes(path: Path, good: Path) -> None:
    path.write_bytes(b"")


def text(path: Path, good: Path) -> None:
    path.write_text("I am not a model, but I would like to be one.")


def web_page(path: Path, good: Path) -> None:
    path.write_text("<!DOCTYPE html><title>Sign in</title>")


def lfs_pointer(path: Path, good: Path) -> None:
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 605143316\n")


def random_bytes(path: Path, good: Path) -> None:
    path.write_bytes(np.random.default_rng(5).bytes(100_000))


def random_pickle(path: Path, good: Path) -> None:
    path.write_bytes(b"\x80\x02" + np.random.default_rng(5).bytes(100_000))


def cut_off(path: Path, good: Path) -> None:
    path.write_bytes(good.read_bytes()[:-1000])


def cut_off_in_the_header(path: Path, good: Path) -> None:
    path.write_bytes(good.read_bytes()[:100])


def with_more_at_the_end(path: Path, good: Path) -> None:
    path.write_bytes(good.read_bytes() + b"more")


def torch_file_cut_off(path: Path, good: Path) -> None:
    torch.save(load_file(good), path)
    path.write_bytes(path.read_bytes()[:-1000])


def old_torch_file_cut_off(path: Path, good: Path) -> None:
    torch.save(load_file(good), path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:-1000])


def lying_header_length(path: Path, good: Path) -> None:
    path.write_bytes(struct.pack("<Q", 2**62) + good.read_bytes()[8:])


def lying_shape(path: Path, good: Path) -> None:
    content = good.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header["visual.conv1.weight"]["shape"][0] = 10**9
    changed = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(changed)) + changed + content[8 + length :])


def overlapping_tensors(path: Path, good: Path) -> None:
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    header = json.dumps({"a": entry, "b": entry}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))


def wrong_shape(path: Path, good: Path) -> None:
    weights = load_file(good)
    save_file({**weights, "visual.proj": torch.zeros(64, 25)}, path)


def missing_weights(path: Path, good: Path) -> None:
    weights = load_file(good)
    save_file({k: t for k, t in weights.items() if "resblocks.1" not in k}, path)


def unexpected_weights(path: Path, good: Path) -> None:
    save_file({**load_file(good), "decoder.weight": torch.zeros(2)}, path)


def not_numbers(path: Path, good: Path) -> None:
    weights = load_file(good)
    weights["ln_final.weight"][3] = float("nan")
    save_file(weights, path)


def infinite(path: Path, good: Path) -> None:
    weights = load_file(good)
    weights["ln_final.weight"][3] = float("inf")
    torch.save(weights, path)


def quantised(path: Path, good: Path) -> None:
    save_file({name: t.to(torch.int8) for name, t in load_file(good).items()}, path)


def some_other_model(path: Path, good: Path) -> None:
    path.with_name("open_clip_config.json").unlink()
    save_file({"encoder.weight": torch.zeros(3, 3), "encoder.bias": torch.zeros(3)}, path)


def no_weights(path: Path, good: Path) -> None:
    torch.save({"state_dict": {}}, path)


def a_list(path: Path, good: Path) -> None:
    torch.save([torch.zeros(3)], path)


def numbers_instead_of_weights(path: Path, good: Path) -> None:
    torch.save({"visual.conv1.weight": 3, "step": 4}, path)


def code(path: Path, good: Path) -> None:
    path.write_bytes(pickle.dumps({"state_dict": Evil()}, protocol=2))


def code_in_a_zip(path: Path, good: Path) -> None:
    torch.save({"state_dict": Evil()}, path)


def whole_module(path: Path, good: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), path)


def any_zip(path: Path, good: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")


def sidecar_is_garbage(path: Path, good: Path) -> None:
    shutil.copy(good, path)
    path.with_name("open_clip_config.json").write_text("{")


def sidecar_of_another_model(path: Path, good: Path) -> None:
    shutil.copy(good, path)
    tiny.write_sidecar(path.parent, tiny.OWN_WORDS_CONFIG)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (no_bytes, "is empty"),
        (text, "neither safetensors nor"),
        (web_page, "web page"),
        (lfs_pointer, "Git LFS pointer"),
        (random_bytes, "neither safetensors nor"),
        (random_pickle, "cut off or damaged"),
        (cut_off, "cut off"),
        (cut_off_in_the_header, "cut off"),
        (with_more_at_the_end, "cut off or damaged"),
        (torch_file_cut_off, "cut off or damaged"),
        (old_torch_file_cut_off, "cut off or damaged"),
        (lying_header_length, "its header is wrong"),
        (lying_shape, "cut off or damaged"),
        (overlapping_tensors, "cut off or damaged"),
        (wrong_shape, r"another shape \(for example visual.proj is \[64, 25\], not \[64, 24\]\)"),
        (missing_weights, "24 weights are missing"),
        (unexpected_weights, r"1 weight is not part of the model \(for example decoder.weight\)"),
        (not_numbers, '"ln_final.weight" holds values that are not numbers'),
        (infinite, '"ln_final.weight" holds values that are not numbers'),
        (quantised, "int8"),
        (some_other_model, "not those of a CLIP model"),
        (no_weights, "holds no weights"),
        (a_list, "named weights"),
        (numbers_instead_of_weights, "named weights alone"),
        (code, "could run code"),
        (code_in_a_zip, "could run code"),
        (whole_module, "could run code"),
        (any_zip, "cut off or damaged"),
        (sidecar_is_garbage, "open_clip_config.json.*not valid JSON"),
        (sidecar_of_another_model, "another shape"),
    ],
)
def test_a_bad_file_is_refused_and_leaves_nothing_behind(
    registry: ModelRegistry,
    tiny_checkpoint: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path, Path], None],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tiny_checkpoint.with_name("bad.pt")
    spoil(path, tiny_checkpoint)
    before = path.read_bytes()
    with pytest.raises(ModelDamaged, match=reason) as caught:
        import_it(registry, path)
    assert caught.value.safe
    assert caught.value.next_step
    assert len(caught.value.message) < 400
    assert left_behind(tmp_path) == []
    assert path.read_bytes() == before
    assert not (tmp_path / "plantain-was-here").exists()  # code in the file did not run
    with pytest.raises(ModelDamaged):
        registry.resolve(str(path))


def test_a_torchscript_program_is_refused_with_a_way_on(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    # As torch.jit.save lays it out; making a real one would need its deprecated compiler.
    path = tmp_path / "ViT-B-32.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ViT-B-32/constants.pkl", b"\x80\x02).")
        archive.writestr("ViT-B-32/code/__torch__.py", "def forward(self): pass")
        archive.writestr("ViT-B-32/data.pkl", b"\x80\x02).")
    with pytest.raises(ModelDamaged, match="TorchScript") as caught:
        import_it(registry, path)
    assert "plantain model download ViT-B-32-openai" in caught.value.at_terminal
    assert "ViT-B-32-openai" in caught.value.next_step
    assert left_behind(tmp_path) == []


def test_a_file_that_is_not_there_is_missing(registry: ModelRegistry, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="nowhere"):
        import_it(registry, tmp_path / "nowhere.safetensors")


def test_a_folder_with_no_or_several_checkpoints_is_refused(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ModelError, match="holds no checkpoint"):
        import_it(registry, folder)
    (folder / "a.pt").touch()
    (folder / "b.pt").touch()
    with pytest.raises(ModelError, match="holds 2 checkpoints"):
        import_it(registry, folder)


def test_a_model_folder_with_other_weights_is_refused(
    registry: ModelRegistry, tmp_path: Path
) -> None:
    folder = tiny.make_folder(tmp_path / "folder", sha256="0" * 64)
    with pytest.raises(ModelDamaged, match="checksum"):
        import_it(registry, folder)
    assert left_behind(tmp_path) == []


# --- names that are taken ---------------------------------------------------------------------


def test_importing_the_same_model_again_changes_nothing(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    first = import_it(registry, tiny_checkpoint)
    inode = registry.resolve("mine").weights_path.stat().st_ino
    assert import_it(registry, tiny_checkpoint) == first
    assert import_it(registry, tiny_checkpoint, "MINE") == first
    assert registry.resolve("mine").weights_path.stat().st_ino == inode
    assert left_behind(tmp_path) == ["mine"]


def test_another_model_never_replaces_one_of_the_same_name(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    import_it(registry, tiny_checkpoint)
    sha256 = registry.resolve("mine").manifest.sha256
    other = tiny.save_with_sidecar(tmp_path / "other", seed=2)
    with pytest.raises(ModelError, match="Another model is already installed") as caught:
        import_it(registry, other, "Mine")
    assert "--name" in caught.value.at_terminal
    assert "another name" in caught.value.next_step
    assert registry.resolve("mine").manifest.sha256 == sha256
    assert left_behind(tmp_path) == ["mine"]


def test_the_name_of_a_bundled_model_is_taken(tmp_path: Path, tiny_checkpoint: Path) -> None:
    demo = tiny.make_folder(tmp_path / "demo", name="demo")
    registry = ModelRegistry(tmp_path / "models", [demo])
    with pytest.raises(UsageError, match="comes with Plantain"):
        import_it(registry, tiny_checkpoint, "DEMO")


# --- interruptions ----------------------------------------------------------------------------


def test_progress_is_told_in_megabytes(registry: ModelRegistry, tiny_checkpoint: Path) -> None:
    steps = list(registry.import_file(tiny_checkpoint, name="mine", cancel=CancelToken()))
    assert {step.unit for step in steps} == {"MB"}
    assert steps[-1].done == steps[-1].total


def test_a_cancelled_import_leaves_nothing_behind(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    cancel = CancelToken()
    steps = registry.import_file(tiny_checkpoint, name="mine", cancel=cancel)
    next(steps)
    next(steps)
    cancel.cancel()
    with pytest.raises(Cancelled):
        finish(steps)
    assert left_behind(tmp_path) == []


def test_an_abandoned_import_leaves_nothing_behind_and_frees_the_folder(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    steps = registry.import_file(tiny_checkpoint, name="mine", cancel=CancelToken())
    next(steps)
    with pytest.raises(ModelError, match="Another import or download"):
        import_it(registry, tiny_checkpoint)
    steps.close()
    assert left_behind(tmp_path) == []
    assert import_it(registry, tiny_checkpoint).is_installed


def test_a_full_disk_is_said_and_leaves_nothing_behind(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match="is full"):
        import_it(registry, tiny_checkpoint)
    assert left_behind(tmp_path) == []


def test_a_killed_import_shows_no_model_and_is_cleaned_up_by_the_next(
    registry: ModelRegistry, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from desktop.core.cancellation import CancelToken\n"
        "from desktop.embedding.models.registry import ModelRegistry\n"
        "registry = ModelRegistry(Path(sys.argv[1]))\n"
        "for step in registry.import_file(Path(sys.argv[2]), name='mine', cancel=CancelToken()):\n"
        "    if step.done:\n"
        "        print('copying', flush=True)\n"
        "        time.sleep(60)\n"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "models"), str(tiny_checkpoint)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "copying\n"
        process.kill()
    assert [name for name in left_behind(tmp_path) if name.startswith(".importing-")]
    assert not any(entry.is_installed for entry in registry.list())
    assert import_it(registry, tiny_checkpoint).is_installed
    assert left_behind(tmp_path) == ["mine"]
