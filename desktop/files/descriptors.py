"""When the system gives no more open files: that says nothing about the file that was asked for."""

from __future__ import annotations

import errno
from pathlib import Path

from desktop.core.errors import FileUnreadable
from desktop.core.text import tr

_NUMBERS = frozenset({errno.EMFILE, errno.ENFILE})


def is_out_of_descriptors(error: BaseException | None) -> bool:
    """True when this error, or one that it was raised from, is that too many files are open."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, OSError) and error.errno in _NUMBERS:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def no_descriptor_for(path: Path) -> FileUnreadable:
    """The error for a file that could not be read for that reason; it is tried again."""
    return FileUnreadable(
        path,
        tr("It could not be read because too many files are open on this computer."),
        next_step=tr("Close other programs, then index the folder again."),
    )
