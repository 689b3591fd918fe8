"""The encoder's own process, as seen from inside: load a model, then answer until told to end.

Nothing heavy is imported before the model is loaded, and never Qt, faiss or pymilvus: their
libraries and torch's get in each other's way inside one process.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.core.errors import ModelError
from desktop.embedding.encoder import Encoder, EncoderInfo
from desktop.embedding.manifest import InstalledModel

Load = Callable[[InstalledModel], Encoder]
"""Builds the encoder in its process; found there by its name, so no lambda."""

Request = int | list[str]
"""How many pictures lie in the line's slot, or texts."""

Reply = NDArray[np.float32] | ModelError


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
    load: Load, model: InstalledModel, control: Connection, lines: Sequence[Line], words: Path
) -> None:
    """Be the encoder's process.

    Args:
        control: gets one ``Ready`` or one ``ModelError``; anything that comes back, or its end,
            ends the process.
        lines: each is answered by a thread of its own.
        words: what libraries print, and the traceback of a crash, go to the end of this file.
    """
    # Ctrl+C in a terminal reaches every process there; when this one ends, its parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _speak_into(words)
    threading.Thread(target=_end_on_request, args=(control,), daemon=True).start()
    try:
        encoder = load(model)
    except BaseException as error:  # noqa: BLE001 (whatever it is, the parent waits for a word)
        control.send(_in_words(error, model))
        os._exit(1)
    # The thread that tried the model out has its memory warm: it takes the line that is used most.
    for line in lines[1:]:
        threading.Thread(target=_answer, args=(line, encoder, model), daemon=True).start()
    control.send(Ready(encoder.info, encoder.batch_size))
    _answer(lines[0], encoder, model)


def _speak_into(words: Path) -> None:
    """Also what C libraries print; a crash leaves its traceback there."""
    file = words.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    with contextlib.suppress(OSError):  # Windows keeps an open file's name; the parent removes it
        words.unlink()
    for standard in (1, 2):
        os.dup2(file.fileno(), standard)
    sys.stdout = sys.stderr = file
    faulthandler.enable(file)


def _end_on_request(control: Connection) -> None:
    """Wait for the parent's word or its end, however it ends; nothing here is worth saving."""
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
                if isinstance(request, int):
                    shape = (request, size, size, 3)
                    reply: Reply = encoder.encode_images(
                        pixels[: request * size * size * 3].reshape(shape)
                    )
                else:
                    reply = encoder.encode_texts(request)
            except Exception as error:  # noqa: BLE001 (told to the parent)
                reply = _in_words(error, model)
            line.connection.send(reply)
        except (EOFError, OSError):
            os._exit(0)  # the parent is gone


def _in_words(error: BaseException, model: InstalledModel) -> ModelError:
    """The error as the parent can show it; what nobody foresaw goes to the log as well."""
    if isinstance(error, ModelError):
        return error
    traceback.print_exception(error)
    name = model.manifest.name
    if isinstance(error, MemoryError):
        return ModelError(
            f"There is not enough memory for the model {name}.",
            safe="The index is untouched.",
            next_step="Close other programs, or choose a smaller model.",
        )
    if isinstance(error, ImportError):
        return ModelError(
            f"A library that the model {name} needs cannot be loaded: {error}.",
            safe="The index is untouched.",
            next_step="Install Plantain again.",
        )
    return ModelError(
        f"The model {name} failed: {type(error).__name__}: {error}.",
        safe="The index is untouched.",
        next_step="Try again; if it happens again, choose another model. The log says more.",
    )
