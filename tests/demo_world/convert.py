"""Writes the converted form of the demo model, which comes with the program.

`python -m tests.demo_world.convert`, after training and whenever the converter's version is raised.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from desktop.embedding.conversion.kept import ConvertedModels
from desktop.embedding.models.manifest import read_manifest
from desktop.embedding.runtime.converting import convert
from tests.demo_world import model as demo


def main() -> None:
    model = read_manifest(demo.FOLDER)
    with tempfile.TemporaryDirectory() as folder:
        place = ConvertedModels(Path(folder))
        convert(model, place)
        home = place.home(model)
        assert home is not None
        target = demo.FOLDER / "converted"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(home, target)
    found = ConvertedModels(None).find(model)
    assert found is not None
    assert not found.about.problem, found.about.problem
    print(found.folder)


if __name__ == "__main__":
    main()
