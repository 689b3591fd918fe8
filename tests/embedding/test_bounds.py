"""Models and hubs that have no end are given up before they fill disk or memory."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest

from desktop.core.errors import ModelDamaged
from desktop.embedding.models import architecture, checkpoint

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("tower", ["vision_cfg", "text_cfg"])
@pytest.mark.parametrize(
    "field", [{"layers": 10**7}, {"layers": [3, 10**7]}, {"width": 2**40}, {"heads": -(10**9)}]
)
def test_a_model_of_ten_million_layers_is_not_built(tower: str, field: dict[str, object]) -> None:
    config = {"embed_dim": 8, "vision_cfg": {"width": 64}, "text_cfg": {"width": 64}}
    config[tower] = {**config[tower], **field}  # type: ignore[dict-item]
    with pytest.raises(ModelDamaged, match="No model has so many"):
        architecture.build(config, with_memory=False)


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", pickle.dumps(b"\0" * (64 << 20)))
    with pytest.raises(ModelDamaged, match="larger than it can be"):
        checkpoint.read_weights(path)


def test_weights_that_are_one_number_over_and_over_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.pt"
    torch.save({"w": torch.zeros(1).expand(10**6, 10**6)}, path)
    with pytest.raises(ModelDamaged, match="more weights than it holds"):
        checkpoint.read_weights(path)


def test_an_ordinary_checkpoint_is_read(tmp_path: Path) -> None:
    path = tmp_path / "fine.pt"
    torch.save({"w": torch.ones(64, 64), "b": torch.ones(64)}, path)
    assert set(checkpoint.read_weights(path)) == {"w", "b"}
