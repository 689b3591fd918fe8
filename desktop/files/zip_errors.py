"""What goes wrong with a ZIP from anywhere."""

from __future__ import annotations

import struct
import zipfile
import zlib

from desktop.core.text import tr

ZIP_ERRORS = (
    *(zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError),
    *(zlib.error, struct.error, UnicodeError),
)
"""What reading one raises besides ``OSError``: it is none, not whole, encrypted, or packed in a way
that ``zipfile`` does not know."""


def zip_reason(error: Exception) -> str:
    """What one of them says, for the person."""
    return str(error) or tr("it ends too early")
