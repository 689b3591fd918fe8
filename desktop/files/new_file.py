"""A new file where a person asked for one, with an error for the person when it cannot be."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desktop.core.asset import displayable
from desktop.core.errors import LibraryError
from desktop.core.system_errors import system_reason
from desktop.core.text import tr
from desktop.files.atomic import atomic_path


@contextmanager
def new_file(path: Path, what: str) -> Generator[BinaryIO]:
    """Open a file for writing that becomes ``path`` when all is written; see ``atomic_path``.

    Args:
        what: what is written, in the error's words ("The backup").

    Raises:
        LibraryError: something is there already, or the disk refuses; then nothing is left.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path, replace=False) as temporary, temporary.open("r+b") as file:
            yield file
    except FileExistsError as error:
        raise LibraryError(
            tr("{path} exists already.", path=displayable(path)),
            safe=tr("It was not replaced."),
            next_step=tr("Choose another name."),
        ) from error
    except OSError as error:
        raise LibraryError(
            tr(
                "{what} could not be saved as {path}: {reason}.",
                what=what,
                path=displayable(path),
                reason=system_reason(error),
            ),
            safe=tr("Nothing was overwritten."),
            next_step=tr("Free some space or check the folder's permissions, then try again."),
        ) from error
