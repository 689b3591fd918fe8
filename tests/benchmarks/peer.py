"""rclip 3.3.0, the nearest peer, on our pictures and with our model.

Its own environment, with what turns a model into ONNX, is made on demand from PyPI. Its model has
inputs of 256 pixels (ViT-B-32-256), so that is what both sides use for this comparison: a random
one, whose visual half takes the place of rclip's file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop.embedding.models.manifest import InstalledModel
from tests.benchmarks.photographs import cache_folder

ARCHITECTURE = "ViT-B-32-256"
_VERSION = "3.3.0"
_EXPORTER = ("onnx", "onnxscript", "onnx-ir", "ml-dtypes", "protobuf")
_MODEL_FOLDER = "ViT-B-32-256-datacomp_s34b_b86k"  # rclip's model_download.MODEL_SUBDIR


def seconds_to_index(folder: Path, model: InstalledModel) -> tuple[float, int] | None:
    """Wall time and number of pictures; None when rclip cannot be had, with the reason printed."""
    try:
        python, exporter = _environment()
        visual = _visual_onnx(model, exporter)
        with tempfile.TemporaryDirectory() as place:
            data = Path(place, _MODEL_FOLDER)
            data.mkdir()
            (data / "visual.onnx").symlink_to(visual)
            environment = {**os.environ, "RCLIP_DATADIR": place}
            environment.pop("PYTHONPATH", None)
            script = Path(__file__).with_name("peer_run.py")
            done = _run([python, script, folder], environment)
    except subprocess.CalledProcessError as error:
        print(f"rclip could not be run: {str(error.stderr).strip()[-600:]}", file=sys.stderr)
        return None
    found = json.loads(done.stdout.splitlines()[-1])
    return float(found["seconds"]), int(found["pictures"])


def _environment() -> tuple[Path, Path]:
    """rclip's Python, and a folder of packages that torch needs to write ONNX files."""
    folder = cache_folder() / f"rclip-{_VERSION}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    exporter = folder / "exporter"
    if not (folder / "complete").exists():
        venv.create(folder, clear=True, with_pip=True)
        _run([python, "-m", "pip", "install", "--quiet", f"rclip=={_VERSION}"])
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        _run([*install, "--target", exporter, *_EXPORTER])
        (folder / "complete").touch()
    return python, exporter


def _visual_onnx(model: InstalledModel, exporter: Path) -> Path:
    path = cache_folder() / f"{model.manifest.name}.onnx"
    if not path.exists():
        code = "from tests.benchmarks.peer import export; import sys; export(*sys.argv[1:])"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["", str(exporter)])}
        _run([sys.executable, "-c", code, model.folder, path], environment)
    return path


def _run(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def export(folder: str, target: str) -> None:
    """Write the visual half of a model as rclip wants it: "input" (n, 3, s, s) to "output"."""
    import torch

    from desktop.embedding.models.manifest import read_manifest
    from desktop.embedding.runtime.input_pixels import pixel_spec
    from tests.benchmarks.models import network_of

    model = read_manifest(Path(folder))
    side = pixel_spec(model).size
    visual = network_of(model).visual
    making = Path(f"{target}.part")
    torch.onnx.export(
        visual,
        (torch.rand(2, 3, side, side),),
        str(making),
        input_names=["input"],
        output_names=["output"],
        dynamic_shapes=({0: torch.export.Dim("n", min=1, max=512)},),
        external_data=False,
        dynamo=True,
    )
    making.rename(target)
