"""TIFF: by tifffile and imagecodecs, strip by strip; what those do not know by Pillow (libtiff)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, cast

from desktop.core.errors import FileDamaged, FileUnsupported
from desktop.core.text import marked, tr
from desktop.media.formats.format import (
    BYTES_A_PIXEL,
    GREY_BYTES_A_PIXEL,
    MOST_PAGES,
    Encoded,
    PictureFormat,
    Raster,
    Source,
)

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

TIFF_MARKS = (b"II*\x00", b"MM\x00*")
BIG_TIFF_MARKS = (b"II+\x00", b"MM\x00+")
_REDUCED, _MASK = 1, 4
"""Bits of the tag NewSubfileType."""
_MOST_PAGES = 32
"""That are looked at to find the one to show."""
_CODECS = (
    *("ccitt", "deflate", "imcd", "jpeg2k", "jpeg8", "jpegsof3", "jpegxl", "jpegxr", "lerc"),
    *("ljpeg", "lzma", "png", "webp", "zlib", "zstd"),
)
"""Of imagecodecs, which would load each at its first use."""


def _open(encoded: Encoded) -> Source:
    """Read the header of the page to show.

    Raises:
        FileUnsupported: packed or coloured in a way that nobody reads, or a library is missing.
        FileTooLarge: too many pixels.
    """
    try:
        import imagecodecs  # noqa: F401  # pyright: ignore[reportUnusedImport] (tifffile's)
        import tifffile
    except ImportError as error:
        raise encoded.lacking(tr("A TIFF picture"), f"{error.name}") from error
    from desktop.media.formats.tiff_pages import PageReader, UnknownPage

    file = tifffile.TiffFile(io.BytesIO(encoded.data))
    page, count = _shown(file) if encoded.needed.page is None else (_page(encoded, file), 0)
    size = int(page.imagewidth), int(page.imagelength)
    encoded.check_size(size, encoded.limits.max_header_pixels)
    try:
        reader = PageReader(page, encoded.data)
    except UnknownPage as error:
        return _by_pillow(encoded, str(error))
    factor = encoded.needed.factor(size)
    memory = encoded.check_memory(
        size,
        reader.memory,
        factor=factor,
        bytes_a_pixel=GREY_BYTES_A_PIXEL if reader.mode == "L" else BYTES_A_PIXEL,
    )
    orientation: object = page.tags.valueof(274, 1)
    profile: object = page.tags.valueof(34675)

    def load() -> Raster:
        turn = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
        icc = profile if isinstance(profile, bytes) else None
        image, alpha = reader.read(factor)
        return Raster(image, icc, turn, count, alpha=alpha)

    reduced = -(-size[0] // factor), -(-size[1] // factor)
    return Source(reduced, load, size, memory)


def _shown(file: TiffFile) -> tuple[TiffPage, int]:
    """The page to show; 1 where it is the only one, else 0.

    It is the first that is neither a reduced copy of another nor a mask, be it in the row of pages
    or below one of them, where cameras and some scanners keep it.
    """
    found: list[TiffPage] = []
    others: list[TiffPage] = []
    for page in _pages(file, _MOST_PAGES):
        others.append(page)
        candidate = _picture_of(page)
        if candidate is not None:
            found.append(candidate)
        if len(found) > 1:
            break
    if found:
        return found[0], 1 if len(found) == 1 else 0
    page = max(others, key=lambda page: int(page.imagewidth) * int(page.imagelength))
    return page, 1


def _page(encoded: Encoded, file: TiffFile) -> TiffPage:
    """The one that is asked for. Raises: FileDamaged: there is none."""
    wanted = encoded.needed.page or 0
    pages = filter(None, map(_picture_of, _pages(file, MOST_PAGES)))
    page = next(islice(pages, wanted, None), None)
    if page is None:
        raise FileDamaged(encoded.path, tr("The file has fewer pages than before."))
    return page


def _page_sizes(encoded: Encoded) -> list[tuple[int, int]]:
    """Raises: as ``_open``."""
    try:
        import tifffile
    except ImportError as error:
        raise encoded.lacking(tr("A TIFF picture"), f"{error.name}") from error
    file = tifffile.TiffFile(io.BytesIO(encoded.data))
    pages = filter(None, map(_picture_of, _pages(file, MOST_PAGES)))
    return [(int(page.imagewidth), int(page.imagelength)) for page in pages]


def _picture_of(page: TiffPage) -> TiffPage | None:
    """It, or the first below it, that is neither a reduced copy nor a mask."""
    below = page.pages or ()
    inner = (below[number] for number in range(min(len(below), _MOST_PAGES)))
    for candidate in (page, *(cast("TiffPage", found) for found in inner)):
        if not int(candidate.subfiletype) & (_REDUCED | _MASK) and _has_pixels(candidate):
            return candidate
    return None


def _pages(file: TiffFile, most: int) -> Iterator[TiffPage]:
    for number in range(most):
        try:
            page = file.pages[number]
        except IndexError:
            return
        yield cast("TiffPage", page)


def _has_pixels(page: TiffPage) -> bool:
    return bool(page.dataoffsets) and page.imagewidth > 0 and page.imagelength > 0


def _by_pillow(encoded: Encoded, unknown: str) -> Source:
    """What is packed or coloured as only libtiff knows.

    Args:
        unknown: what it is, for the error.
    """
    from PIL.TiffImagePlugin import TiffImageFile

    from desktop.media.formats import pillow

    def refusal() -> FileUnsupported:
        return FileUnsupported(
            encoded.path,
            tr(
                "It is a rare kind of TIFF picture ({kind}) that Plantain cannot read.",
                kind=unknown,
            ),
            next_step=tr(
                "Save it with 8 or 16 bits a channel, in RGB or CMYK, to have it in the library."
            ),
        )

    try:
        image = TiffImageFile(io.BytesIO(encoded.data))
    except SyntaxError as error:
        raise refusal() from error
    source = pillow.opened(encoded, image, is_upright=True, is_animated=lambda: image.is_animated)

    def load() -> Raster:
        try:
            return source.load()
        except (OSError, ValueError, RuntimeError) as error:
            raise refusal() from error

    return replace(source, load=load)


TIFF = PictureFormat(
    name="TIFF",
    label=marked("TIFF picture"),
    suffixes=(".tif", ".tiff"),
    signatures=(*TIFF_MARKS, *BIG_TIFF_MARKS),
    libraries=(
        *("PIL.TiffImagePlugin", "tifffile", "imagecodecs", "desktop.media.formats.tiff_pages"),
        *(f"imagecodecs._{codec}" for codec in _CODECS),
    ),
    open=_open,
    pages=_page_sizes,
)
