"""PDF, and Illustrator files, which are PDF inside: the first page, drawn by PDFium.

This PDFium is built without scripts and forms, and reads nothing but the bytes it is given.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, cast

from PIL import Image

from desktop.core.errors import FileDamaged, FileUnsupported
from desktop.media.codecs.source import Encoded, Raster, Source

_PAPER = (255, 255, 255, 255)


def open_document(encoded: Encoded) -> Source:
    """Read the size of the first page.

    Raises:
        FileUnsupported: it asks for a password, or pypdfium2 is not installed.
        FileDamaged: no document, or one without pages.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise encoded.lacking("A PDF document", "pypdfium2") from error
    try:
        document = pypdfium2.PdfDocument(encoded.data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise FileUnsupported(
                encoded.path,
                "The document is protected by a password.",
                next_step="Save a copy without the password to have it in the library.",
            ) from error
        raise _damaged(encoded) from error
    count = len(document)
    if not count:
        document.close()
        raise FileDamaged(encoded.path, "The document has no pages.")
    try:
        page = document[0]
        width, height = page.get_size()
    except pypdfium2.PdfiumError as error:
        document.close()
        raise _damaged(encoded) from error
    if not (isfinite(width) and isfinite(height) and width > 0 and height > 0):
        document.close()
        raise FileDamaged(encoded.path, "The first page has no width or no height.")
    size = encoded.drawn_size(width, height)
    encoded.check_size(size)

    def load() -> Raster:
        # Rounded up inside, so that a page is never drawn smaller than asked for.
        try:
            # Typed in parts only.
            bitmap = cast("Any", page).render(scale=size[0] / width, fill_color=_PAPER)
            image: Image.Image = bitmap.to_pil().copy()
            bitmap.close()
        except pypdfium2.PdfiumError as error:
            raise _damaged(encoded) from error
        finally:
            page.close()
            document.close()
        return Raster(image, frame_count=count)

    original = max(1, round(width)), max(1, round(height))
    return Source(size, load, original)


def _damaged(encoded: Encoded) -> FileDamaged:
    return FileDamaged(
        encoded.path,
        "The PDF document is damaged or incomplete.",
        next_step="Export it anew from the program that made it.",
    )
