"""Model files are found where they lie, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.embedding.models.nearby import files_in


def write(path: Path, *names: str) -> Path:
    """A safetensors file with these tensors, all empty."""
    tensors = {name: {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for name in names}
    header = json.dumps(tensors).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


@pytest.mark.parametrize("name", ["logit_scale", "module.logit_scale"])
def test_a_clip_is_found_whatever_its_file_is_called(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / "Model (1).SAFETENSORS", name, "visual.proj")
    [found] = files_in([tmp_path / "not there", tmp_path, tmp_path])
    assert (found.path, found.size_bytes) == (file, file.stat().st_size)


def test_other_models_and_what_is_broken_are_not_offered(tmp_path: Path) -> None:
    write(tmp_path / "lora.safetensors", "lora_unet_down.weight")
    (tmp_path / "empty.safetensors").touch()
    (tmp_path / "half.safetensors").write_bytes(b"\x10")
    (tmp_path / "page.safetensors").write_bytes(b"<!doctype html><title>Sign in</title>")
    (tmp_path / "list.safetensors").write_bytes((2).to_bytes(8, "little") + b"[]")
    (tmp_path / "folder.safetensors").mkdir()
    write(tmp_path / "a picture.png", "logit_scale")
    assert files_in([tmp_path]) == []
