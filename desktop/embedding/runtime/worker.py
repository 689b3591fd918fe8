"""The encoder's own process, its own code: load a model, then answer until told to end.

Nothing heavy is imported before the model is loaded, and never Qt, faiss or pymilvus: their
libraries and torch's conflict inside one process.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop.core.confinement.rights import give_up_changing, give_up_starting
from desktop.core.errors import ModelError
from desktop.core.progress import Progress
from desktop.core.text import Language, speak, tr
from desktop.embedding.encoder import Arithmetic, Encoder, EncoderInfo
from desktop.embedding.models.manifest import InstalledModel

Tell = Callable[[Progress], object]
"""Takes how far something is that lasts."""

Request = int | list[str] | None
"""How many pictures lie in the line's slot, or texts; None asks how pictures are encoded."""

Reply = NDArray[np.float32] | Arithmetic | ModelError
_UNIFIED_MEMORY = Path("/dev/nvidia-uvm")


class Load(Protocol):
    """Builds the encoder in its process, and tells how far that is; found there by its name, so no
    lambda."""

    def __call__(self, model: InstalledModel, *, tell: Tell) -> Encoder: ...


@dataclass(frozen=True, slots=True)
class Ready:
    """What the process says once, when the model is loaded."""

    info: EncoderInfo
    batch_size: int


@dataclass(frozen=True, slots=True)
class Line:
    """One end of a way for one request at a time.

    Attributes:
        connection: requests go in, replies come out.
        slot: shared memory for the pixels of a request, without a name on the disk.
    """

    connection: Connection
    slot: ctypes.Array[ctypes.c_ubyte]

    def pixels(self) -> NDArray[np.uint8]:
        """The slot as a flat array; writing to it writes to the shared memory."""
        return np.frombuffer(memoryview(self.slot), np.uint8)


def run(
    load: Load,
    model: InstalledModel,
    control: Connection,
    lines: Sequence[Line],
    output: Path,
    language: Language,
    writable: Sequence[Path] = (),
) -> None:
    """Run the encoder's process.

    Args:
        control: gets ``Progress`` while the model is loaded, then one ``Ready`` or one
            ``ModelError``; anything that comes back, or its end, ends the process.
        lines: each is answered by a thread of its own.
        output: what libraries print, and the traceback of a crash, go to the end of this file.
        language: of the errors that go back.
        writable: folders that loading may write to; made where they are not there yet.
    """
    # Ctrl+C in a terminal reaches every process there; when this one ends, its parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _redirect_output(output)
    speak(language)
    for folder in writable:
        with contextlib.suppress(OSError):  # whoever wants to write there says what is wrong
            folder.mkdir(parents=True, exist_ok=True)
    give_up_changing([Path(tempfile.gettempdir()), *_devices(), *writable])
    threading.Thread(target=_end_on_request, args=(control,), daemon=True).start()
    try:
        encoder = load(model, tell=control.send)
    except BaseException as error:  # noqa: BLE001 (whatever it is, the parent waits for a message)
        control.send(_as_model_error(error, model))
        os._exit(1)
    give_up_starting()
    # The thread that tried the model out has its memory warm: it takes the line that is used most.
    for line in lines[1:]:
        threading.Thread(target=_answer, args=(line, encoder, model), daemon=True).start()
    control.send(Ready(encoder.info, encoder.batch_size))
    _answer(lines[0], encoder, model)


def _redirect_output(path: Path) -> None:
    """Write there what Python and C libraries print, and the traceback of a crash."""
    file = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    with contextlib.suppress(OSError):  # Windows keeps an open file's name; the parent removes it
        path.unlink()
    for standard in (1, 2):
        os.dup2(file.fileno(), standard)
    sys.stdout = sys.stderr = file
    faulthandler.enable(file)


def _devices() -> list[Path]:
    """What a graphics card is worked with, made where it is not there yet, as its own library
    would do by a program that needs the rights which are given up here."""
    is_missing = Path("/proc/driver/nvidia/version").exists() and not _UNIFIED_MEMORY.exists()
    if is_missing and (maker := shutil.which("nvidia-modprobe")):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([maker, "-u", "-c", "0"], timeout=30, check=False)
    named = [Path("/dev") / name for name in ("null", "zero", "dri", "kfd", "nvidia-caps")]
    return [*named, *Path("/dev").glob("nvidia*"), Path("/proc/self")]


def _end_on_request(control: Connection) -> None:
    """End when the parent says so, or ends itself in any way; nothing here needs saving."""
    parent = parent_process()
    assert parent is not None
    wait([control, parent.sentinel])
    os._exit(0)


def _answer(line: Line, encoder: Encoder, model: InstalledModel) -> None:
    pixels = line.pixels()
    size = encoder.info.pixels.size
    while True:
        try:
            request: Request = line.connection.recv()
            try:
                if request is None:
                    reply: Reply = encoder.arithmetic()
                elif isinstance(request, int):
                    shape = (request, size, size, 3)
                    reply = encoder.encode_images(
                        pixels[: request * size * size * 3].reshape(shape)
                    )
                else:
                    reply = encoder.encode_texts(request)
            except Exception as error:  # noqa: BLE001 (told to the parent)
                reply = _as_model_error(error, model)
            line.connection.send(reply)
        except (EOFError, OSError):
            os._exit(0)  # the parent is gone


def _as_model_error(error: BaseException, model: InstalledModel) -> ModelError:
    """The error as the parent can show it; an unexpected one is printed, which the parent logs."""
    if isinstance(error, ModelError):
        return error
    traceback.print_exception(error)
    name = model.manifest.name
    if isinstance(error, MemoryError):
        return ModelError(
            tr("There is not enough memory for the model {name}.", name=name),
            safe=tr("The index is untouched."),
            next_step=tr("Close other programs, or choose a smaller model."),
        )
    if isinstance(error, ImportError):
        return ModelError(
            tr(
                "A library that the model {name} needs cannot be loaded: {error}.",
                name=name,
                error=error,
            ),
            safe=tr("The index is untouched."),
            next_step=tr("Install Plantain again."),
        )
    return ModelError(
        tr(
            "The model {name} failed: {name2}: {error}.",
            name=name,
            name2=type(error).__name__,
            error=error,
        ),
        safe=tr("The index is untouched."),
        next_step=tr("Try again; if it happens again, choose another model. The log says more."),
    )
