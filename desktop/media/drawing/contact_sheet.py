"""The results of a search as one picture, to be sent to someone or put into a document."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from desktop.core.errors import FileError
from desktop.core.text import listed, ngettext, tr
from desktop.media.decode import load_picture
from desktop.media.drawing.fonts import Typeface
from desktop.media.drawing.moodboard import ACCENT, INK, PAPER, QUIET
from desktop.media.drawing.typesetting import fit_block, shorten
from desktop.media.sandbox.pool import Sandbox

_CELL = 320
_PICTURE = 240
_GAP = 24
_MARGIN = 56
_TILE = (228, 228, 226)
_MOST_CELLS = 200
_A_PAGE = 20
"""Cells: five rows of four, about the shape of A4."""
_DPI = 180
"""Of a page: 1,430 pixels are 20 cm."""


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One result.

    Attributes:
        image: a file, or the bytes of one.
        title: the file's name.
        subtitle: what is said about it ("similarity 0.312").
    """

    image: Path | bytes
    title: str
    subtitle: str = ""


def render_contact_sheet(
    cells: Sequence[SheetCell], *, title: str, columns: int = 0, sandbox: Sandbox | None = None
) -> bytes:
    """Draw a sheet: the query as heading, below it the results with their rank.

    Args:
        cells: in rank order; the first 200 are drawn. A picture that cannot be read gets a tile
            that says so.
        title: the query.
        columns: 0 chooses by the number of cells.
        sandbox: as for ``load_picture``.

    Returns:
        PNG bytes.
    """
    shown = cells[:_MOST_CELLS]
    sheet = _draw_sheet(shown, title, _count(len(cells), len(shown)), columns, 1, sandbox)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def render_contact_pages(
    cells: Sequence[SheetCell], *, title: str, sandbox: Sandbox | None = None
) -> bytes:
    """The same as a PDF of as many pages as it takes, all of one width.

    Returns:
        PDF bytes; the pictures in it are JPEGs.
    """
    parts = [cells[at : at + _A_PAGE] for at in range(0, len(cells), _A_PAGE)] or [cells]
    columns = _columns_for(min(len(cells), _A_PAGE))
    pages: list[Image.Image] = []
    for at, part in enumerate(parts):
        count = _count(len(cells), len(cells))
        if len(parts) > 1:
            page = tr("page {page} of {pages}", page=at + 1, pages=len(parts))
            count = listed([count, page])
        pages.append(_draw_sheet(part, title, count, columns, 1 + at * _A_PAGE, sandbox))
    out = io.BytesIO()
    pages[0].save(
        out, "PDF", save_all=True, append_images=pages[1:], resolution=_DPI, quality=90, title=title
    )
    return out.getvalue()


def _draw_sheet(
    shown: Sequence[SheetCell],
    title: str,
    count: str,
    columns: int,
    first: int,
    sandbox: Sandbox | None,
) -> Image.Image:
    """``first``: the number of the first cell."""
    columns = columns if columns > 0 else _columns_for(len(shown))
    rows = math.ceil(len(shown) / columns)
    width = max(2 * _MARGIN + columns * _CELL + (columns - 1) * _GAP, 800)
    face = Typeface()
    heading = fit_block(face, title or tr("All pictures"), (44, 36, 30), width - 2 * _MARGIN, 110)
    top = _MARGIN + 24 + heading.height + 34
    row_height = _PICTURE + 72
    height = round(top + 28 + max(rows * row_height, 60) + _MARGIN - 24)
    sheet = Image.new("RGB", (width, height), PAPER)
    canvas = ImageDraw.Draw(sheet)
    canvas.rectangle((_MARGIN, _MARGIN, _MARGIN + 47, _MARGIN + 6), fill=ACCENT)
    heading.draw(face, canvas, _MARGIN, _MARGIN + 24, INK)
    face.draw(canvas, (_MARGIN, top - 8), count, 17, QUIET)
    for place, cell in enumerate(shown):
        row, column = divmod(place, columns)
        left = _MARGIN + column * (_CELL + _GAP)
        below = round(top + 28) + row * row_height
        _draw_cell(sheet, canvas, face, cell, first + place, left, below, sandbox)
    return sheet


def _columns_for(count: int) -> int:
    if count <= 4:
        return max(1, count)
    return next((columns for columns in (3, 4, 5) if count <= columns * (columns - 1)), 6)


def _count(found: int, shown: int) -> str:
    if not found:
        return tr("No pictures match.")
    pictures = ngettext("{count} picture", "{count} pictures", found)
    return (
        pictures
        if shown == found
        else tr("{pictures}, the first {shown} shown", pictures=pictures, shown=shown)
    )


def _draw_cell(
    sheet: Image.Image,
    canvas: ImageDraw.ImageDraw,
    face: Typeface,
    cell: SheetCell,
    rank: int,
    left: int,
    top: int,
    sandbox: Sandbox | None,
) -> None:
    canvas.rectangle((left, top, left + _CELL - 1, top + _PICTURE - 1), fill=_TILE)
    try:
        image = load_picture(cell.image, at_least=_CELL, sandbox=sandbox).image
    except FileError as error:
        block = fit_block(face, error.message, (15,), _CELL - 48, 80)
        block.draw(face, canvas, left + 24, top + (_PICTURE - block.height) / 2, QUIET)
    else:
        image = _contained(image)
        place = (left + (_CELL - image.width) // 2, top + (_PICTURE - image.height) // 2)
        sheet.paste(image, place)
    baseline = top + _PICTURE + 25
    number = f"{rank}"
    indent = face.draw(canvas, (left, baseline), number, 17, QUIET) + 10
    name = shorten(face, cell.title, 17, _CELL - indent)
    face.draw(canvas, (left + indent, baseline), name, 17, INK)
    if cell.subtitle:
        subtitle = shorten(face, cell.subtitle, 15, _CELL - indent)
        face.draw(canvas, (left + indent, baseline + 22), subtitle, 15, QUIET)


def _contained(image: Image.Image) -> Image.Image:
    """The whole picture inside the cell; never enlarged more than twice."""
    scale = min(_CELL / image.width, _PICTURE / image.height, 2.0)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)
