"""Encoders that need no model and no torch, good or bad, for the tests of the encoder's process.

They run in that process, so what they do is told by the texts they get: ``"kill me"``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelDamaged
from desktop.core.pixels import PixelSpec
from desktop.core.progress import Progress
from desktop.embedding.encoder import Arithmetic, EncoderInfo
from desktop.embedding.models.manifest import InstalledModel, Manifest
from desktop.embedding.runtime.worker import Tell
from tests import attempts

SIZE = 8
BYTES_A_PICTURE = SIZE * SIZE * 3


def model(folder: Path) -> InstalledModel:
    """A model in name only; loaders find ``folder`` in it."""
    return InstalledModel(folder, Manifest("pretend", "none", "none", "0" * 64))


class PretendEncoder:
    """A picture's vector points to its mean colour, a text's to its length."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.info = EncoderInfo("pretend", "0" * 12, "none", 3, PixelSpec(SIZE))
        self.batch_size = 4

    def encode_images(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        while (self._folder / "hold pictures").exists():
            (self._folder / "is holding").touch()
            time.sleep(0.01)
        mean = pixels.mean(axis=(1, 2)) + 1
        return (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        for text in texts:
            self._obey(*text.split(": "))
        return np.array([[len(text), 1, 0] for text in texts], np.float32)

    def prepare(self) -> None: ...

    def loading(self) -> None: ...

    def arithmetic(self) -> Arithmetic:
        return Arithmetic("pretence", why="There is nothing else here.")

    def close(self) -> None: ...

    def _obey(self, command: str, argument: str = "") -> None:
        if command == "kill me" or (command == "kill me once" and self._is_first(argument)):
            os.kill(os.getpid(), signal.SIGKILL)
        if command == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if command == "sleep":
            time.sleep(float(argument))
        if command == "shout":
            os.write(2, argument.encode())  # as a C library does, past sys.stderr
            print(argument, "in Python")
        if command == "modules":
            Path(argument).write_text("\n".join(sys.modules), encoding="utf-8")
        if command == "attempt":
            folder, notes = argument.split(" > ")
            Path(notes).write_text("\n".join(attempts.reached(folder)), encoding="utf-8")
        if command == "fail":
            raise ZeroDivisionError(argument)
        if command == "damaged":
            raise ModelDamaged(argument, safe="All is safe.", next_step="Do this.")

    def _is_first(self, mark: str) -> bool:
        path = self._folder / mark
        is_first = not path.exists()
        path.touch()
        return is_first


def _silent(progress: Progress) -> None: ...


def load(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    return PretendEncoder(model.folder)


def load_slowly(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    (model.folder / "is loading").touch()
    time.sleep(60)
    return load(model, tell=tell)


def load_in_steps(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    """Each step but the last lasts until somebody lets it go on."""
    for step in range(3):
        tell(Progress("Making the model ready", step, 3, unit="steps"))
        while step < 2 and not (model.folder / f"go on after {step}").exists():
            time.sleep(0.01)
    return load(model)


def load_in_steps_killed_once(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    mark = model.folder / "was killed"
    if mark.exists():
        return load_in_steps(model, tell=tell)
    mark.touch()
    return load_killed(model, tell=tell)


def load_damaged(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    raise ModelDamaged("The weights are torn.", safe="All is safe.", next_step="Install again.")


def load_damaged_once(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    mark = model.folder / "was damaged"
    if mark.exists():
        return load(model, tell=tell)
    mark.touch()
    return load_damaged(model, tell=tell)


def load_without_library(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    raise ImportError("libtorch_cpu.so: cannot open shared object file")


def load_without_memory(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    raise MemoryError


def load_wrongly(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    raise KeyError("vision_cfg")


def load_killed(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def load_killed_once(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    mark = model.folder / "was killed"
    if mark.exists():
        return load(model, tell=tell)
    mark.touch()
    return load_killed(model, tell=tell)


def load_and_exit(model: InstalledModel, *, tell: Tell = _silent) -> PretendEncoder:
    print("the licence has expired", file=sys.stderr)
    os._exit(3)
