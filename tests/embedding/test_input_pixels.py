"""What a model's pictures look like is known before the model is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.core.errors import ModelError
from desktop.core.pixels import PixelSpec
from desktop.embedding.models.manifest import InstalledModel, Manifest
from desktop.embedding.models.registry import ModelRegistry
from desktop.embedding.runtime.input_pixels import pixel_spec
from desktop.embedding.runtime.loading import load_encoder
from tests.embedding import tiny


def model(architecture: str = "ViT-B-32", **changes: object) -> InstalledModel:
    manifest = Manifest("m", architecture, "w.safetensors", "0" * 64, **changes)  # type: ignore[arg-type]
    return InstalledModel(Path("m"), manifest)


def test_it_is_what_the_loaded_encoder_says(tmp_path: Path) -> None:
    found = ModelRegistry(tmp_path).resolve(str(tiny.make_folder(tmp_path / "own")))
    encoder = load_encoder(found, "cpu")
    assert pixel_spec(found) == encoder.info.pixels
    encoder.close()


@pytest.mark.parametrize(
    ("architecture", "size"),
    [("ViT-B-32", 224), ("vit-b-32-QUICKGELU", 224), ("ViT-B-32-256", 256), ("ViT-L-14-336", 336)],
)
def test_open_clips_architectures_are_known_by_name(architecture: str, size: int) -> None:
    assert pixel_spec(model(architecture)) == PixelSpec(size)


def test_neither_torch_nor_open_clip_is_imported() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from desktop.embedding.models.manifest import InstalledModel, Manifest;"
        "from desktop.embedding.runtime.input_pixels import pixel_spec;"
        "manifest = Manifest('m', 'ViT-B-32', 'w.safetensors', '0' * 64);"
        "assert pixel_spec(InstalledModel(Path('m'), manifest)).size == 224;"
        "assert not {'torch', 'open_clip'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_cannot_be_used_is_said() -> None:
    with pytest.raises(ModelError, match="square"):
        pixel_spec(model(config={"vision_cfg": {"image_size": [224, 112]}}))
    with pytest.raises(ModelError, match="no architecture"):
        pixel_spec(model("ViT-Z-99"))
