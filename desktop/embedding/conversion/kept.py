"""Where converted models are kept, and how the right one is told from an old or a broken one.

A converted model is a folder of networks and ``converted.json``. Its name is made of everything
that it follows from, the checkpoint's digest and the converter's version among it: where one of
them changes, the folder is simply not found, and another is made. It is built under a hidden name,
brought to the disk, and renamed: a kill at any moment leaves a whole one or none.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop.embedding.models.manifest import CONVERTED_NAME, InstalledModel
from desktop.files.atomic import sync_file, sync_folder
from desktop.files.checked_json import MalformedJson, decode_json
from desktop.files.regular_file import read_guarded

CONVERTER = 3
"""Raised when a model would be converted to something else than before."""
IMAGES, IMAGES_8_BIT, TEXTS = "images", "images-8-bit", "texts"
"""Names of the networks; each is an .xml file and a .bin file beside it."""
_ABOUT = "converted.json"
_ELSEWHERE = ".converted"
_MAKING = ".making-"


@dataclass(frozen=True, slots=True)
class About:
    """What ``converted.json`` says.

    Attributes:
        dimension: length of a vector.
        text_length: tokens that the text network takes; 0: as many as there are.
        trial: base64 of (n, dimension) float32: the vectors that the checkpoint itself gives of
            ``trial.trial_pictures``.
        sizes: bytes of each file.
        problem: why this model cannot be converted; then there is nothing else here.
    """

    dimension: int = 0
    text_length: int = 0
    trial: str = ""
    sizes: dict[str, int] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ConvertedModel:
    """A whole converted model on the disk."""

    folder: Path
    about: About

    def network(self, name: str) -> Path:
        """The .xml file of a network."""
        return self.folder / f"{name}.xml"

    def has(self, name: str) -> bool:
        return f"{name}.xml" in (self.about.sizes or {})


class ConvertedModels:
    """The converted forms of installed models.

    Args:
        models_dir: where models are installed; that of an installed model is kept in its folder,
            that of any other beside the folders. None: nothing is written, and what came with a
            model is found alone.
    """

    def __init__(self, models_dir: Path | None) -> None:
        self._models_dir = models_dir

    def home(self, model: InstalledModel) -> Path | None:
        """Where that of ``model`` is made; None: nowhere."""
        if self._models_dir is None:
            return None
        if model.folder.parent == self._models_dir:
            return model.folder / CONVERTED_NAME
        return self._models_dir / _ELSEWHERE

    def find(self, model: InstalledModel) -> ConvertedModel | None:
        """The converted form of ``model``, whole and of this version; None: there is none."""
        stamp = stamp_of(model)
        homes = (model.folder / CONVERTED_NAME, self.home(model))
        found = (_whole(home / stamp) for home in homes if home is not None)
        return next((one for one in found if one is not None), None)

    @contextmanager
    def making(self, model: InstalledModel) -> Generator[Path]:
        """A hidden folder to write the networks and ``write_about`` into; published at the end.

        Raises:
            OSError: nothing can be written there; nothing is left behind.
        """
        home = self.home(model)
        assert home is not None
        home.mkdir(parents=True, exist_ok=True)
        folder = home / f"{_MAKING}{uuid.uuid4().hex[:12]}"
        folder.mkdir()
        try:
            yield folder
            for file in folder.iterdir():
                sync_file(file)
            sync_folder(folder)
            target = home / stamp_of(model)
            if _whole(target) is None:  # else another process was quicker
                shutil.rmtree(target, ignore_errors=True)
                folder.rename(target)
                sync_folder(home)
            if home.name == CONVERTED_NAME:
                _remove_others(home, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def write_about(folder: Path, about: About) -> None:
    """Write ``converted.json`` into the folder, with the sizes of what is in it."""
    sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
    content = json.dumps(asdict(about) | {"sizes": sizes}, indent=1) + "\n"
    (folder / _ABOUT).write_text(content, encoding="utf-8")


def stamp_of(model: InstalledModel) -> str:
    """Hex digits for all that a converted model follows from."""
    manifest = model.manifest
    preprocess = manifest.preprocess
    made_of = (
        CONVERTER,
        manifest.sha256,
        model.architecture,
        json.dumps(manifest.config, sort_keys=True),
        [float(value) for value in (*preprocess.mean, *preprocess.std)],
    )
    return f"{CONVERTER}-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:24]}"


def _whole(folder: Path) -> ConvertedModel | None:
    try:
        about = decode_json(read_guarded(folder / _ABOUT), About)
        for name, size in (about.sizes or {}).items():
            if (folder / name).stat().st_size != size:
                return None
    except (OSError, MalformedJson):
        return None
    return ConvertedModel(folder, about)


def _remove_others(home: Path, kept: Path) -> None:
    """Older forms of the model, and what a kill left of them."""
    for other in home.iterdir():
        if other != kept:
            shutil.rmtree(other, ignore_errors=True)
