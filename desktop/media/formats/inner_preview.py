"""The picture that another program has put into its document, to be shown instead of it."""

from __future__ import annotations

from desktop.core.errors import FileUnsupported
from desktop.core.text import tr
from desktop.media.formats.format import Encoded, Source
from desktop.media.formats.jpeg import JPEG
from desktop.media.formats.png import PNG
from desktop.media.formats.webp import WEBP

MAX_PREVIEW = 64 * 1024 * 1024
"""Bytes of a preview as it is packed; a PNG of a large canvas has 20 MB."""
_KINDS = (PNG, JPEG, WEBP)
PREVIEW_LIBRARIES = tuple(dict.fromkeys(name for kind in _KINDS for name in kind.libraries))
"""Of those that previews are packed with."""


def opened_preview(document: Encoded, preview: bytes) -> Source:
    """A preview taken out of its document.

    Raises:
        FileUnsupported: it is no picture of a kind that previews have.
        FileError: as its format.
    """
    inner = document.holding(preview)
    for kind in _KINDS:
        if kind.matches(preview, ""):
            return kind.open(inner)
    raise no_preview(document)


def no_preview(document: Encoded) -> FileUnsupported:
    """The error for a document without one."""
    return FileUnsupported(
        document.path,
        tr("There is no preview in the document, which is all that other programs can show of it."),
        next_step=tr("Save it again with a preview, or export it as PNG or PDF."),
    )
