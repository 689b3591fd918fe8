"""PDF, and Illustrator files, which are PDF inside: a page, drawn by PDFium.

This PDFium is built without scripts, and reads nothing but the bytes it is given.
"""

# The libraries at this edge publish partial types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from contextlib import ExitStack, closing
from math import isfinite
from typing import TYPE_CHECKING, Any

from desktop.core.errors import FileDamaged, FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import MOST_PAGES, Encoded, PictureFormat, Raster, Source
from desktop.media.formats.illustrator import is_notice, preview
from desktop.media.formats.pdf_fonts import font_shelf
from desktop.media.formats.pdf_units import user_unit

if TYPE_CHECKING:
    from PIL import Image

_PAPER = (255, 255, 255, 255)
_LARGEST_PAGE = 1_000_000
"""Points, 350 metres; Acrobat stops at 14,400, and plans for façades and banners exceed it."""
_FILLED_IN_FORMS = frozenset({1, 3})
"""FORMTYPE_ACRO_FORM and FORMTYPE_XFA_FOREGROUND, whose fields are drawn as they are filled in."""


def _open(encoded: Encoded) -> Source:
    """Read the size of the page to show.

    Raises:
        FileUnsupported: it asks for a password, or pypdfium2 is not installed.
        FileDamaged: no document, or one without pages.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise encoded.lacking(tr("A PDF document"), "pypdfium2") from error
    font_shelf()
    with ExitStack() as opened:
        document = opened.enter_context(closing(_document(encoded)))
        count = len(document)
        if not count:
            raise FileDamaged(encoded.path, tr("The document has no pages."))
        try:
            page = opened.enter_context(closing(document[encoded.needed.page or 0]))
            width, height = page.get_size()
            if not (width and height):  # what is to be seen of it lies outside of it
                page.set_cropbox(*page.get_mediabox())
                width, height = page.get_size()
        except (pypdfium2.PdfiumError, IndexError) as error:
            raise _damaged(encoded) from error
        if not encoded.needed.page and is_notice(page, encoded.data):
            return preview(encoded)
        if not (isfinite(width) and isfinite(height) and width > 0 and height > 0):
            raise FileDamaged(encoded.path, tr("The first page has no width or no height."))
        if max(width, height) > _LARGEST_PAGE:
            raise FileDamaged(
                encoded.path,
                tr("The first page claims to be larger than any page can be."),
                next_step=tr("Export it again from the program that made it."),
            )
        size = encoded.drawn_size(width, height)
        encoded.check_size(size)
        kept = opened.pop_all()

    def load() -> Raster:
        try:
            with kept:
                image, undrawn = _drawn(page, size[0] / width)
            if undrawn:
                image = _drawn_with_other_fonts(encoded, size[0] / width, undrawn)
        except pypdfium2.PdfiumError as error:
            raise _damaged(encoded) from error
        return Raster(image, frame_count=count)

    return Source(size, load, _in_points(width, height, user_unit(encoded.data, count)))


def _pages(encoded: Encoded) -> list[tuple[int, int]]:
    """Raises: as ``_open``."""
    try:
        import pypdfium2
    except ImportError as error:
        raise encoded.lacking(tr("A PDF document"), "pypdfium2") from error
    try:
        with closing(_document(encoded)) as document:
            count = min(len(document), MOST_PAGES)
            unit = user_unit(encoded.data, len(document))
            sizes = [document.get_page_size(number) for number in range(count)]
    except pypdfium2.PdfiumError as error:
        raise _damaged(encoded) from error
    return [_in_points(width, height, unit) for width, height in sizes]


def _in_points(width: float, height: float, unit: float) -> tuple[int, int]:
    return max(1, round(width * unit)), max(1, round(height * unit))


def _document(encoded: Encoded) -> Any:
    """The document, valid while ``encoded`` is there.

    Raises: FileUnsupported, FileDamaged.
    """
    from pypdfium2 import PdfDocument, raw

    # Not by PdfDocument, which takes a document without pages for one with the error before it.
    handle = raw.FPDF_LoadMemDocument64(encoded.data, len(encoded.data), None)
    if not handle:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD:
            raise FileUnsupported(
                encoded.path,
                tr("The document is protected by a password."),
                next_step=tr("Save a copy without the password to have it in the library."),
            )
        raise _damaged(encoded)
    document = PdfDocument(handle)
    if document.get_formtype() in _FILLED_IN_FORMS:
        document.init_forms()
    return document


def _drawn(page: Any, scale: float) -> tuple[Image.Image, str]:
    """The page, and which characters no font had."""
    from desktop.media.formats.pdf_text import undrawn_text

    # Rounded up inside, so that a page is never drawn smaller than asked for.
    bitmap = page.render(scale=scale, fill_color=_PAPER)
    image: Image.Image = bitmap.to_pil().copy()
    bitmap.close()
    return image, undrawn_text(page, image)


def _drawn_with_other_fonts(encoded: Encoded, scale: float, characters: str) -> Image.Image:
    """Raises: FileUnsupported: no font here has these characters either."""
    with (
        font_shelf().giving_fonts_with(characters),
        closing(_document(encoded)) as document,
        closing(document[encoded.needed.page or 0]) as page,
    ):
        image, undrawn = _drawn(page, scale)
    if undrawn:
        raise FileUnsupported(
            encoded.path,
            tr("It uses fonts that are neither in the document nor on this computer."),
            next_step=tr("Export it again with its fonts embedded, or install them."),
        )
    return image


def _damaged(encoded: Encoded) -> FileDamaged:
    return FileDamaged(
        encoded.path,
        tr("The PDF document is damaged or incomplete."),
        next_step=tr("Export it again from the program that made it."),
    )


def _is_pdf(data: bytes, _suffix: str) -> bool:
    return b"%PDF-" in data[:1024]


PDF = PictureFormat(
    name="PDF",
    label=marked("PDF document"),
    suffixes=(".pdf", ".ai", ".ait"),
    recognise=_is_pdf,
    libraries=(
        "pypdfium2",
        "pypdfium2.raw",
        "desktop.media.formats.pdf_text",
        "PIL.JpegImagePlugin",
    ),
    prepare=font_shelf,
    open=_open,
    pages=_pages,
)
