"""Checkpoints that are used where they lie: what each of them is, is found out once.

To read one takes torch and seconds, and whoever names a checkpoint in the settings starts Plantain
with it every day. So what was found is kept as a ``model.json`` of its own, by the file's path,
size and time; another file under the same name is read anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

from desktop.core.errors import ModelDamaged, ModelMissing
from desktop.embedding.models.manifest import (
    MANIFEST_NAME,
    SIDECAR_NAME,
    InstalledModel,
    manifest_json,
    read_manifest,
)
from desktop.files.atomic import write_file

IN_PLACE = ".in-place"
"""The folder's name among the models: hidden, as all that is no installed model."""
_READING = 1
"""Raised when the same file is read as something else than before."""

_log = logging.getLogger(__name__)


class InPlaceModels:
    """What is known about checkpoints outside the models folder.

    Args:
        folder: where it is kept; made when the first one is. Nothing else needs it: without it
            each checkpoint is read anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, InstalledModel] = {}

    def at(self, path: Path) -> InstalledModel:
        """The model in a checkpoint file. Reads it in full and imports torch when it is new.

        Raises:
            ModelMissing, ModelDamaged, ModelError: it is not a model that can be used.
        """
        try:
            key = _key(path)
        except OSError:
            return _read(path)  # says what is wrong
        if key not in self._known:
            self._known[key] = self._remembered(key, path) or self._learned(key, path)
        return self._known[key]

    def _remembered(self, key: str, path: Path) -> InstalledModel | None:
        try:
            return InstalledModel(path.parent, read_manifest(self._folder / key).manifest)
        except (ModelMissing, ModelDamaged):
            return None

    def _learned(self, key: str, path: Path) -> InstalledModel:
        model = _read(path)
        place = self._folder / key
        try:
            place.mkdir(parents=True, exist_ok=True)
            write_file(place / MANIFEST_NAME, manifest_json(model.manifest), replace=True)
        except OSError as error:
            _log.warning("what %s is cannot be kept: %s", path.name, error)
        return model


def _key(path: Path) -> str:
    """Hex digits for this state of the file and of what stands beside it. Raises: OSError."""
    status = path.stat()
    try:
        beside = path.with_name(SIDECAR_NAME).stat()
        config = (beside.st_size, beside.st_mtime_ns)
    except OSError:
        config = None
    state = (_READING, os.fspath(path.absolute()), status.st_size, status.st_mtime_ns, config)
    return hashlib.sha256(repr(state).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _read(path: Path) -> InstalledModel:
    from desktop.embedding.models import checkpoint_probe

    return checkpoint_probe.model_in_place(path)
