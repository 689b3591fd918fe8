"""Models and a hub for the tests of the embedding room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import open_clip
import pytest
import torch
from safetensors.torch import save_file

from desktop.embedding.models.registry import ModelRegistry
from tests.embedding import tiny
from tests.fakes.hub import FakeHub


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    """An empty models folder, and the tiny model as the only downloadable one."""
    return ModelRegistry(tmp_path / "models", known=(tiny.KNOWN,), retry_delays_s=(0.01,) * 3)


@pytest.fixture
def tiny_checkpoint(tmp_path: Path) -> Path:
    """A tiny checkpoint with its config beside it."""
    return tiny.save_with_sidecar(tmp_path / "downloads")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A hub that offers the tiny model."""
    with FakeHub() as hub:
        path = tiny.save_with_sidecar(tmp_path / "on the hub")
        hub.add(tiny.KNOWN.repository, tiny.KNOWN.file, path)
        yield hub
        huggingface_hub.close_session()  # its kept-alive connections would delay the hub's end


@pytest.fixture(scope="session")
def vit_b_32(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real ViT-B-32 with random weights; half precision, to write 300 MB and not 600."""
    path = tmp_path_factory.mktemp("vit") / "my-vit.safetensors"
    torch.manual_seed(7)
    config = open_clip.get_model_config("ViT-B-32")
    assert config is not None
    model = open_clip.CLIP(**config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Fresh weights hardly use their activations; trained ones do, and a wrong activation
            # has to show.
            if name.endswith("mlp.c_proj.weight"):
                parameter.mul_(20)
    save_file({name: tensor.half() for name, tensor in model.state_dict().items()}, path)
    yield path
    path.unlink()  # pytest keeps the folders of three runs
