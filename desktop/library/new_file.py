"""Files that are written whole or not at all, and never over another one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desktop.core.asset import displayable
from desktop.core.errors import LibraryError


@contextmanager
def new_file(path: Path, what: str) -> Generator[BinaryIO]:
    """Open a hidden temporary file beside ``path``, which gets that name when all is written.

    A kill leaves the temporary file at most.

    Args:
        what: what is written, in the error's words ("The back-up").

    Raises:
        LibraryError: something is there already, or the disk says no; then nothing is left.
    """
    try:
        if os.path.lexists(path):
            raise FileExistsError
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".plantain-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            name_new(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except FileExistsError as error:
        raise LibraryError(
            f"{displayable(path)} exists already.",
            safe="It was not replaced.",
            next_step="Choose another name.",
        ) from error
    except OSError as error:
        raise LibraryError(
            f"{what} could not be saved as {displayable(path)}: {error.strerror or error}.",
            safe="Nothing was overwritten.",
            next_step="Free some space or check the folder's permissions, then try again.",
        ) from error


def name_new(temporary: Path, path: Path) -> None:
    """Give a finished file its name. Raises: OSError; FileExistsError when it is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network drives have no hard links; exclusive creation still never replaces.
        target = path.open("xb")
        try:
            with target, temporary.open("rb") as source:
                while block := source.read(1 << 20):
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)  # half of it, and made here
            raise
