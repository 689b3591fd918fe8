"""How a model folder is made: built under a hidden name, then renamed.

A kill at any moment leaves either the finished folder or none; what a killed import left behind is
removed by the next one, what a killed download left behind is continued by the next one.
"""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import sys
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from desktop.core.cancellation import CancelToken
from desktop.core.errors import ModelError, UsageError
from desktop.core.progress import Progress
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import sync_file, sync_folder
from desktop.files.content_hash import hashed_blocks
from desktop.files.regular_file import open_guarded

WEIGHTS_NAME = "model.safetensors"
MEGABYTE = 1_000_000

_IMPORTING = ".importing-"
_DOWNLOADING = ".downloading-"
_LOCK_NAME = ".lock"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
# Windows cannot have folders of these names.
_DEVICE_NAMES = frozenset({"con", "prn", "aux", "nul"}) | {
    f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)
}


def checked_name(name: str) -> str:
    """The name, when it can be the name of a model and of a folder on every system.

    Raises:
        UsageError: it cannot.
    """
    reserved = name.split(".", 1)[0].casefold() in _DEVICE_NAMES
    if not _NAME.fullmatch(name) or name.endswith(".") or reserved:
        raise UsageError(
            tr('"{name}" cannot be the name of a model.', name=name),
            next_step=tr(
                "Use up to 64 letters, digits, dots, plus signs, hyphens and "
                "underscores, starting with a letter or a digit."
            ),
        )
    return name


def name_from_file(stem: str, fallback: str) -> str:
    """A model name out of a file name; ``fallback`` for names that everybody's files have."""
    generic = {"open_clip_model", "open_clip_pytorch_model", "model", "pytorch_model"}
    generic |= {"checkpoint", "weights", "epoch_latest", ""}
    name = re.sub(r"[^A-Za-z0-9._+-]+", "-", stem).strip(".-_+")[:64].rstrip(".")
    is_usable = name.casefold() not in generic and _NAME.fullmatch(name)
    return checked_name(name if is_usable else fallback)


@contextmanager
def install_lock(models_dir: Path) -> Generator[None, None, None]:
    """Only one import or download at a time in a models folder; released by a kill too.

    Raises:
        ModelError: another one is running, or the folder cannot be written.
    """
    with disk_errors(models_dir):
        models_dir.mkdir(parents=True, exist_ok=True)
        file = (models_dir / _LOCK_NAME).open("a+b")
    with file:
        try:
            _lock(file.fileno())
        except OSError:
            raise ModelError(
                tr("Another import or download of a model is running."),
                safe=tr("It goes on undisturbed."),
                next_step=tr("Wait for it to end, then try again."),
            ) from None
        yield


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def importing_folder(models_dir: Path) -> Generator[Path, None, None]:
    """A hidden folder to build a model in, gone afterwards unless ``publish`` renamed it.

    The caller holds ``install_lock``, so every other such folder belongs to a killed import.
    """
    for stale in models_dir.glob(f"{_IMPORTING}*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = models_dir / f"{_IMPORTING}{uuid.uuid4().hex[:12]}"
    with disk_errors(models_dir):
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def downloading_folder(models_dir: Path, name: str) -> Path:
    """Where the download of a model collects its bytes; the same for every try."""
    return models_dir / f"{_DOWNLOADING}{name}"


def arrived_bytes(models_dir: Path, name: str) -> int:
    """How much of a download was kept by an earlier try."""
    try:
        return (downloading_folder(models_dir, name) / WEIGHTS_NAME).stat().st_size
    except OSError:
        return 0


def publish(folder: Path, destination: Path) -> None:
    """Make a finished folder visible in one step.

    Raises:
        ModelError: something is in the way, or the disk refuses.
    """
    with disk_errors(destination.parent):
        folder.rename(destination)
        sync_folder(destination.parent)


@contextmanager
def disk_errors(place: Path) -> Generator[None, None, None]:
    """Turn the system's errors into errors for people. Raises: ModelError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ModelError(
                tr("The disk that holds {place} is full.", place=place),
                safe=tr("Installed models are untouched."),
                next_step=tr("Free some space and try again."),
            ) from error
        raise ModelError(
            tr("{place} cannot be written ({reason}).", place=place, reason=system_reason(error)),
            safe=tr("Installed models are untouched."),
            next_step=tr("Check the folder's permissions and the disk, then try again."),
        ) from error


def check_free_space(place: Path, needed_bytes: int) -> None:
    """Raises ModelError when fewer than ``needed_bytes`` are free where ``place`` is."""
    with disk_errors(place):
        free = shutil.disk_usage(place).free
    if free < needed_bytes:
        raise ModelError(
            tr(
                "The model needs {needed} MB and only {free} MB are free on the disk that holds "
                "{place}.",
                needed=needed_bytes // MEGABYTE,
                free=free // MEGABYTE,
                place=place,
            ),
            safe=tr("Nothing was written."),
            next_step=tr("Free some space and try again."),
        )


def copy_hashed(
    source: Path, target: Path, cancel: CancelToken, stage: str
) -> Generator[Progress, None, str]:
    """Copy a file and bring it safely to the disk; returns its SHA-256 in hex.

    Raises:
        Cancelled, OSError.
    """
    digest, done, total = hashlib.sha256(), 0, source.stat().st_size
    with open_guarded(source) as reader, target.open("xb") as writer:
        for chunk in hashed_blocks(reader, digest):
            cancel.raise_if_cancelled()
            writer.write(chunk)
            done += len(chunk)
            yield Progress(stage, done // MEGABYTE, total // MEGABYTE, source.name, unit=tr("MB"))
    sync_file(target)
    return digest.hexdigest()
