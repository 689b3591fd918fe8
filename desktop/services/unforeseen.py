"""What nobody foresaw about one file costs that file alone: the guard of every loop over files."""

from __future__ import annotations

import logging
from pathlib import Path

from desktop.core.asset import displayable
from desktop.core.errors import FileDamaged, FileError, FileTooLarge, PlantainError
from desktop.core.text import tr

_LOG = logging.getLogger(__name__)


def as_file_error(path: Path, error: Exception) -> FileError:
    """A failure of this file; the log says more.

    Raises:
        PlantainError: the error was foreseen, and is about more than the file.
    """
    if isinstance(error, FileError):
        return error
    if isinstance(error, PlantainError):
        raise error
    _LOG.warning("%s", displayable(path), exc_info=error)
    if isinstance(error, MemoryError):
        return FileTooLarge(
            path,
            tr("It needs more memory than is safe to use."),
            next_step=tr("Save a smaller copy to have it in the library."),
        )
    return FileDamaged(
        path,
        tr("It is damaged, or made in a way that Plantain does not know."),
        next_step=tr("Export it again from the program that made it."),
    )
